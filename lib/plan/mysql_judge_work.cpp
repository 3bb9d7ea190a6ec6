// Rules about what is joined, repeated, sorted and kept.
// SPDX-License-Identifier: Apache-2.0
#include "plan/condition_columns.hpp"
#include "plan/mysql_judge.hpp"

namespace dbi::plan {

using planread::Edge;
using planread::PlanKey;

void MySqlJudge::judge_join(std::uint32_t node) {
  const auto outer = child(node, Edge::Outer);
  const auto inner = child(node, Edge::Inner);
  if (!outer || !inner) return;
  const double pairs = pairs_without_index(node);
  if (pairs >= thresholds_.join_pairs) {
    return report(FindingCode::JoinWithoutIndex,
                  pairs >= thresholds_.join_pairs_critical ? Severity::Critical : Severity::Warning, node,
                  {{"pairs", pairs}, {"outer_rows", given_in_all(*outer)}, {"inner_rows", flow(*inner).read}},
                  relation(without_filters(*inner)));
  }
  if (type(node) == "Nested Loop") judge_nested_loop(node, *outer, *inner);
}

double MySqlJudge::pairs_without_index(std::uint32_t node) const {
  const auto outer = child(node, Edge::Outer);
  const auto inner = child(node, Edge::Inner);
  if (!outer || !inner) return 0;
  const std::uint32_t scan = without_filters(*inner);
  const std::string_view buffer = text(node, PlanKey::UsingJoinBuffer);
  if (type(node) == "Hash Join") {
    const std::string_view condition = text(scan, PlanKey::Filter);
    // Version 1 says so of a product too, and has the condition at the inner table; MariaDB says it of hashes alone.
    const bool hashes = buffer == "hash join" ? !condition.empty() && mysql_may_hash(condition)
                                              : !buffer.empty() || !text(node, PlanKey::HashCond).empty();
    return hashes ? 0 : flow(node).loops * flow(node).read;
  }
  const bool reads_all = (type(scan) == "Table Scan" || type(scan) == "Index Scan") && reads_all_of_table(scan);
  if (!reads_all) return 0;
  if (!buffer.empty()) return flow(node).loops * flow(*outer).given * flow(*inner).given;
  // What one match is enough for may read less than all.
  if (!flow(scan).measured && may_stop_early(scan)) return 0;
  // A single row of the outer side makes no pairs.
  return flow(scan).loops > flow(node).loops ? read_in_all(scan) : 0;
}

std::uint32_t MySqlJudge::without_filters(std::uint32_t node) const {
  while (type(node) == "Filter" && child(node, Edge::Outer)) node = *child(node, Edge::Outer);
  return node;
}

void MySqlJudge::judge_nested_loop(std::uint32_t node, std::uint32_t outer, std::uint32_t inner) {
  if (!flow(inner).measured || loops(inner) < thresholds_.loops) return;
  const bool unexpected = times_off(outer) >= thresholds_.misestimate_info;
  if (!is_dear(inner) && !unexpected) return;
  report(FindingCode::NestedLoopMany, unexpected ? Severity::Warning : Severity::Info, node,
         {{"inner_loops", loops(inner)},
          {"inner_ms", accounting_->nodes()[inner].elapsed_ms.value_or(0)},
          {"outer_estimated_rows", number(outer, PlanKey::PlanRows)},
          {"outer_rows", number(outer, PlanKey::ActualRows)}},
         relation(without_filters(inner)));
}

// MariaDB has the condition at the join, MySQL as a Filter above it.
void MySqlJudge::judge_join_filter(std::uint32_t node) {
  const bool own = plan_->has(at(node), PlanKey::JoinFilter) && plan_->has(at(node), PlanKey::ActualFiltered);
  const auto below = child(node, Edge::Outer);
  const bool above = type(node) == "Filter" && below && is_join(type(*below));
  if (!flow(node).measured || (!own && !above)) return;
  if (pairs_without_index(own ? node : *below) >= thresholds_.join_pairs) return;  // told already, and why
  const double kept = given_in_all(node);
  const double removed = read_in_all(node) - kept;
  if (removed < thresholds_.join_discarded_rows || removed * 100 < (removed + kept) * thresholds_.join_discarded_pct) {
    return;
  }
  report(FindingCode::JoinFilterDiscards,
         removed >= thresholds_.discarded_rows_critical ? Severity::Critical : Severity::Warning, node,
         {{"removed_rows", removed}, {"rows", kept}});
}

void MySqlJudge::judge_subplan(std::uint32_t node) {
  if (at(node).edge != Edge::SubPlan) return;
  // A cache that keeps answers is asked more often than the subquery, and given up where that hardly helps.
  const auto cached = type(node) == "Subquery Cache" ? child(node, Edge::Outer) : std::nullopt;
  const RowFlow& runs = flow(cached.value_or(node));
  if (runs.loops < thresholds_.loops) return;
  report(FindingCode::SubplanRepeated, Severity::Warning, node,
         {{runs.measured ? "loops" : "estimated_loops", runs.loops}}, std::string(at(node).label));
}

void MySqlJudge::judge_materialize(std::uint32_t node) {
  if (!flow(node).measured || loops(node) < thresholds_.materialize_loops) return;
  if (given_in_all(node) < thresholds_.discarded_rows) return;
  report(FindingCode::MaterializeRepeated, Severity::Warning, node,
         {{"loops", loops(node)}, {"rows", given_in_all(node)}});
}

void MySqlJudge::judge_limit(std::uint32_t node) {
  if (!flow(node).measured) return;
  const double given = read_in_all(node);
  const double kept = given_in_all(node);
  if (given - kept < thresholds_.discarded_rows || given < kept * thresholds_.misestimate_info) return;
  report(FindingCode::LargeOffset, Severity::Warning, node, {{"read_rows", given}, {"rows", kept}});
}

void MySqlJudge::judge_sort(std::uint32_t node) {
  if (type(node) != "Sort" && !plan_->has(at(node), PlanKey::UsingFilesort)) return;
  const double rows = read_in_all(node);
  if (const double passes = number(node, PlanKey::SortPasses); passes >= 1) {
    return report(FindingCode::SortOnDisk, Severity::Warning, node, {{"merge_passes", passes}, {"rows", rows}});
  }
  if (rows < thresholds_.sorted_rows || hardly_took_time(node)) return;
  report(FindingCode::LargeFilesort, Severity::Info, node, {{"rows", rows}});
}

// What MariaDB prints for the topmost step of a block is the time of all of it.
bool MySqlJudge::hardly_took_time(std::uint32_t node) const {
  return plan_->system() == sql::System::MySql && is_cheap(node);
}

void MySqlJudge::judge_temporary_table(std::uint32_t node) {
  const bool keeps = type(node) == "Temporary Table" || type(node) == "Temp Table Aggregate" ||
                     type(node) == "Materialize" || plan_->has(at(node), PlanKey::UsingTemporaryTable);
  const double rows = given_in_all(node);
  if (!keeps || rows < thresholds_.sorted_rows || hardly_took_time(node)) return;
  report(FindingCode::LargeTemporaryTable, Severity::Info, node, {{"rows", rows}});
}

}  // namespace dbi::plan
