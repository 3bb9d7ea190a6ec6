// environment_overrides: what a section says for one environment only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/parser.hpp"
#include "config/value.hpp"

namespace dbi::config {

/// The key of a section's overrides, and that of the document's choice.
inline constexpr std::string_view kOverrides = "environment_overrides";
inline constexpr std::string_view kEnvironment = "environment";

/// The sections of a document once the overrides of the chosen environment are in: maps are merged, scalars and lists
/// replaced.
struct Sections {
  std::string environment;  ///< `environment:` unless DBI_ENV is set; empty: none
  Value root;               ///< without `environment` and without overrides
  /// What the sections say for other environments: maps of sections, to be checked and not kept.
  std::vector<Value> others;
  std::vector<Error> errors;
};

[[nodiscard]] Sections choose_overrides(const Document& document, const cli::EnvironmentLookup& environment);

}  // namespace dbi::config
