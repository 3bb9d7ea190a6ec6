// SPDX-License-Identifier: Apache-2.0
#include "plan/plan_rules.hpp"

#include <algorithm>
#include <utility>

namespace dbi::plan {

using planread::Edge;
using planread::kNoNode;
using planread::PlanKey;

namespace {

/// The node reads all that is below it before it gives a row.
bool reads_all_first(sql::System system, std::string_view type) {
  if (type == "Sort" || type == "Aggregate" || type == "Hash") return true;
  if (system == sql::System::PostgreSql) return false;
  return type == "Materialize" || type == "Temporary Table" || type == "Temp Table Aggregate";
}

}  // namespace

void PlanRules::begin(const planread::Plan& plan, const Accounting& accounting) {
  plan_ = &plan;
  accounting_ = &accounting;
  findings_.clear();
  const auto figures = accounting.nodes();
  total_ms_ = figures.empty() ? 0 : figures.front().elapsed_ms.value_or(0);
}

const std::vector<Finding>& PlanRules::sorted() {
  const auto figures = accounting_->nodes();
  const auto took = [&](const Finding& finding) {
    return finding.node == kWholePlan ? total_ms_ : figures[finding.node].self_ms.value_or(0);
  };
  std::stable_sort(findings_.begin(), findings_.end(), [&](const Finding& a, const Finding& b) {
    return std::pair(a.severity, took(a)) > std::pair(b.severity, took(b));
  });
  return findings_;
}

void PlanRules::report(FindingCode code, Severity severity, std::uint32_t node,
                       std::initializer_list<Evidence> evidence, std::string subject) {
  findings_.push_back({code, severity, node, evidence, std::move(subject)});
}

double PlanRules::number(std::uint32_t node, PlanKey key) const {
  return plan_->number(at(node), key).value_or(0);
}

std::string_view PlanRules::text(std::uint32_t node, PlanKey key) const {
  return plan_->text(at(node), key);
}

std::string PlanRules::relation(std::uint32_t node) const {
  return std::string(text(node, PlanKey::RelationName));
}

double PlanRules::total(std::uint32_t node, PlanKey key) const {
  return number(node, key) * loops(node);
}

double PlanRules::loops(std::uint32_t node) const {
  return number(node, PlanKey::ActualLoops);
}

double PlanRules::rows(std::uint32_t node) const {
  return accounting_->nodes()[node].rows.value_or(0);
}

std::optional<double> PlanRules::self_share(std::uint32_t node) const {
  const auto self = accounting_->nodes()[node].self_ms;
  if (!self || total_ms_ <= 0) return std::nullopt;
  return *self * 100 / total_ms_;
}

bool PlanRules::is_dear(std::uint32_t node) const {
  const auto elapsed = accounting_->nodes()[node].elapsed_ms;
  return elapsed && total_ms_ > 0 && *elapsed * 100 >= total_ms_ * thresholds_.share_pct;
}

bool PlanRules::is_cheap(std::uint32_t node) const {
  constexpr double kLeastSharePct = 10;
  return self_share(node).value_or(100) < kLeastSharePct;
}

double PlanRules::times_off(std::uint32_t node) const {
  return misestimate(*plan_, node).value_or(1);
}

bool PlanRules::is_misestimated(std::uint32_t node) const {
  if (times_off(node) < thresholds_.misestimate_info) return false;
  if (std::max(total(node, PlanKey::PlanRows), rows(node)) < thresholds_.misestimate_rows) return false;
  for (std::uint32_t below = node + 1; below < at(node).end; below = at(below).end) {
    if (times_off(below) >= thresholds_.misestimate_info) return false;
  }
  return true;
}

void PlanRules::report_misestimate(FindingCode code, std::uint32_t node) {
  const double times = times_off(node);
  const Severity severity = times >= thresholds_.misestimate_critical  ? Severity::Critical
                            : times >= thresholds_.misestimate_warning ? Severity::Warning
                                                                       : Severity::Info;
  report(code, severity, node,
         {{"estimated_rows", number(node, PlanKey::PlanRows)},
          {"actual_rows", number(node, PlanKey::ActualRows)},
          {"times", times}},
         relation(node));
}

void PlanRules::report_slow_planning(double planning_ms, double execution_ms) {
  if (planning_ms < thresholds_.planning_ms) return;
  if (planning_ms * 100 < (planning_ms + execution_ms) * thresholds_.planning_share_pct) return;
  report(FindingCode::PlanningDominates, Severity::Info, kWholePlan,
         {{"planning_ms", planning_ms}, {"execution_ms", execution_ms}});
}

bool PlanRules::may_stop_early(std::uint32_t node) const {
  for (std::uint32_t below = node; at(below).parent != kNoNode; below = at(below).parent) {
    const std::uint32_t above = at(below).parent;
    const std::string_view join = text(above, PlanKey::JoinType);
    const Edge edge = at(below).edge;
    const bool one_match = join == "Semi" || join == "Anti" || plan_->has(at(above), PlanKey::InnerUnique);
    if (type(above) == "Limit" || type(above) == "Merge Join" || (one_match && edge == Edge::Inner) ||
        edge == Edge::SubPlan)
      return true;
    if (reads_all_first(plan_->system(), type(above))) return false;
  }
  return false;
}

std::optional<std::uint32_t> PlanRules::child(std::uint32_t node, Edge edge) const {
  const auto nodes = plan_->nodes();
  for (std::uint32_t below = node + 1; below < nodes[node].end; below = nodes[below].end) {
    if (nodes[below].edge == edge) return below;
  }
  return std::nullopt;
}

std::string PlanRules::with_columns(std::uint32_t node, const std::vector<std::string>& columns) const {
  std::string out = relation(node);
  if (columns.empty()) return out;
  out.append(" (");
  for (const std::string& column : columns) out.append(column).append(", ");
  out.resize(out.size() - 2);
  return out.append(")");
}

}  // namespace dbi::plan
