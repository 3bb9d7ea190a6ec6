// SPDX-License-Identifier: Apache-2.0
#include "planread/plan.hpp"

#include <algorithm>
#include <cassert>

namespace dbi::planread {

namespace {

// A 0 of these is a fact: none came, none was launched, the planner expects none.
bool says_something_when_zero(PlanKey key) {
  switch (key) {
    case PlanKey::StartupCost:
    case PlanKey::TotalCost:
    case PlanKey::PlanRows:
    case PlanKey::PlanWidth:
    case PlanKey::ActualStartupTime:
    case PlanKey::ActualTotalTime:
    case PlanKey::ActualRows:
    case PlanKey::ActualLoops:
    case PlanKey::Filtered:
    case PlanKey::ActualFiltered:
    case PlanKey::WorkersLaunched:
    case PlanKey::WorkerNumber:
      return true;
    default:
      return plan_key_row(key).key_class == KeyClass::Statement;
  }
}

// The word that TEXT does not print because it is the ordinary case.
bool is_ordinary(PlanKey key, std::string_view text) {
  if (key == PlanKey::PartialMode) return text == "Simple";
  if (key == PlanKey::ScanDirection)
    return text != "Backward";  // NoMovement: 13 to 15, of an index ordered by distance
  return false;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace

void Plan::clear(std::size_t source_bytes, sql::System system) {
  system_ = system;
  nodes_.clear();
  groups_.clear();
  properties_.clear();
  inputs_.clear();
  unknown_.clear();
  text_.clear();
  text_.reserve(source_bytes);
  in_group_ = false;
}

std::uint32_t Plan::add_node(std::uint32_t parent, std::string_view label) {
  const auto place = static_cast<std::uint32_t>(nodes_.size());
  Node node;
  node.parent = parent;
  node.label = label;
  node.first_property = static_cast<std::uint32_t>(properties_.size());
  if (parent != kNoNode) {
    node.depth = nodes_[parent].depth + 1;
    if (label.empty()) node.input = inputs_[parent]++;
  }
  nodes_.push_back(node);
  inputs_.push_back(0);
  in_group_ = false;
  return place;
}

void Plan::begin_group(GroupKind kind, std::uint32_t node) {
  assert(groups_.empty() || groups_.back().node <= node);
  groups_.push_back({.kind = kind, .node = node, .first_property = static_cast<std::uint32_t>(properties_.size())});
  in_group_ = true;
}

void Plan::add(Property property) {
  properties_.push_back(property);
  ++(in_group_ ? groups_.back().properties : nodes_.back().properties);
}

void Plan::add_number(PlanKey key, double number) {
  if (number != 0 || says_something_when_zero(key)) add({.key = key, .number = number, .text = {}});
}

void Plan::add_text(PlanKey key, std::string_view text) {
  if (!text.empty() && !is_ordinary(key, text)) add({.key = key, .number = 0, .text = text});
}

void Plan::add_flag(PlanKey key, bool flag) {
  if (flag) add({.key = key, .number = 1, .text = {}});
}

void Plan::add_unknown(std::string_view name) {
  if (unknown_.size() < kMaxUnknown && std::find(unknown_.begin(), unknown_.end(), name) == unknown_.end()) {
    unknown_.push_back(name);
  }
}

std::span<const Group> Plan::groups(std::uint32_t node) const {
  const auto before = [](const Group& group, std::uint32_t place) { return group.node < place; };
  const auto begin = std::lower_bound(groups_.begin(), groups_.end(), node, before);
  const auto end = std::find_if(begin, groups_.end(), [&](const Group& group) { return group.node != node; });
  return {begin, end};
}

const Group* Plan::group(GroupKind kind, std::uint32_t node) const {
  const auto all = groups(node);
  const auto found = std::find_if(all.begin(), all.end(), [&](const Group& group) { return group.kind == kind; });
  return found == all.end() ? nullptr : &*found;
}

void Plan::finish() {
  // A group whose counters are all 0 is there in some formats only.
  std::erase_if(groups_,
                [](const Group& group) { return group.properties == 0 && group.kind != GroupKind::Statement; });
  for (std::uint32_t place = 0; place < nodes_.size(); ++place) {
    nodes_[place].end = place + 1;
    nodes_[place].edge = edge_of(nodes_[place]);
    drop_ordinary(nodes_[place]);
  }
  for (std::size_t place = nodes_.size(); place-- > 1;) {
    Node& parent = nodes_[nodes_[place].parent];
    parent.end = std::max(parent.end, nodes_[place].end);
  }
}

// What only the whole node shows to say nothing: the number of batches that it did not change, times of no loop.
void Plan::drop_ordinary(const Node& node) {
  Node& changed = nodes_[static_cast<std::size_t>(&node - nodes_.data())];
  const auto begin = properties_.begin() + changed.first_property;
  const auto end = begin + changed.properties;
  const bool never_executed = number(changed, PlanKey::ActualLoops) == 0.0;
  const auto buckets = number(changed, PlanKey::HashBuckets);
  const auto batches = number(changed, PlanKey::HashBatches);
  const auto says_nothing = [&](const Property& property) {
    switch (property.key) {
      case PlanKey::ActualStartupTime:
      case PlanKey::ActualTotalTime:
      case PlanKey::ActualRows:
        return never_executed;
      case PlanKey::OriginalHashBuckets:
        return property.number == buckets;
      case PlanKey::OriginalHashBatches:
        return property.number == batches;
      default:
        return false;
    }
  };
  const auto kept = std::remove_if(begin, end, says_nothing);
  changed.properties = static_cast<std::uint32_t>(kept - begin);
}

// Second child of a join, Recursive Union or SetOp = inner; of Append and its like = member (reference: explain.c,
// ExplainPreScanNode and the relationships that ExplainNode passes).
Edge Plan::edge_of(const Node& node) const {
  if (node.parent == kNoNode) return Edge::Root;
  if (node.label.starts_with("InitPlan")) return Edge::InitPlan;
  if (node.label.starts_with("CTE")) return Edge::Cte;
  if (!node.label.empty()) return Edge::SubPlan;
  const std::string_view type = text(nodes_[node.parent], PlanKey::NodeType);
  if (is_one_of(type, {"Append", "Merge Append", "BitmapAnd", "BitmapOr", "Custom Scan", "Union", "Intersect", "Except",
                       "Index Merge"}))
    return Edge::Member;
  if (type == "Subquery Scan") return Edge::Subquery;
  const bool two_sided = is_one_of(type, {"Nested Loop", "Hash Join", "Merge Join", "Recursive Union", "SetOp"});
  return two_sided && node.input > 0 ? Edge::Inner : Edge::Outer;
}

}  // namespace dbi::planread
