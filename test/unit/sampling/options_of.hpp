// Options of the sampler out of a document, as dbi-sample reads them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/apply.hpp"
#include "config/yaml.hpp"
#include "sampling/sampler_options.hpp"

namespace dbi::sampling {

/// The options that the document gives, checked; the first error where there is one.
inline Result<SamplerOptions> options_of(std::string_view yaml,
                                         const std::map<std::string, std::string>& variables = {}) {
  SamplerOptions options;
  cli::Tree tree;
  describe_sampler_options(tree, options);
  DBI_TRY_ASSIGN(const config::Document document, config::parse_yaml(yaml, "dbi.yaml"));
  const auto lookup = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  for (const auto& error : config::apply(document, tree, lookup)) return fail(error);
  DBI_TRY(tree.run_checks());
  return options;
}

}  // namespace dbi::sampling
