// dbi-gen-config: one base document and an overlay for each environment into checked configurations. Wiring; the work
// is in generate/.
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/descriptor.hpp"
#include "base/errno_text.hpp"
#include "generate/generate_options.hpp"
#include "generate/generate_run.hpp"
#include "options/all.hpp"
#include "run/tool.hpp"
#include "state/folder.hpp"

namespace {

using namespace dbi;

// The dbi-collect that was installed with this program, else the one of $PATH.
std::filesystem::path collector_beside_us() {
  std::error_code fault;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", fault);
  const auto beside = self.parent_path() / "dbi-collect";
  return !fault && std::filesystem::exists(beside, fault) ? beside : std::filesystem::path("dbi-collect");
}

Result<ExitStatus> generate_documents(const generate::GenerateOptions& options, run::Context& context) {
  const generate::Setup setup{.sources = generate::sources_of(options),
                              .keep_variables = options.keep_variables,
                              .environment = context.process->environment,
                              .tables = tools::all_tables};
  generate::PreflightSetup preflight{.state_root = {}, .collector = collector_beside_us()};
  if (options.preflight) {
    DBI_TRY_ASSIGN(preflight.state_root, state::resolve_root(context.folder_request(), context.process->environment));
  }
  DBI_TRY_ASSIGN(const generate::Answer answer, generate::run(options, setup, preflight));
  for (const Error& error : answer.errors) context.log->error(error);
  if (write_all(context.process->output, answer.text) || errno == EPIPE) return answer.status;
  return fail(ErrorKind::Output, "standard output: " + errno_text(errno));
}

constexpr run::Tool<generate::GenerateOptions> kTool{
    .program = {.name = "dbi-gen-config", .summary = "make checked configurations of a base and overlays"},
    .describe = generate::describe_generate_options,
    .body = generate_documents};

}  // namespace

int main(int argc, char** argv) {
  return run::run_tool(kTool, argc, argv);
}
