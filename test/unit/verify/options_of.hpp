// Options of the verifier out of a document, as dbi-verify reads them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/apply.hpp"
#include "config/yaml.hpp"
#include "verify/verify_options.hpp"

namespace dbi::verify {

/// The options that the section `verification` with this content gives, checked; the first error where there is one.
inline Result<VerifyOptions> options_of(std::string_view section) {
  VerifyOptions options;
  cli::Tree tree;
  describe_verify_options(tree, options);
  const std::string yaml = section.empty() ? "{}" : "verification: {" + std::string(section) + "}\n";
  DBI_TRY_ASSIGN(const config::Document document, config::parse_yaml(yaml, "dbi.yaml"));
  const auto lookup = [](const std::string&) -> std::optional<std::string> { return std::nullopt; };
  for (const auto& error : config::apply(document, tree, lookup)) return fail(error);
  DBI_TRY(tree.run_checks());
  return options;
}

}  // namespace dbi::verify
