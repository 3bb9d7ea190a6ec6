// The rules that do not depend on a node's kind.
// SPDX-License-Identifier: Apache-2.0
#include "plan/judge.hpp"

#include "plan/condition_columns.hpp"

namespace dbi::plan {

using planread::PlanKey;

const std::vector<Finding>& Judge::judge(const planread::Plan& plan, const Accounting& accounting) {
  begin(plan, accounting);
  for (std::uint32_t node = 0; node < plan.nodes().size(); ++node) judge_node(node);
  judge_statement();
  return sorted();
}

void Judge::judge_node(std::uint32_t node) {
  const std::string_view type = text(node, PlanKey::NodeType);
  if (plan_->has(at(node), PlanKey::Disabled)) {
    report(FindingCode::DisabledNode, Severity::Info, node, {{"cost", number(node, PlanKey::TotalCost)}});
  }
  // All else is about what happened.
  if (loops(node) == 0) return;
  judge_scan(node, type);
  judge_join(node, type);
  judge_memory(node, type);
  judge_estimate(node);
  judge_parallel(node, type);
  judge_reads(node);
  if (type == "Limit") judge_limit(node);
  const double width = number(node, PlanKey::PlanWidth);
  if (width >= thresholds_.wide_row_bytes && rows(node) >= thresholds_.discarded_rows) {
    report(FindingCode::WideRows, Severity::Info, node, {{"width_bytes", width}, {"rows", rows(node)}});
  }
}

void Judge::judge_estimate(std::uint32_t node) {
  if (type(node) == "BitmapAnd" || type(node) == "BitmapOr" || type(node) == "ModifyTable") return;
  if (!is_misestimated(node) || may_stop_early(node)) return;
  const bool unconditional = !relation(node).empty() && text(node, PlanKey::Filter).empty() &&
                             text(node, PlanKey::IndexCond).empty() && at(node).end == node + 1;
  report_misestimate(type(node) == "CTE Scan" ? FindingCode::CteMisestimate
                     : unconditional          ? FindingCode::StaleStatistics
                                              : FindingCode::RowMisestimate,
                     node);
}

void Judge::judge_reads(std::uint32_t node) {
  const Blocks& blocks = accounting_->nodes()[node].self_blocks;
  const double all = blocks.shared_hit + blocks.shared_read;
  if (all < thresholds_.read_blocks || blocks.shared_read * 100 < all * thresholds_.read_pct) return;
  report(FindingCode::ReadsFromDisk, Severity::Info, node, {{"read_blocks", blocks.shared_read}, {"blocks", all}},
         relation(node));
}

std::string Judge::columns_of(std::uint32_t node, PlanKey condition) const {
  return with_columns(node, condition_columns(text(node, condition)));
}

}  // namespace dbi::plan
