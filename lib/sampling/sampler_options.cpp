// SPDX-License-Identifier: Apache-2.0
#include "sampling/sampler_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "base/text.hpp"
#include "record/schema/schema.hpp"

namespace dbi::sampling {

namespace {

using record::schema::find_kind;
using record::schema::KindClass;

// The last default rule says for all what default_sample_rate says where no rule matches: one rate, not two.
void set_default_rate(SamplerOptions& options) {
  const auto last = std::ranges::find(options.rules, kDefaultRule, &Rule::name);
  if (last != options.rules.end()) last->sample_rate = options.default_sample_rate;
}

// A template gives a rule. It takes the place of a default rule of its name; of a configured one it cannot.
Status add_templates(SamplerOptions& options, bool configured) {
  for (const auto& [id, given] : options.rule_templates) {
    Rule rule = given;
    if (rule.name.empty()) rule.name = id;
    if (!configured) std::erase_if(options.rules, [&rule](const Rule& other) { return other.name == rule.name; });
    options.rules.push_back(std::move(rule));
  }
  std::set<std::string_view> names;
  for (const Rule& rule : options.rules) {
    if (names.insert(rule.name).second) continue;
    return fail(ErrorKind::Usage, fmt::format("rules, rule_templates: two rules are called '{}'", rule.name),
                "Give each rule and each template a name of its own.");
  }
  return {};
}

Status override_rates(SamplerOptions& options) {
  for (const auto& [name, rate] : options.rule_overrides) {
    const auto found = std::ranges::find(options.rules, name, &Rule::name);
    if (found != options.rules.end()) {
      found->sample_rate = rate;
      if (Status fits = check_kinds(*found); !fits) {
        return fail(ErrorKind::Usage, fmt::format("rule_overrides.{}: {}", name, fits.error().message),
                    fits.error().hint);
      }
      continue;
    }
    std::vector<std::string_view> names;
    for (const Rule& rule : options.rules) names.push_back(rule.name);
    const auto nearest = nearest_name(name, names);
    return fail(ErrorKind::Usage, fmt::format("rule_overrides.{}: no rule is called so", name),
                nearest.empty() ? fmt::format("Write one of {}.", fmt::join(names, ", "))
                                : fmt::format("Did you mean {}?", nearest));
  }
  return {};
}

Status check_sampled_kind(const std::string& kind) {
  const auto* row = find_kind(kind);
  if (row == nullptr) return check_spelling(kind);
  if (row->kind_class == KindClass::Data) return {};
  const bool gauge = row->kind_class == KindClass::Gauge;
  return fail(ErrorKind::Usage, fmt::format("{} is a {}", kind, gauge ? "gauge" : "control record"),
              gauge ? "A gauge carries no weight; a rule that names it may drop it." : "It passes every filter.");
}

Status resolve(SamplerOptions& options, bool configured) {
  if (!configured) set_default_rate(options);
  DBI_TRY(add_templates(options, configured));
  return override_rates(options);
}

void describe_deduplication(cli::Tree& tree, Deduplication& options) {
  tree.group("Deduplication");
  tree.toggle("--deduplication", &options.enabled, "drop what was kept a short while ago")
      .text(
          "Of the sampled kinds, records of one target, database and query_signature with the same hash attribute; "
          "never query_stats, never a slow query, never what lacks the attribute.")
      .key("adaptive_sampler.deduplication.enabled");
  tree.integer("--deduplication-cache-size", &options.cache_size, "remember at most N records that were kept")
      .value("N")
      .range(1, 10'000'000)
      .key("adaptive_sampler.deduplication.cache_size");
  tree.integer("--deduplication-window-seconds", &options.window_seconds,
               "how long a record that was kept suppresses others; they do not extend it")
      .value("SECONDS")
      .range(1, 86'400 * 30)
      .key("adaptive_sampler.deduplication.window_seconds");
  tree.text("--hash-attribute", &options.hash_attribute, "the member that tells one record from another")
      .value("MEMBER")
      .key("adaptive_sampler.deduplication.hash_attribute");
}

void describe_goal(cli::Tree& tree, SamplerOptions& options) {
  tree.group("Goal");
  tree.number("--max-records-per-second", &options.max_records_per_second,
              "lower rates, those of the least important rules first, until about N records a second are kept")
      .text(
          "The mean over the window, of data records of all kinds. Slow queries and kinds that are not sampled are "
          "kept above it too. 0 is no goal.")
      .value("N")
      .range(0.0, 1e9)
      .key("adaptive_sampler.max_records_per_second");
  tree.number("--goal-window-seconds", &options.goal_window_seconds, "the time over which the goal is a mean")
      .value("SECONDS")
      .range(15.0, 86'400.0)
      .key("adaptive_sampler.goal_window_seconds");
}

}  // namespace

void describe_sampler_options(cli::Tree& tree, SamplerOptions& options) {
  tree.group("Sampling");
  tree.number("--default-sample-rate", &options.default_sample_rate,
              "the share that is kept of the sampled records that no other rule matches")
      .value("RATE")
      .range(0, 1)
      .key("adaptive_sampler.default_sample_rate");
  tree.number("--slow-query-threshold-ms", &options.slow_query_threshold_ms,
              "keep every record whose duration_ms is at least MS, whatever the rules say")
      .value("MS")
      .range(0.001, 1e12)
      .key("adaptive_sampler.slow_query_threshold_ms");
  tree.texts("--sampled-kinds", &options.sampled_kinds, "the kinds of which not every record is kept")
      .text("Of other kinds, rules that name the kind decide; where none matches all are kept.")
      .accepts(check_sampled_kind)
      .key("adaptive_sampler.sampled_kinds");
  tree.texts("--sample-by", &options.sample_by, "records that agree in these members are kept or dropped together")
      .text("Otherwise each record is decided upon by all of its bytes.")
      .key("adaptive_sampler.sample_by");
  tree.integer("--seed", &options.seed, "another number gives another choice, the same one the same")
      .value("N")
      .key("adaptive_sampler.seed");
  tree.toggle("--explain-decision", &options.explain_decision,
              "add sample_rule and sample_rate: what decided, and at which rate")
      .key("adaptive_sampler.explain_decision");
  describe_goal(tree, options);
  describe_deduplication(tree, options.deduplication);
  tree.list("adaptive_sampler.rules", &options.rules, "which records are kept at which rate", describe_rule);
  tree.map("adaptive_sampler.rule_templates", &options.rule_templates, "rules whose values are variables",
           describe_rule_template);
  tree.map("adaptive_sampler.rule_overrides", &options.rule_overrides, "other rates for some rules, by name",
           [](cli::Tree& entry, double& rate) { entry.number(cli::kWholeEntry, &rate, "the rate").range(0, 1); });
  tree.check([&tree, &options] { return resolve(options, tree.given("adaptive_sampler.rules")); }, "adaptive_sampler");
}

}  // namespace dbi::sampling
