// SPDX-License-Identifier: Apache-2.0
#include "plan/plan_names.hpp"

#include <algorithm>

namespace dbi::plan {

namespace {

using planread::Edge;
using planread::Node;
using planread::PlanKey;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "SubPlan 2" and "CTE x" without the word.
std::string_view behind_word(std::string_view label) {
  const std::size_t blank = label.find(' ');
  return blank == std::string_view::npos ? label : label.substr(blank + 1);
}

// A partition's alias is its table's with a number: "a_1" is scanned where a query says "a".
std::string_view without_number(std::string_view alias) {
  std::size_t size = alias.size();
  while (size > 0 && is_digit(alias[size - 1])) --size;
  return size > 1 && size < alias.size() && alias[size - 1] == '_' ? alias.substr(0, size - 1) : std::string_view();
}

}  // namespace

void append_folded_name(std::string_view name, std::string& out) {
  for (std::size_t at = 0; at < name.size();) {
    std::size_t end = at;
    if (name.substr(at).starts_with("_p") && at + 2 < name.size() && is_digit(name[at + 2])) end = at + 2;
    if (end == at && !is_digit(name[at])) {
      out.push_back(name[at++]);
      continue;
    }
    const std::size_t digits = end;
    while (end < name.size() && is_digit(name[end])) ++end;
    if (digits == at && end - at < 2) {
      out.append(name.substr(at, end - at));
    } else {
      out.push_back('#');
    }
    at = end;
  }
}

void PlanNames::begin(const planread::Plan& plan) {
  plan_ = &plan;
  aliases_.clear();
  relations_.clear();
  functions_.clear();
  ctes_.clear();
  subplans_.clear();
  texts_.clear();
  unresolved_ = 0;
  for (const Node& node : plan.nodes()) {
    if (node.edge == Edge::Cte) ctes_.emplace(behind_word(node.label), keep("cte" + std::to_string(ctes_.size() + 1)));
    if (node.edge == Edge::SubPlan) {
      subplans_.emplace(behind_word(node.label), static_cast<std::uint32_t>(subplans_.size() + 1));
    }
  }
  for (const Node& node : plan.nodes()) add_alias(node);
}

void PlanNames::add_alias(const Node& node) {
  const std::string_view alias = plan_->text(node, PlanKey::Alias);
  if (alias.empty() || aliases_.contains(alias)) return;
  std::string name;
  for (const PlanKey key : {PlanKey::RelationName, PlanKey::FunctionName, PlanKey::TableFunctionName}) {
    if (name.empty()) append_folded_name(plan_->text(node, key), name);
  }
  if (name.empty()) name = cte(plan_->text(node, PlanKey::CteName));
  if (name.empty()) {
    aliases_.emplace(alias, keep("t" + std::to_string(++unresolved_)));
    return;
  }
  const std::string_view relation = keep(name);
  if (plan_->has(node, PlanKey::FunctionName)) functions_.emplace(alias, relation);
  const std::uint32_t count = ++relations_[relation];
  const std::string_view text = count == 1 ? relation : keep(name + "#" + std::to_string(count));
  aliases_.emplace(alias, text);
  if (const std::string_view table = without_number(alias); !table.empty()) aliases_.emplace(table, text);
}

std::string_view PlanNames::qualifier(std::string_view alias) {
  if (alias == own_alias(node_) || aliases_.size() == 1) return {};
  const auto [entry, fresh] = aliases_.try_emplace(alias);
  if (fresh) entry->second = keep("t" + std::to_string(++unresolved_));
  return entry->second;
}

// The scans of an index that a bitmap is made of speak of the table by the alias of the scan above.
std::string_view PlanNames::own_alias(std::uint32_t node) const {
  const Node* at = &plan_->nodes()[node];
  for (;;) {
    const std::string_view type = plan_->text(*at, PlanKey::NodeType);
    if (!type.starts_with("Bitmap") || type == "Bitmap Heap Scan" || at->parent == planread::kNoNode) break;
    at = &plan_->nodes()[at->parent];
  }
  return plan_->text(*at, PlanKey::Alias);
}

std::string_view PlanNames::column(std::string_view alias, std::string_view name) {
  if (functions_.empty() || (!alias.empty() && alias != name)) return name;
  const auto known = functions_.find(name);
  return known == functions_.end() ? name : known->second;
}

std::uint32_t PlanNames::subplan(std::string_view number) {
  const auto known = subplans_.find(number);
  return known == subplans_.end() ? 0 : known->second;
}

std::string_view PlanNames::cte(std::string_view name) const {
  const auto known = ctes_.find(name);
  return known == ctes_.end() ? std::string_view() : known->second;
}

}  // namespace dbi::plan
