// SPDX-License-Identifier: Apache-2.0
#include "generate/generate_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "generate/compare.hpp"
#include "generate/cron_lines.hpp"
#include "generate/explain.hpp"
#include "generate/grants.hpp"
#include "generate/json_schema.hpp"
#include "generate/kubernetes_manifest.hpp"
#include "generate/line_diff.hpp"
#include "generate/systemd_units.hpp"
#include "state/atomic_file.hpp"

namespace dbi::generate {

namespace {

using Documents = std::vector<EnvironmentDocument>;

// One for each environment; the base alone where none is named.
Documents make_all(const Setup& setup, const std::vector<std::string>& environments) {
  Documents out;
  for (const std::string& environment : environments) out.push_back(make_document(setup, environment));
  if (out.empty()) out.push_back(make_document(setup, {}));
  return out;
}

Answer refused(Documents documents) {
  Answer out{.status = ExitStatus::Usage, .text = {}, .errors = {}};
  for (EnvironmentDocument& document : documents) {
    for (Error& error : document.errors) {
      // What is wrong with the base is wrong in every environment.
      const auto told = std::ranges::find(out.errors, error.message, &Error::message);
      if (told == out.errors.end()) out.errors.push_back(std::move(error));
    }
  }
  return out;
}

Status make_folder(const std::filesystem::path& folder) {
  std::error_code fault;
  std::filesystem::create_directories(folder, fault);
  if (!fault) return {};
  return fail(ErrorKind::State, fmt::format("cannot create {}: {}", folder.string(), fault.message()));
}

// A server that several environments read is told once.
void add_grants(std::vector<Artefact>& out, const std::vector<Deployment>& deployments) {
  for (const Deployment& deployment : deployments) {
    for (const TargetFacts& target : deployment.targets) {
      Artefact made = grants(target);
      if (std::ranges::find(out, made.path, &Artefact::path) == out.end()) out.push_back(std::move(made));
    }
  }
}

// What is made of the documents, in their order.
std::vector<Artefact> artefacts_of(const GenerateOptions& options, const Documents& documents) {
  std::vector<Artefact> out;
  std::vector<Deployment> deployments;
  for (const EnvironmentDocument& document : documents) deployments.push_back(deployment_of(document));
  switch (options.product()) {
    case Product::Documents:
      for (const EnvironmentDocument& document : documents)
        out.push_back({document.environment + ".yaml", document.text});
      break;
    case Product::Systemd:
      return systemd_units(deployments);
    case Product::Cron:
      for (const Deployment& deployment : deployments) out.push_back(cron_lines(deployment));
      break;
    case Product::Kubernetes:
      for (const Deployment& deployment : deployments) out.push_back(kubernetes_manifest(deployment, options.image));
      break;
    case Product::Grants:
      add_grants(out, deployments);
      break;
  }
  return out;
}

// Several files on one stream: each under a comment with its name.
std::string printed(const std::vector<Artefact>& artefacts) {
  if (artefacts.size() == 1) return artefacts.front().text;
  std::string out;
  for (const Artefact& artefact : artefacts) {
    out +=
        fmt::format("{}{} == {}\n{}", out.empty() ? "" : "\n", artefact.comment, artefact.path.string(), artefact.text);
  }
  return out;
}

Result<Answer> write(const GenerateOptions& options, const std::vector<Artefact>& artefacts) {
  Answer out;
  if (options.out == "-") {
    if (options.product() == Product::Documents && artefacts.size() > 1) {
      return fail(ErrorKind::Usage, "--out - is for one environment", "Name one, or a folder for all.");
    }
    out.text = printed(artefacts);
    return out;
  }
  for (const Artefact& artefact : artefacts) {
    const auto path = folder_of(options) / artefact.path;
    DBI_TRY(make_folder(path.parent_path()));
    DBI_TRY_ASSIGN(const auto stands, state::read_whole(path));
    if (stands == artefact.text) continue;
    DBI_TRY(state::write_atomic(path, artefact.text, state::Durability::Durable, state::Readers::Everyone));
  }
  return out;
}

// Documents in the folder whose overlay is gone.
std::string leftovers(const GenerateOptions& options, const Documents& documents) {
  std::error_code ignored;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder_of(options), ignored)) {
    const bool document = entry.path().extension() == ".yaml";
    const auto same = [&](const EnvironmentDocument& made) { return made.environment == entry.path().stem().string(); };
    if (document && std::ranges::none_of(documents, same)) names.push_back(entry.path().string());
  }
  std::ranges::sort(names);
  std::string out;
  for (const std::string& name : names) out += fmt::format("Only in the folder: {}, which has no overlay\n", name);
  return out;
}

Result<Answer> check(const GenerateOptions& options, const std::vector<Artefact>& artefacts,
                     const Documents& documents) {
  Answer out;
  for (const Artefact& artefact : artefacts) {
    const auto path = folder_of(options) / artefact.path;
    DBI_TRY_ASSIGN(const auto stands, state::read_whole(path));
    out.text += unified_diff(stands.value_or(""), artefact.text, stands ? path.string() : "/dev/null",
                             fmt::format("{} (generated)", path.string()));
  }
  const bool all = std::ranges::find(options.environments, kAllEnvironments) != options.environments.end();
  if (all && options.product() == Product::Documents) out.text += leftovers(options, documents);
  if (!out.text.empty()) out.status = ExitStatus::AnswerIsNo;
  return out;
}

Answer look_ahead(const Documents& documents, const PreflightSetup& setup) {
  Answer out;
  for (const EnvironmentDocument& document : documents) {
    const auto lines = preflight(deployment_of(document), setup);
    out.text += format_preflight(lines);
    if (!std::ranges::all_of(lines, &PreflightLine::good)) out.status = ExitStatus::AnswerIsNo;
  }
  return out;
}

}  // namespace

Result<Answer> run(const GenerateOptions& options, const Setup& setup, const PreflightSetup& preflight) {
  if (options.schema) return Answer{.status = ExitStatus::Done, .text = json_schema(setup.tables()), .errors = {}};
  DBI_TRY_ASSIGN(const auto environments, choose_environments(setup.sources, options.environments));
  Documents documents = make_all(setup, environments);
  if (!std::ranges::all_of(documents, &EnvironmentDocument::good)) return refused(std::move(documents));
  if (options.explain) {
    DBI_TRY_ASSIGN(std::string text, explain(setup.tables(), *options.explain, documents));
    return Answer{.status = ExitStatus::Done, .text = std::move(text), .errors = {}};
  }
  if (options.diff) {
    std::string text = compare(documents);
    const ExitStatus status = text.empty() ? ExitStatus::Done : ExitStatus::AnswerIsNo;
    return Answer{.status = status, .text = std::move(text), .errors = {}};
  }
  if (options.preflight) return look_ahead(documents, preflight);
  const std::vector<Artefact> artefacts = artefacts_of(options, documents);
  return options.check ? check(options, artefacts, documents) : write(options, artefacts);
}

}  // namespace dbi::generate
