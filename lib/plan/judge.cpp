// What the rules share, and what does not depend on a node's kind.
// SPDX-License-Identifier: Apache-2.0
#include "plan/judge.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "plan/condition_columns.hpp"

namespace dbi::plan {

using planread::Edge;
using planread::kNoNode;
using planread::Node;
using planread::PlanKey;

const std::vector<Finding>& Judge::judge(const planread::Plan& plan, const Accounting& accounting) {
  plan_ = &plan;
  accounting_ = &accounting;
  findings_.clear();
  const auto figures = accounting.nodes();
  total_ms_ = figures.empty() ? 0 : figures.front().elapsed_ms.value_or(0);
  for (std::uint32_t node = 0; node < plan.nodes().size(); ++node) judge_node(node);
  judge_statement();
  const auto took = [&](const Finding& finding) {
    return finding.node == kWholePlan ? total_ms_ : figures[finding.node].self_ms.value_or(0);
  };
  std::stable_sort(findings_.begin(), findings_.end(), [&](const Finding& a, const Finding& b) {
    return std::pair(a.severity, took(a)) > std::pair(b.severity, took(b));
  });
  return findings_;
}

void Judge::judge_node(std::uint32_t node) {
  const std::string_view type = text(node, PlanKey::NodeType);
  if (plan_->has(plan_->nodes()[node], PlanKey::Disabled)) {
    report(FindingCode::DisabledNode, Severity::Info, node, {{"cost", number(node, PlanKey::TotalCost)}});
  }
  // All else is about what happened.
  if (loops(node) == 0) return;
  judge_scan(node, type);
  judge_join(node, type);
  judge_memory(node, type);
  judge_estimate(node, type);
  judge_parallel(node, type);
  judge_reads(node);
  if (type == "Limit") judge_limit(node);
  const double width = number(node, PlanKey::PlanWidth);
  if (width >= thresholds_.wide_row_bytes && rows(node) >= thresholds_.discarded_rows) {
    report(FindingCode::WideRows, Severity::Info, node, {{"width_bytes", width}, {"rows", rows(node)}});
  }
}

void Judge::judge_estimate(std::uint32_t node, std::string_view type) {
  if (type == "BitmapAnd" || type == "BitmapOr" || type == "ModifyTable" || may_stop_early(node)) return;
  const double times = times_off(node);
  const double estimated = number(node, PlanKey::PlanRows);
  if (times < thresholds_.misestimate_info) return;
  if (std::max(estimated * loops(node), rows(node)) < thresholds_.misestimate_rows) return;
  // The deepest node that is off is the cause; above it the error only goes on.
  for (std::uint32_t below = node + 1; below < plan_->nodes()[node].end; below = plan_->nodes()[below].end) {
    if (times_off(below) >= thresholds_.misestimate_info) return;
  }
  const Severity severity = times >= thresholds_.misestimate_critical  ? Severity::Critical
                            : times >= thresholds_.misestimate_warning ? Severity::Warning
                                                                       : Severity::Info;
  const bool scan = !text(node, PlanKey::RelationName).empty();
  const bool unconditional = scan && text(node, PlanKey::Filter).empty() && text(node, PlanKey::IndexCond).empty() &&
                             plan_->nodes()[node].end == node + 1;
  const FindingCode code = type == "CTE Scan" ? FindingCode::CteMisestimate
                           : unconditional    ? FindingCode::StaleStatistics
                                              : FindingCode::RowMisestimate;
  report(code, severity, node,
         {{"estimated_rows", estimated}, {"actual_rows", number(node, PlanKey::ActualRows)}, {"times", times}},
         std::string(text(node, PlanKey::RelationName)));
}

void Judge::judge_reads(std::uint32_t node) {
  const Blocks& blocks = accounting_->nodes()[node].self_blocks;
  const double all = blocks.shared_hit + blocks.shared_read;
  if (all < thresholds_.read_blocks || blocks.shared_read * 100 < all * thresholds_.read_pct) return;
  report(FindingCode::ReadsFromDisk, Severity::Info, node, {{"read_blocks", blocks.shared_read}, {"blocks", all}},
         std::string(text(node, PlanKey::RelationName)));
}

void Judge::report(FindingCode code, Severity severity, std::uint32_t node, std::initializer_list<Evidence> evidence,
                   std::string subject) {
  findings_.push_back({code, severity, node, evidence, std::move(subject)});
}

double Judge::number(std::uint32_t node, PlanKey key) const {
  return plan_->number(plan_->nodes()[node], key).value_or(0);
}

std::string_view Judge::text(std::uint32_t node, PlanKey key) const {
  return plan_->text(plan_->nodes()[node], key);
}

double Judge::total(std::uint32_t node, PlanKey key) const {
  return number(node, key) * loops(node);
}

double Judge::loops(std::uint32_t node) const {
  return number(node, PlanKey::ActualLoops);
}

double Judge::rows(std::uint32_t node) const {
  return accounting_->nodes()[node].rows.value_or(0);
}

std::optional<double> Judge::self_share(std::uint32_t node) const {
  const auto self = accounting_->nodes()[node].self_ms;
  if (!self || total_ms_ <= 0) return std::nullopt;
  return *self * 100 / total_ms_;
}

double Judge::times_off(std::uint32_t node) const {
  return misestimate(*plan_, node).value_or(1);
}

bool Judge::may_stop_early(std::uint32_t node) const {
  for (std::uint32_t below = node; plan_->nodes()[below].parent != kNoNode; below = plan_->nodes()[below].parent) {
    const std::uint32_t above = plan_->nodes()[below].parent;
    const std::string_view type = text(above, PlanKey::NodeType);
    const std::string_view join = text(above, PlanKey::JoinType);
    const Edge edge = plan_->nodes()[below].edge;
    const bool one_match = join == "Semi" || join == "Anti" || plan_->has(plan_->nodes()[above], PlanKey::InnerUnique);
    if (type == "Limit" || type == "Merge Join" || (one_match && edge == Edge::Inner) || edge == Edge::SubPlan)
      return true;
    // These read all that is below them before they give a row.
    if (type == "Sort" || type == "Aggregate" || type == "Hash") return false;
  }
  return false;
}

std::optional<std::uint32_t> Judge::child(std::uint32_t node, Edge edge) const {
  const auto nodes = plan_->nodes();
  for (std::uint32_t below = node + 1; below < nodes[node].end; below = nodes[below].end) {
    if (nodes[below].edge == edge) return below;
  }
  return std::nullopt;
}

std::string Judge::columns_of(std::uint32_t node, PlanKey condition) const {
  std::string out(text(node, PlanKey::RelationName));
  if (plan_->system() != sql::System::PostgreSql) return out;  // conditions are read as PostgreSQL writes them
  const auto columns = condition_columns(text(node, condition));
  if (columns.empty()) return out;
  out.append(" (");
  for (const std::string& column : columns) out.append(column).append(", ");
  out.resize(out.size() - 2);
  return out.append(")");
}

}  // namespace dbi::plan
