// A document into the option tree: the configuration as a source of option values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "cli/option.hpp"
#include "cli/parser.hpp"
#include "config/overrides.hpp"
#include "config/value.hpp"

namespace dbi::config {

/// The sections that some tool of dbi reads (DESIGN.md section 5). A tool checks those in which it has options and
/// accepts the rest.
inline constexpr std::array<std::string_view, 12> kSections = {
    "targets",  "collector", "verification",   "plan_extractor", "adaptive_sampler", "circuit_breaker", "rate_limiter",
    "exporter", "health",    "memory_limiter", "batch",          "telemetry"};

/// Whether the tree has an option at this path of the configuration or below it ("collector").
[[nodiscard]] bool has_options_under(const cli::Tree& tree, std::string_view path);

/// Is told of each value that a node takes, before it is checked: the node, the value, its path ("collector.interval",
/// "targets[0].url").
using Visit = std::function<void(const cli::Node& node, const Value& value, const std::string& path)>;

/// Offers every value of the document to the node of its key, with Source::Configuration. Returns all faults
/// (ErrorKind::Configuration), first those of the document: unknown keys, values of the wrong shape or refused by the
/// option, variables that are not set.
[[nodiscard]] std::vector<Error> apply(const Document& document, cli::Tree& tree,
                                       const cli::EnvironmentLookup& environment, const Visit& visit = {});

/// The same for sections whose environment is chosen already; `document` says where they stand.
[[nodiscard]] std::vector<Error> apply_sections(const Document& document, const Sections& sections, cli::Tree& tree,
                                                const cli::EnvironmentLookup& environment, const Visit& visit = {});

}  // namespace dbi::config
