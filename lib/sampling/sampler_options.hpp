// The options of dbi-sample's section, adaptive_sampler.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cli/option.hpp"
#include "sampling/rule.hpp"

namespace dbi::sampling {

/// What is looked at to tell that a record was seen a short while ago.
struct Deduplication {
  bool enabled = true;
  std::uint32_t cache_size = 10'000;
  std::uint32_t window_seconds = 300;
  std::string hash_attribute = "plan_hash";
};

/// Values of the options. Once the tree's checks have run, `rules` are those that count: the configured or default ones
/// and those of the templates, with their overrides.
struct SamplerOptions {
  double default_sample_rate = 0.1;
  double slow_query_threshold_ms = 1000;
  double max_records_per_second = 1000;  ///< 0: no goal
  double goal_window_seconds = 60;
  std::uint64_t seed = 0;
  std::vector<std::string> sample_by;
  std::vector<std::string> sampled_kinds = {"session", "query_sample", "plan"};
  bool explain_decision = false;
  Deduplication deduplication;
  std::vector<Rule> rules = default_rules();
  std::map<std::string, Rule> rule_templates;
  std::map<std::string, double> rule_overrides;
};

/// Declares them, with the checks that concern several: names of rules, overrides of rules that are none, rates that a
/// gauge cannot have.
void describe_sampler_options(cli::Tree& tree, SamplerOptions& options);

}  // namespace dbi::sampling
