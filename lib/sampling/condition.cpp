// SPDX-License-Identifier: Apache-2.0
#include "sampling/condition.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "record/schema/alias.hpp"
#include "sampling/matcher.hpp"

namespace dbi::sampling {

namespace {

using Kinds = std::optional<std::set<std::string>>;

void describe(cli::Tree& tree, Condition& condition, std::string_view value_key) {
  const auto inner = [value_key](cli::Tree& entry, Condition& inside) { describe(entry, inside, value_key); };
  tree.text("attribute", &condition.attribute, "the member that is compared, or an alias of it");
  tree.choice("operator", &condition.comparison,
              {{"eq", Operator::Eq},
               {"ne", Operator::Ne},
               {"gt", Operator::Gt},
               {"gte", Operator::Gte},
               {"lt", Operator::Lt},
               {"lte", Operator::Lte},
               {"contains", Operator::Contains},
               {"exists", Operator::Exists},
               {"in", Operator::In},
               {"matches", Operator::Matches},
               {"starts_with", Operator::StartsWith}},
              "how it is compared");
  tree.one_of(value_key, "what it is compared with", [&condition](cli::Tree& forms) {
    forms.any("one", &condition.value, "a value");
    forms.any_list("several", &condition.values, "the values of in");
  });
  tree.list("any", &condition.any, "conditions of which one must hold", inner).or_one();
  tree.list("all", &condition.all, "conditions that must all hold", inner).or_one();
  tree.list("not", &condition.negated, "conditions of which none must hold", inner).or_one();
  tree.check([&condition]() -> Status {
    const bool compares = !condition.attribute.empty() || condition.comparison;
    const int forms =
        int{compares} + int{!condition.any.empty()} + int{!condition.all.empty()} + int{!condition.negated.empty()};
    if (forms != 1) {
      return fail(ErrorKind::Usage, forms == 0 ? "an empty condition" : "a condition of more than one form",
                  "Write either attribute, operator and value, or one of any, all and not with a list of conditions.");
    }
    if (!compares) return {};
    DBI_TRY_ASSIGN(const Matcher matcher, Matcher::compile(condition));
    static_cast<void>(matcher);
    return {};
  });
}

std::set<std::string> texts_of(const Condition& condition) {
  std::set<std::string> out;
  const auto add = [&out](const cli::Any& value) {
    if (const auto* text = std::get_if<std::string>(&value)) out.insert(*text);
  };
  add(condition.value);
  for (const auto& value : condition.values) add(value);
  return out;
}

Kinds kinds_of(const Condition& condition);

// One of them holds: only kinds that one of them names, if each names some.
Kinds kinds_of_any(std::span<const Condition> conditions) {
  std::set<std::string> out;
  for (const auto& condition : conditions) {
    const Kinds kinds = kinds_of(condition);
    if (!kinds) return std::nullopt;
    out.insert(kinds->begin(), kinds->end());
  }
  return out;
}

Kinds kinds_of(const Condition& condition) {
  if (!condition.all.empty()) return named_kinds(condition.all);
  if (!condition.any.empty()) return kinds_of_any(condition.any);
  const bool names = condition.comparison == Operator::Eq || condition.comparison == Operator::In;
  if (!names || record::schema::resolve_alias(condition.attribute) != "kind") return std::nullopt;
  return texts_of(condition);
}

}  // namespace

void describe_condition(cli::Tree& tree, Condition& condition) {
  describe(tree, condition, "value");
}

void describe_condition_template(cli::Tree& tree, Condition& condition) {
  describe(tree, condition, "value_template");
}

Kinds named_kinds(std::span<const Condition> conditions) {
  Kinds out;
  for (const auto& condition : conditions) {
    Kinds kinds = kinds_of(condition);
    if (!kinds) continue;
    if (out) {
      std::set<std::string> both;
      std::ranges::set_intersection(*out, *kinds, std::inserter(both, both.end()));
      kinds = std::move(both);
    }
    out = std::move(kinds);
  }
  return out;
}

}  // namespace dbi::sampling
