// SPDX-License-Identifier: Apache-2.0
#include "sampling/rule.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dbi::sampling {

namespace {

Condition compare(std::string attribute, Operator comparison, cli::Any value) {
  Condition out;
  out.attribute = std::move(attribute);
  out.comparison = comparison;
  out.value = std::move(value);
  return out;
}

// Names become labels of metrics and members of records.
Status check_name(const std::string& name) {
  constexpr std::size_t kLongest = 100;
  const auto unfit = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == '\x7F';
  };
  if (name.size() <= kLongest && std::ranges::none_of(name, unfit)) return {};
  return fail(ErrorKind::Usage, fmt::format("no name for a rule: '{}'", name),
              "Write at most 100 bytes without quotes, backslashes and control characters.");
}

void describe_common(cli::Tree& tree, Rule& rule) {
  tree.text("name", &rule.name, "what metrics and --explain-decision call it");
  tree.integer("priority", &rule.priority, "the rule of the highest priority decides");
  tree.number("sample_rate", &rule.sample_rate, "the share of its records that is kept").range(0, 1);
  tree.integer("max_per_minute", &rule.max_per_minute, "keep at most N of its records in any minute; 0: any number")
      .range(std::uint32_t{0}, kMostPerMinute);
  tree.check([&rule] { return check_name(rule.name); });
}

}  // namespace

std::vector<Rule> default_rules() {
  return {
      {"critical_queries", 100, 1, 0, {compare("duration_ms", Operator::Gt, std::int64_t{1000})}},
      {"missing_indexes",
       90,
       1,
       0,
       {compare("plan_has_seq_scan", Operator::Eq, true), compare("plan_rows", Operator::Gt, std::int64_t{10'000})}},
      {"high_frequency",
       50,
       0.01,
       10,
       {compare("kind", Operator::Eq, std::string("query_stats")), compare("calls", Operator::Gt, std::int64_t{1000})}},
      {std::string(kDefaultRule), 0, 0.1, 0, {}},
  };
}

void describe_rule(cli::Tree& tree, Rule& rule) {
  describe_common(tree, rule);
  tree.list("conditions", &rule.conditions, "what a record must meet, all of it; none: any record", describe_condition);
  tree.check([&rule]() -> Status {
    if (!rule.name.empty()) return {};
    return fail(ErrorKind::Usage, "a rule without name");
  });
}

void describe_rule_template(cli::Tree& tree, Rule& rule) {
  describe_common(tree, rule);
  tree.list("condition_template", &rule.conditions, "what a record must meet, all of it; none: any record",
            describe_condition_template);
}

}  // namespace dbi::sampling
