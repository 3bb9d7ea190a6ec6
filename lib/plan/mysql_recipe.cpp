// SPDX-License-Identifier: Apache-2.0
#include "plan/mysql_recipe.hpp"

#include <algorithm>

#include "plan/plan_names.hpp"

namespace dbi::plan {

namespace {

using planread::Node;
using planread::PlanKey;
using planread::Property;

// In the order in which they are hashed, each with a byte behind it, there or not.
constexpr PlanKey kShape[] = {PlanKey::NodeType, PlanKey::Operation, PlanKey::Strategy, PlanKey::JoinType,
                              PlanKey::ScanDirection};
// Of blocks alone: prose has these in its words.
constexpr PlanKey kBlockShape[] = {PlanKey::AccessType,          PlanKey::Covering,     PlanKey::UsingFilesort,
                                   PlanKey::UsingTemporaryTable, PlanKey::RangeChecked, PlanKey::UsingJoinBuffer};
constexpr PlanKey kObjects[] = {PlanKey::RelationName, PlanKey::IndexName, PlanKey::UsedKeyParts,
                                PlanKey::TableFunctionName};
// A node may have several of one key.
constexpr PlanKey kConditions[] = {PlanKey::IndexCond, PlanKey::HashCond, PlanKey::JoinFilter,
                                   PlanKey::Filter,    PlanKey::SortKey,  PlanKey::GroupKey};

constexpr char kFieldEnd = '\x02';
constexpr std::string_view kElsewhere = " (query plan printed elsewhere)";

}  // namespace

void MySqlRecipe::begin(const planread::Plan& plan) {
  plan_ = &plan;
  const auto has_prose = [&](const Node& node) { return plan.has(node, PlanKey::OperationText); };
  prose_ = plan.system() == sql::System::MySql && std::all_of(plan.nodes().begin(), plan.nodes().end(), has_prose);
}

void MySqlRecipe::append_shape(const Node& node, std::string& out) const {
  const auto append = [&](PlanKey key) {
    const bool flag = plan_key_row(key).type == planread::KeyType::Flag;
    if (plan_->has(node, key)) out.append(flag ? "1" : plan_->text(node, key));
    out.push_back(kFieldEnd);
  };
  for (const PlanKey key : kShape) append(key);
  if (prose_) return;
  for (const PlanKey key : kBlockShape) append(key);
}

void MySqlRecipe::append_work(std::uint32_t place, std::string& out) {
  if (prose_) return append_operation(place, out);
  append_properties(plan_->nodes()[place], out);
}

void MySqlRecipe::append_operation(std::uint32_t place, std::string& out) {
  if (filters_temporary(place)) {
    out.append("Filter");
  } else {
    std::string_view operation = operation_of(place);
    if (operation.ends_with(kElsewhere)) operation.remove_suffix(kElsewhere.size());
    expressions_.append_operation(operation, out);
  }
  out.push_back(kFieldEnd);
}

std::string_view MySqlRecipe::operation_of(std::uint32_t place) const {
  return plan_->text(plan_->nodes()[place], PlanKey::OperationText);
}

bool MySqlRecipe::is_shared(std::uint32_t place) const {
  const std::string_view operation = operation_of(place);
  const bool of_cte = operation.starts_with("Materialize CTE ") || operation.starts_with("Materialize recursive CTE ");
  return of_cte && (operation.ends_with(" if needed") || operation.ends_with(kElsewhere));
}

// What such a filter compares is printed by other names once the plan has run: "sum(orders.total)" as "total" or "???".
bool MySqlRecipe::filters_temporary(std::uint32_t place) const {
  if (!operation_of(place).starts_with("Filter: ")) return false;
  const auto passes_on = [](std::string_view operation) {
    return operation.starts_with("Filter: ") || operation.starts_with("Sort: ") || operation.starts_with("Limit");
  };
  constexpr std::uint32_t kFarthest = 8;
  const std::uint32_t end = std::min(plan_->nodes()[place].end, place + kFarthest);
  std::uint32_t at = place;
  while (at + 1 < end && passes_on(operation_of(at))) ++at;
  return operation_of(at).starts_with("Table scan on <");
}

void MySqlRecipe::append_properties(const Node& node, std::string& out) {
  for (const PlanKey key : kObjects) {
    append_folded_name(plan_->text(node, key), out);
    out.push_back(kFieldEnd);
  }
  char letter = 'A';
  for (const PlanKey key : kConditions) {
    const char mark = letter++;
    for (const Property& property : plan_->properties(node)) {
      if (property.key != key) continue;
      out.push_back(mark);
      expressions_.append(property.text, out);
      out.push_back(kFieldEnd);
    }
  }
}

}  // namespace dbi::plan
