// Rules about joins and about what runs again and again.
// SPDX-License-Identifier: Apache-2.0
#include "plan/judge.hpp"

namespace dbi::plan {

using planread::Edge;
using planread::PlanKey;

void Judge::judge_join(std::uint32_t node, std::string_view type) {
  if (type == "Nested Loop") judge_nested_loop(node);
  const double removed = total(node, PlanKey::RowsRemovedByJoinFilter);
  if (removed >= thresholds_.join_discarded_rows &&
      removed * 100 >= (removed + rows(node)) * thresholds_.join_discarded_pct) {
    const Severity severity = removed >= thresholds_.discarded_rows_critical ? Severity::Critical : Severity::Warning;
    report(FindingCode::JoinFilterDiscards, severity, node, {{"removed_rows", removed}, {"rows", rows(node)}},
           columns_of(node, PlanKey::JoinFilter));
  }
  if (at(node).edge == Edge::SubPlan && loops(node) >= thresholds_.loops) {
    report(FindingCode::SubplanRepeated, Severity::Warning, node, {{"loops", loops(node)}},
           std::string(at(node).label));
  }
  if (type == "Materialize" && loops(node) >= thresholds_.materialize_loops &&
      rows(node) >= thresholds_.discarded_rows) {
    constexpr double kCriticalLoops = 10'000;
    report(FindingCode::MaterializeRepeated, loops(node) >= kCriticalLoops ? Severity::Critical : Severity::Warning,
           node, {{"loops", loops(node)}, {"rows", rows(node)}});
  }
}

void Judge::judge_nested_loop(std::uint32_t node) {
  const auto inner = child(node, Edge::Inner);
  const auto outer = child(node, Edge::Outer);
  if (!inner || !outer || loops(*inner) < thresholds_.loops) return;
  const bool unexpected = times_off(*outer) >= thresholds_.misestimate_info;
  if (!is_dear(*inner) && !unexpected) return;
  const bool scans = type(*inner) == "Seq Scan";
  const bool discards = total(node, PlanKey::RowsRemovedByJoinFilter) >= thresholds_.discarded_rows_critical;
  report(FindingCode::NestedLoopMany,
         scans || discards ? Severity::Critical
         : unexpected      ? Severity::Warning
                           : Severity::Info,
         node,
         {{"inner_loops", loops(*inner)},
          {"inner_ms", accounting_->nodes()[*inner].elapsed_ms.value_or(0)},
          {"outer_estimated_rows", number(*outer, PlanKey::PlanRows)},
          {"outer_rows", number(*outer, PlanKey::ActualRows)}},
         relation(*inner));
}

}  // namespace dbi::plan
