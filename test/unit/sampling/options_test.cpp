// What the configuration may say of rules, and what it may not.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "cli/review.hpp"
#include "sampling/options_of.hpp"
#include "sampling/sampler_options.hpp"

namespace dbi::sampling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> names(const SamplerOptions& options) {
  std::vector<std::string> out;
  for (const Rule& rule : options.rules) out.push_back(rule.name);
  return out;
}

const Rule& rule(const SamplerOptions& options, std::string_view name) {
  for (const Rule& one : options.rules) {
    if (one.name == name) return one;
  }
  ADD_FAILURE() << "no rule " << name;
  return options.rules.front();
}

std::string message_of(std::string_view yaml, const std::map<std::string, std::string>& variables = {}) {
  const auto options = options_of(yaml, variables);
  return options ? "" : options.error().message;
}

// A document with one rule of these conditions.
std::string with_conditions(std::string_view conditions) {
  return "adaptive_sampler:\n  rules:\n    - name: r\n      conditions: " + std::string(conditions) + "\n";
}

TEST(SamplerOptions, PassTheReview) {
  SamplerOptions options;
  cli::Tree tree("DBI_SAMPLE_");
  describe_sampler_options(tree, options);
  EXPECT_THAT(cli::review(tree), IsEmpty());
}

TEST(SamplerOptions, TheDefaultRulesAreTheOriginals) {
  const auto options = options_of("");
  ASSERT_TRUE(options.has_value());
  EXPECT_THAT(names(*options), ElementsAre("critical_queries", "missing_indexes", "high_frequency", "default"));
  EXPECT_EQ(rule(*options, "high_frequency").max_per_minute, 10U);
  EXPECT_EQ(rule(*options, "high_frequency").sample_rate, 0.01);
  EXPECT_EQ(rule(*options, "default").sample_rate, 0.1);
  EXPECT_EQ(options->default_sample_rate, 0.1);
  EXPECT_EQ(options->max_records_per_second, 1000);
}

TEST(SamplerOptions, TheDefaultRateIsThatOfTheLastDefaultRule) {
  const auto options = options_of("adaptive_sampler: {default_sample_rate: 0.05}\n").value();
  EXPECT_EQ(rule(options, "default").sample_rate, 0.05);
  const auto overridden =
      options_of("adaptive_sampler: {default_sample_rate: 0.05, rule_overrides: {default: 0.5}}\n").value();
  EXPECT_EQ(rule(overridden, "default").sample_rate, 0.5);
  const auto own = options_of("adaptive_sampler: {default_sample_rate: 0.05, rules: [{name: default}]}\n").value();
  EXPECT_EQ(rule(own, "default").sample_rate, 1);
}

TEST(SamplerOptions, ConfiguredRulesReplaceTheDefaultOnes) {
  const auto options = options_of("adaptive_sampler: {rules: [{name: a}, {name: b, priority: -1, sample_rate: 0}]}\n");
  ASSERT_TRUE(options.has_value());
  EXPECT_THAT(names(*options), ElementsAre("a", "b"));
  EXPECT_EQ(rule(*options, "a").sample_rate, 1);
  EXPECT_THAT(names(options_of("adaptive_sampler: {rules: []}\n").value()), IsEmpty());
}

constexpr std::string_view kTemplates = R"(
adaptive_sampler:
  rule_templates:
    critical_queries:
      priority: 100
      condition_template:
        - {attribute: avg_duration_ms, operator: gt, value_template: "${CRITICAL_QUERY_MS:1000}"}
    busy:
      name: high_volume_queries
      priority: 50
      sample_rate: 0.01
      max_per_minute: 10
      condition_template:
        - attribute: execution_count
          operator: gt
          value_template: ${HIGH_VOLUME_THRESHOLD:1000}
  environment_overrides:
    production:
      slow_query_threshold_ms: 2000
      max_records_per_second: 500
      default_sample_rate: 0.05
      rule_overrides: {high_volume_queries: 0.001}
    staging: {rule_overrides: {nothing_of_that_name: 0.5}}
)";

TEST(SamplerOptions, TemplatesGiveRulesWithTheirVariables) {
  const auto options = options_of(kTemplates, {{"HIGH_VOLUME_THRESHOLD", "77"}});
  ASSERT_TRUE(options.has_value()) << options.error().message;
  EXPECT_THAT(names(*options),
              ElementsAre("missing_indexes", "high_frequency", "default", "high_volume_queries", "critical_queries"));
  EXPECT_EQ(rule(*options, "high_volume_queries").sample_rate, 0.01);
  EXPECT_EQ(rule(*options, "high_volume_queries").conditions.at(0).value, cli::Any(std::int64_t{77}));
  EXPECT_EQ(options->slow_query_threshold_ms, 1000);
}

TEST(SamplerOptions, TheEnvironmentOverridesRatesOfRules) {
  const auto options = options_of(kTemplates, {{"DBI_ENV", "production"}});
  ASSERT_TRUE(options.has_value()) << options.error().message;
  EXPECT_EQ(rule(*options, "high_volume_queries").sample_rate, 0.001);
  EXPECT_EQ(options->slow_query_threshold_ms, 2000);
  EXPECT_EQ(options->default_sample_rate, 0.05);
  EXPECT_THAT(message_of(kTemplates, {{"DBI_ENV", "staging"}}),
              HasSubstr("dbi.yaml:23:32: adaptive_sampler.rule_overrides.nothing_of_that_name: no rule is called so"));
}

TEST(SamplerOptions, ConditionsNest) {
  const auto options = options_of(with_conditions(R"(
        - any:
            - {attribute: kind, operator: in, value: [session, plan]}
            - all: [{attribute: calls, operator: gte, value: 5}, {not: {attribute: user, operator: eq, value: app}}]
        - {attribute: query, operator: exists})"));
  ASSERT_TRUE(options.has_value()) << options.error().message;
  const Condition& first = options->rules.at(0).conditions.at(0);
  EXPECT_EQ(first.any.size(), 2U);
  EXPECT_EQ(first.any[1].all[1].negated.at(0).attribute, "user");
}

struct Refusal {
  std::string_view text;
  std::string_view message;
};

TEST(SamplerOptions, WhatNoRecordCouldMeetAsMeantIsRefused) {
  constexpr Refusal kRefusals[] = {
      {"[{}]", "an empty condition"},
      {"[{attribute: calls}]", "a comparison without operator"},
      {"[{operator: exists}]", "a comparison without attribute"},
      {"[{attribute: calls, operator: over, value: 1}]", "unknown word: 'over'"},
      {"[{attribute: calls, operator: gt}]", "gt compares with a number"},
      {"[{attribute: calls, operator: gt, value: many}]", "gt compares with a number"},
      {"[{attribute: calls, operator: gt, value: inf}]", "gt compares with a number"},
      {"[{attribute: calls, operator: eq}]", "eq compares with one value"},
      {"[{attribute: calls, operator: eq, value: [1, 2]}]", "eq compares with one value"},
      {"[{attribute: calls, operator: ne, value: null}]", "ne compares with one value"},
      {"[{attribute: calls, operator: in, value: []}]", "in compares with a list"},
      {"[{attribute: query, operator: contains, value: 7}]", "contains compares with a text"},
      {"[{attribute: query, operator: matches, value: \"(\"}]", "not a regular expression: '('"},
      {"[{attribute: query, operator: exists, value: maybe}]", "exists takes true or false"},
      {"[{attribute: a, operator: exists, any: [{attribute: b, operator: exists}]}]", "more than one form"},
      {"[{any: []}]", "an empty condition"},
      {"{attribute: calls, operator: exists}", "a map where a list is wanted"},
      {"[{attribute: calls, operater: exists}]", "unknown key"},
  };
  for (const auto& [conditions, message] : kRefusals) {
    EXPECT_THAT(message_of(with_conditions(conditions)), HasSubstr(message)) << conditions;
  }
}

TEST(SamplerOptions, RulesAreRefusedForNamesRatesAndKinds) {
  constexpr Refusal kRefusals[] = {
      {"rules: [{priority: 1}]", "a rule without name"},
      {"rules: [{name: \"a\\\"b\"}]", "no name for a rule"},
      {"rules: [{name: a}, {name: a}]", "two rules are called 'a'"},
      {"rules: [{name: a}], rule_templates: {a: {}}", "two rules are called 'a'"},
      {"rules: [{name: a, sample_rate: 1.5}]", "out of range: '1.5'"},
      {"rules: [{name: a, max_per_minute: -1}]", "out of range"},
      {"rules: [{name: a, sample_rate: 0.5, conditions: [{attribute: kind, operator: in, value: [plan, setting]}]}]",
       "rule 'a' would keep 0.5 of setting, which is a gauge"},
      {"rules: [{name: a, conditions: [{attribute: kind, operator: eq, value: scrape}]}]", "which is never sampled"},
      {"rule_overrides: {defaults: 0.5}",
       "dbi.yaml:1:37: adaptive_sampler.rule_overrides.defaults: no rule is called so"},
      {"sampled_kinds: [table_stats]", "dbi.yaml:1:35: adaptive_sampler.sampled_kinds: table_stats is a gauge"},
      {"sampled_kinds: [sesion]", "no kind of record: 'sesion'"},
      {"rules: [{name: a, conditions: [{attribute: kind, operator: eq, value: sesion}]}]",
       "no kind of record: 'sesion'"},
      {"sampled_kinds: [error]", "error is a control record"},
      {"default_sample_rate: 2", "out of range"},
      {"slow_query_threshold_ms: 0", "out of range"},
      {"deduplication: {cleanup_interval: 60}", "unknown key"},
  };
  for (const auto& [section, message] : kRefusals) {
    EXPECT_THAT(message_of("adaptive_sampler: {" + std::string(section) + "}\n"), HasSubstr(message)) << section;
  }
  EXPECT_EQ(message_of("adaptive_sampler: {rules: [{name: a, sample_rate: 0, conditions: [{attribute: kind, operator: "
                       "eq, value: setting}]}]}\n"),
            "");
}

TEST(NamedKinds, AreThoseThatAllConditionsLeaveOpen) {
  const auto kinds = [](std::string_view conditions) {
    const auto options = options_of(with_conditions(conditions));
    EXPECT_TRUE(options.has_value()) << options.error().message;
    return named_kinds(options.value().rules.at(0).conditions);
  };
  using Names = std::set<std::string>;
  EXPECT_EQ(kinds("[{attribute: kind, operator: eq, value: plan}]"), Names{"plan"});
  EXPECT_EQ(kinds("[{attribute: kind, operator: in, value: [plan, session]}]"), (Names{"plan", "session"}));
  EXPECT_EQ(kinds("[{attribute: kind, operator: in, value: [plan, session]}, {attribute: kind, operator: eq, value: "
                  "plan}]"),
            Names{"plan"});
  EXPECT_EQ(kinds("[{any: [{attribute: kind, operator: eq, value: plan}, {attribute: kind, operator: eq, value: "
                  "session}]}]"),
            (Names{"plan", "session"}));
  EXPECT_EQ(kinds("[{any: [{attribute: kind, operator: eq, value: plan}, {attribute: calls, operator: exists}]}]"),
            std::nullopt);
  EXPECT_EQ(kinds("[{all: [{attribute: kind, operator: eq, value: plan}, {attribute: calls, operator: exists}]}]"),
            Names{"plan"});
  EXPECT_EQ(kinds("[{not: {attribute: kind, operator: eq, value: plan}}]"), std::nullopt);
  EXPECT_EQ(kinds("[{attribute: kind, operator: ne, value: plan}]"), std::nullopt);
  EXPECT_EQ(kinds("[]"), std::nullopt);
}

}  // namespace
}  // namespace dbi::sampling
