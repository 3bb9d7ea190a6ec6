// SPDX-License-Identifier: Apache-2.0
#include "generate/generate_options.hpp"

#include <fmt/format.h>

namespace dbi::generate {

namespace {

tl::unexpected<Error> misuse(std::string message, std::string hint = {}) {
  return fail(ErrorKind::Usage, std::move(message), std::move(hint));
}

Status check_options(const GenerateOptions& options) {
  const int products = int{options.systemd} + int{options.cron} + int{options.kubernetes} + int{options.grants};
  if (products > 1)
    return misuse("more than one of --systemd, --cron, --kubernetes and --grants", "Ask for one at a time.");
  const int asked = int{options.check} + int{options.diff} + int{options.schema} + int{options.preflight} +
                    int{options.explain.has_value()};
  if (asked > 1 || (asked == 1 && !options.check && products > 0)) {
    return misuse("more than one thing is asked for",
                  "--check, --diff, --explain, --preflight and --schema exclude each other.");
  }
  const std::size_t named = options.environments.size();
  const bool all = named > 0 && options.environments.front() == kAllEnvironments;
  if (options.diff && named < 2 && !all) {
    return misuse("--diff compares two environments or more", "For instance: dbi-gen-config --diff staging production");
  }
  if (options.schema && named > 0) {
    return misuse(fmt::format("--schema takes no environment: '{}'", options.environments.front()));
  }
  const bool writes = (asked == 0 && options.out != "-") || options.check;
  if (writes && products == 0 && named == 0) {
    return misuse("no environment is named", "Write one that has an overlay, or all; --out - shows the base alone.");
  }
  if (options.out == "-" && options.check) return misuse("--check compares with files, not with -");
  return {};
}

}  // namespace

void describe_generate_options(cli::Tree& tree, GenerateOptions& options) {
  tree.positional("ENV", &options.environments, "the environments to generate for, or all")
      .text("An environment is the name of an overlay without .yaml; all are those that have one.");
  tree.group("Sources");
  tree.file("--base", &options.base, "the document that all environments begin with");
  tree.folder("--overlays", &options.overlays, "the folder with ENV.yaml, what is different in each environment")
      .default_text("overlays beside the base");
  tree.toggle("--keep-variables", &options.keep_variables, "write ${NAME} as it is instead of what it stands for")
      .text("What it stands for, or its default, is checked all the same.");
  tree.group("Result");
  tree.folder("--out", &options.out,
              "write the documents into DIR, as ENV.yaml; - is standard output, for one of them or the base alone")
      .default_text("generated beside the base");
  tree.group("Other results");
  tree.toggle("--systemd", &options.systemd, "write units of systemd, and which credentials they load")
      .no_environment();
  tree.toggle("--cron", &options.cron, "write files for /etc/cron.d").no_environment();
  tree.toggle("--kubernetes", &options.kubernetes, "write manifests of Kubernetes").no_environment();
  tree.text("--image", &options.image, "the container's image in these").value("IMAGE").no_environment();
  tree.toggle("--grants", &options.grants,
              "write the SQL that makes the accounts of the targets, with the least rights")
      .no_environment();
  tree.group("Instead of writing");
  tree.toggle("--check", &options.check, "print what writing would change; exit with 1 if that is anything")
      .no_environment();
  tree.toggle("--diff", &options.diff, "print the keys in which the environments differ; exit with 1 if there are any")
      .no_environment();
  tree.text("--explain", &options.explain, "print what KEY means, its default, and where its value comes from")
      .value("KEY")
      .no_environment();
  tree.toggle("--preflight", &options.preflight,
              "look at password files, state folder and disk, and ask each target; exit with 1 if something is missing")
      .no_environment();
  tree.toggle("--schema", &options.schema, "print the JSON Schema (2020-12) of the configuration").no_environment();
  tree.check([&options] { return check_options(options); });
}

Product GenerateOptions::product() const {
  if (systemd) return Product::Systemd;
  if (cron) return Product::Cron;
  if (kubernetes) return Product::Kubernetes;
  return grants ? Product::Grants : Product::Documents;
}

Sources sources_of(const GenerateOptions& options) {
  const std::filesystem::path base(options.base);
  return {base, options.overlays ? std::filesystem::path(*options.overlays) : base.parent_path() / "overlays"};
}

std::filesystem::path folder_of(const GenerateOptions& options) {
  return options.out ? std::filesystem::path(*options.out)
                     : std::filesystem::path(options.base).parent_path() / "generated";
}

}  // namespace dbi::generate
