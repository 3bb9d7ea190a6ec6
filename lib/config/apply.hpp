// A document into the option tree: the configuration as a source of option values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "cli/option.hpp"
#include "cli/parser.hpp"
#include "config/value.hpp"

namespace dbi::config {

/// The sections that some tool of dbi reads (DESIGN.md section 5). A tool checks those in which it has options and
/// accepts the rest.
inline constexpr std::array<std::string_view, 12> kSections = {
    "targets",  "collector", "verification",   "plan_extractor", "adaptive_sampler", "circuit_breaker", "rate_limiter",
    "exporter", "health",    "memory_limiter", "batch",          "telemetry"};

/// Offers every value of the document to the node of its key, with Source::Configuration. Returns all faults
/// (ErrorKind::Configuration), in the order of the file: unknown keys, values of the wrong shape or refused by the
/// option, variables that are not set.
[[nodiscard]] std::vector<Error> apply(const Document& document, cli::Tree& tree,
                                       const cli::EnvironmentLookup& environment);

}  // namespace dbi::config
