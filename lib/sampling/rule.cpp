// SPDX-License-Identifier: Apache-2.0
#include "sampling/rule.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "record/schema/schema.hpp"

namespace dbi::sampling {

namespace {

using record::schema::find_kind;
using record::schema::KindClass;

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

// Of the kinds that a rule names.
Status check_kind_of_rule(const Rule& rule, const std::string& kind) {
  const auto* row = find_kind(kind);
  if (row == nullptr) return check_spelling(kind);
  if (row->kind_class == KindClass::Data) return {};
  if (row->kind_class == KindClass::Control) {
    return fail(ErrorKind::Usage, fmt::format("rule '{}' names {}, which is never sampled", rule.name, kind),
                "Control records pass every filter.");
  }
  if (rule.sample_rate == 0 || rule.sample_rate == 1) return {};
  return fail(ErrorKind::Usage,
              fmt::format("rule '{}' would keep {} of {}, which is a gauge", rule.name, rule.sample_rate, kind),
              "A gauge carries no weight: only the rates 0 and 1 are possible.");
}

void describe_common(cli::Tree& tree, Rule& rule) {
  tree.text("name", &rule.name, "what metrics and --explain-decision call it");
  tree.integer("priority", &rule.priority, "the rule of the highest priority decides");
  tree.number("sample_rate", &rule.sample_rate, "the share of its records that is kept").range(0, 1);
  tree.integer("max_per_minute", &rule.max_per_minute, "keep at most N of its records in any minute; 0: any number")
      .range(std::uint32_t{0}, kMostPerMinute);
  tree.check([&rule] { return check_name(rule.name); });
  tree.check([&rule] { return check_kinds(rule); });
}

}  // namespace

Status check_spelling(const std::string& kind) {
  std::vector<std::string_view> names;
  for (const auto& row : record::schema::kinds()) names.push_back(row.name);
  const auto nearest = nearest_name(kind, names);
  if (nearest.empty()) return {};
  return fail(ErrorKind::Usage, fmt::format("no kind of record: '{}'", kind), fmt::format("Did you mean {}?", nearest));
}

Status check_kinds(const Rule& rule) {
  const auto kinds = named_kinds(rule.conditions);
  if (!kinds) return {};
  for (const auto& kind : *kinds) DBI_TRY(check_kind_of_rule(rule, kind));
  return {};
}

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
    return fail(ErrorKind::Usage, "a rule without name", "Metrics and --explain-decision call it by that.");
  });
}

void describe_rule_template(cli::Tree& tree, Rule& rule) {
  describe_common(tree, rule);
  tree.list("condition_template", &rule.conditions, "what a record must meet, all of it; none: any record",
            describe_condition_template);
}

}  // namespace dbi::sampling
