// Rules as the configuration gives them, and those that stand where it gives none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/option.hpp"
#include "sampling/condition.hpp"

namespace dbi::sampling {

/// Records that meet all of its conditions are kept at its rate.
struct Rule {
  std::string name;
  std::int64_t priority = 0;         ///< the rule of the highest one decides; ties by their order
  double sample_rate = 1;            ///< 0 to 1
  std::uint32_t max_per_minute = 0;  ///< 0: any number
  std::vector<Condition> conditions;
};

/// The most that max_per_minute may say: each record counted may take 16 bytes.
inline constexpr std::uint32_t kMostPerMinute = 60'000;

/// The default rule that matches what no other one does.
inline constexpr std::string_view kDefaultRule = "default";

/// The rules of the original system: critical_queries, missing_indexes, high_frequency, default.
[[nodiscard]] std::vector<Rule> default_rules();

/// A kind that neither dbi has nor the name of one is nearly: of another program. Fails with ErrorKind::Usage where it
/// is nearly that of one of dbi's.
Status check_spelling(const std::string& kind);

/// Whether the kinds that the rule names can be kept at its rate. Fails with ErrorKind::Usage: control records never
/// are sampled, a gauge is kept or dropped, a name is misspelt.
Status check_kinds(const Rule& rule);

/// Declares the keys of an entry of `rules`.
void describe_rule(cli::Tree& tree, Rule& rule);

/// Declares those of an entry of `rule_templates`, whose name is its key unless it says another.
void describe_rule_template(cli::Tree& tree, Rule& rule);

}  // namespace dbi::sampling
