// SPDX-License-Identifier: Apache-2.0
#include "planread/describe.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

namespace dbi::planread {

namespace {

constexpr std::string_view kEdges[] = {"root", "outer", "inner", "member", "subquery", "initplan", "subplan", "cte"};
constexpr std::string_view kGroups[] = {"statement",      "planning",  "serialization",    "jit",
                                        "trigger",        "worker",    "full_sort",        "full_sort_memory",
                                        "full_sort_disk", "presorted", "presorted_memory", "presorted_disk",
                                        "target"};

bool is_left_out(PlanKey key) {
  const KeyClass key_class = plan_key_row(key).key_class;
  return (key_class == KeyClass::Ignored && key != PlanKey::Alias && key != PlanKey::Disabled) ||
         key == PlanKey::TriggerName || key == PlanKey::Relation || key == PlanKey::QueryText;
}

bool is_measured(PlanKey key) {
  switch (key) {
    case PlanKey::ActualStartupTime:
    case PlanKey::ActualTotalTime:
    case PlanKey::PlanningTime:
    case PlanKey::ExecutionTime:
    case PlanKey::QueryIdentifier:  // of a temporary table, which is another one each time
    case PlanKey::JitGeneration:
    case PlanKey::JitDeform:
    case PlanKey::JitInlining:
    case PlanKey::JitOptimization:
    case PlanKey::JitEmission:
    case PlanKey::JitTotal:
    case PlanKey::Time:
      return true;
    default:
      break;
  }
  const std::string_view name = plan_key_row(key).name;
  return name.find("Blocks") != std::string_view::npos || name.starts_with("WAL") ||
         name.find("I/O") != std::string_view::npos;
}

// How processes share their work differs from run to run.
bool is_parallel(const Plan& plan) {
  return std::any_of(plan.nodes().begin(), plan.nodes().end(),
                     [&](const Node& node) { return plan.has(node, PlanKey::WorkersPlanned); });
}

bool is_hidden(const Plan& plan, PlanKey key) {
  const KeyClass key_class = plan_key_row(key).key_class;
  return is_measured(key) || (is_parallel(plan) && (key_class == KeyClass::Total || key_class == KeyClass::Mean));
}

template <typename Owner>
void describe_properties(const Plan& plan, const Owner& owner, Measured measured, std::string& out) {
  std::vector<Property> properties(plan.properties(owner).begin(), plan.properties(owner).end());
  std::stable_sort(properties.begin(), properties.end(),
                   [](const Property& a, const Property& b) { return a.key < b.key; });
  for (const Property& property : properties) {
    if (is_left_out(property.key) || (measured == Measured::Hide && is_hidden(plan, property.key))) continue;
    out.append(" [").append(plan_key_row(property.key).name).append("=");
    std::array<char, 32> number{};
    std::snprintf(number.data(), number.size(), "%.10g", property.number);
    out.append(property.text.empty() ? std::string_view(number.data()) : property.text).append("]");
  }
  out.append("\n");
}

}  // namespace

std::string describe(const Plan& plan, Measured measured) {
  std::string out;
  for (std::uint32_t place = 0; place < plan.nodes().size(); ++place) {
    const Node& node = plan.nodes()[place];
    out.append(std::to_string(node.depth)).append(" ").append(kEdges[static_cast<std::size_t>(node.edge)]);
    if (!node.label.empty()) out.append(" ").append(node.label);
    describe_properties(plan, node, measured, out);
    for (const Group& group : plan.groups()) {
      if (group.node != place || (measured == Measured::Hide && is_parallel(plan))) continue;
      out.append("  ").append(kGroups[static_cast<std::size_t>(group.kind)]);
      describe_properties(plan, group, measured, out);
    }
  }
  for (std::size_t kind = 0; kind < std::size(kGroups); ++kind) {
    for (const Group& group : plan.groups()) {
      if (group.node != kNoNode || static_cast<std::size_t>(group.kind) != kind) continue;
      // What planning read depends on the catalog's caches.
      if (measured == Measured::Hide && group.kind == GroupKind::Planning) continue;
      if (measured == Measured::Hide && group.kind == GroupKind::Jit && is_parallel(plan)) continue;
      out.append(kGroups[kind]);
      describe_properties(plan, group, measured, out);
    }
  }
  for (const std::string_view name : plan.unknown_keys()) out.append("unknown ").append(name).append("\n");
  return out;
}

}  // namespace dbi::planread
