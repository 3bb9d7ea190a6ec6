// SPDX-License-Identifier: Apache-2.0
#include "plan/row_flow.hpp"

#include <algorithm>

namespace dbi::plan {

namespace {

using planread::Edge;
using planread::kNoNode;
using planread::Node;
using planread::PlanKey;

bool is_input(Edge edge) {
  return edge == Edge::Outer || edge == Edge::Inner || edge == Edge::Member;
}

}  // namespace

bool is_join(std::string_view type) {
  return type == "Nested Loop" || type == "Hash Join";
}

void RowFlows::compute(const planread::Plan& plan) {
  plan_ = &plan;
  const auto count = static_cast<std::uint32_t>(plan.nodes().size());
  flows_.assign(count, {});
  for (std::uint32_t node = count; node-- > 0;) flow_up(node);
  for (std::uint32_t node = 0; node < count; ++node) flow_down(node);
}

void RowFlows::flow_up(std::uint32_t node) {
  const Node& at = plan_->nodes()[node];
  RowFlow& flow = flows_[node];
  const std::string_view type = plan_->text(at, PlanKey::NodeType);
  const auto input = first_input(node);
  // MariaDB measures no join.
  flow.measured = plan_->has(at, PlanKey::ActualLoops) || (input && flows_[*input].measured);
  const auto rows = plan_->number(at, flow.measured ? PlanKey::ActualRows : PlanKey::PlanRows);
  const auto kept_pct = plan_->number(at, flow.measured ? PlanKey::ActualFiltered : PlanKey::Filtered);
  const double kept = std::clamp(kept_pct.value_or(100) / 100, 0.0, 1.0);
  if (is_join(type)) {
    flow.read = pairs(node);
    flow.given = rows.value_or(flow.read * kept);
  } else if (!input || kept_pct) {
    flow.read = rows.value_or(inputs(node));
    flow.given = flow.read * kept;
  } else {
    flow.read = inputs(node);
    flow.given = rows.value_or(flow.read);
  }
}

std::optional<std::uint32_t> RowFlows::first_input(std::uint32_t node) const {
  for (std::uint32_t below = node + 1; below < plan_->nodes()[node].end; below = plan_->nodes()[below].end) {
    if (is_input(plan_->nodes()[below].edge)) return below;
  }
  return std::nullopt;
}

// A nested loop without a buffer looks for the rows of one loop of its inner side for each row of the outer one.
double RowFlows::pairs(std::uint32_t node) const {
  double product = 1;
  for (std::uint32_t below = node + 1; below < plan_->nodes()[node].end; below = plan_->nodes()[below].end) {
    if (is_input(plan_->nodes()[below].edge)) product *= flows_[below].given;
  }
  return product;
}

double RowFlows::inputs(std::uint32_t node) const {
  double sum = 0;
  for (std::uint32_t below = node + 1; below < plan_->nodes()[node].end; below = plan_->nodes()[below].end) {
    if (is_input(plan_->nodes()[below].edge)) sum += flows_[below].given;
  }
  return sum;
}

void RowFlows::flow_down(std::uint32_t node) {
  const Node& at = plan_->nodes()[node];
  RowFlow& flow = flows_[node];
  if (const auto loops = plan_->number(at, PlanKey::ActualLoops)) {
    flow.loops = *loops;
    return;
  }
  if (at.parent == kNoNode) return;
  const Node& parent = plan_->nodes()[at.parent];
  const RowFlow& above = flows_[at.parent];
  const std::string_view type = plan_->text(parent, PlanKey::NodeType);
  if (type == "Materialize") return;  // its own loops may read it again and again
  flow.loops = above.loops;
  if (at.edge == Edge::Inner && type == "Nested Loop" && !plan_->has(parent, PlanKey::UsingJoinBuffer)) {
    flow.loops *= flows_[at.parent + 1].given;  // of the outer side, which stands first
  } else if (at.edge == Edge::SubPlan && at.label.find("dependent") != std::string_view::npos) {
    flow.loops *= above.read;
  }
}

double rows_filtered(const planread::Plan& plan, std::span<const RowFlow> flows, std::uint32_t node) {
  const Node& at = plan.nodes()[node];
  const RowFlow& flow = flows[node];
  const bool filters = plan.text(at, PlanKey::NodeType) == "Filter" || plan.has(at, PlanKey::ActualFiltered);
  return filters && flow.measured ? flow.loops * std::max(flow.read - flow.given, 0.0) : 0;
}

}  // namespace dbi::plan
