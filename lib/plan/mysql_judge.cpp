// SPDX-License-Identifier: Apache-2.0
#include "plan/mysql_judge.hpp"

#include <algorithm>

#include "plan/condition_columns.hpp"

namespace dbi::plan {

using planread::Edge;
using planread::kNoNode;
using planread::PlanKey;

namespace {

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace

const std::vector<Finding>& MySqlJudge::judge(const planread::Plan& plan, const Accounting& accounting,
                                              const RowFlows& flows) {
  begin(plan, accounting);
  flows_ = &flows;
  for (std::uint32_t node = 0; node < plan.nodes().size(); ++node) {
    if (flow(node).loops > 0) judge_node(node);
  }
  if (const planread::Group* statement = plan.group(planread::GroupKind::Statement);
      statement != nullptr && total_ms_ > 0) {
    report_slow_planning(plan.number(*statement, PlanKey::PlanningTime).value_or(0), total_ms_);
  }
  return sorted();
}

void MySqlJudge::judge_node(std::uint32_t node) {
  judge_scan(node);
  if (is_join(type(node))) judge_join(node);
  judge_join_filter(node);
  judge_subplan(node);
  judge_sort(node);
  judge_temporary_table(node);
  judge_estimate(node);
  if (type(node) == "Materialize") judge_materialize(node);
  if (type(node) == "Limit") judge_limit(node);
}

void MySqlJudge::judge_scan(std::uint32_t node) {
  if (type(node) == "Table Scan" && reads_all_of_table(node)) judge_table_scan(node);
  if (type(node) == "Index Scan" && reads_all_of_table(node)) judge_full_index_scan(node);
  if (is_one_of(type(node), {"Index Scan", "Index Range Scan", "Index Lookup", "Multi-Range Index Lookup",
                             "Index Skip Scan", "Index Merge"})) {
    judge_index(node);
  }
  if (type(node) == "Dynamic Index Range Scan" || plan_->has(at(node), PlanKey::RangeChecked)) {
    report(FindingCode::RangeChecked, Severity::Warning, node, {{"loops", flow(node).loops}}, relation(node));
  }
  const std::uint32_t parent = at(node).parent;
  const bool outermost = parent == kNoNode || type(parent) != "Index Merge";
  if (type(node) == "Index Merge" && outermost && text(node, PlanKey::Strategy) == "intersect") {
    report(FindingCode::IndexMergeIntersect, Severity::Info, node, {{"rows", given_in_all(node)}}, relation(node));
  }
}

void MySqlJudge::judge_table_scan(std::uint32_t node) {
  const double rows = read_in_all(node);
  if (plan_->has(at(node), PlanKey::PossibleKeys) && rows >= thresholds_.discarded_rows) {
    report(FindingCode::KeysNotUsed, Severity::Info, node, {{"rows", rows}}, relation(node));
  }
  const auto discard = discard_of(node);
  if (!discard || is_cheap(node)) return;
  // How much a condition lets through is often not known: MariaDB takes all of it without statistics of the column.
  if (!throws_away(*discard, thresholds_.scan_discarded_pct)) {
    if (flow(node).read < thresholds_.large_scan_rows) return;
    return report(FindingCode::FullTableScan, Severity::Info, node, {{"rows", rows}},
                  columns_of(node, discard->condition));
  }
  const bool critical = discard->measured && discard->removed >= thresholds_.discarded_rows_critical;
  report_discard(FindingCode::SeqScanDiscards, critical ? Severity::Critical : Severity::Warning, node, *discard);
}

void MySqlJudge::judge_full_index_scan(std::uint32_t node) {
  const double rows = read_in_all(node);
  if (rows < thresholds_.large_scan_rows || (!flow(node).measured && may_stop_early(node))) return;
  report(FindingCode::FullIndexScan, Severity::Info, node, {{"rows", rows}}, relation(node));
}

void MySqlJudge::judge_index(std::uint32_t node) {
  const auto discard = discard_of(node);
  if (!discard || !throws_away(*discard, thresholds_.index_discarded_pct)) return;
  const std::uint32_t above = at(discard->condition).parent;
  const bool ordered = discard->measured && above != kNoNode && type(above) == "Limit";
  report_discard(ordered ? FindingCode::OrderByLimit : FindingCode::IndexScanDiscards,
                 discard->measured ? Severity::Warning : Severity::Info, node, *discard);
}

std::optional<MySqlJudge::Discard> MySqlJudge::discard_of(std::uint32_t scan) const {
  std::uint32_t condition = scan;
  if (text(scan, PlanKey::Filter).empty()) {
    condition = at(scan).parent;
    if (condition == kNoNode || type(condition) != "Filter" || at(scan).edge != Edge::Outer) return std::nullopt;
  }
  const RowFlow& rows = flow(condition);
  if (!rows.measured && may_stop_early(scan)) return std::nullopt;
  return Discard{.condition = condition,
                 .removed = rows.loops * std::max(rows.read - rows.given, 0.0),
                 .kept = rows.loops * rows.given,
                 .loops = rows.loops,
                 .measured = rows.measured};
}

bool MySqlJudge::throws_away(const Discard& discard, double least_pct) const {
  // MySQL guesses that an equality lets a tenth through, and computes with a float's 0.1, which is a little more.
  constexpr double kFloat = 1e-6;
  return discard.removed >= thresholds_.discarded_rows &&
         discard.removed * 100 >= (discard.removed + discard.kept) * (least_pct - kFloat);
}

void MySqlJudge::report_discard(FindingCode code, Severity severity, std::uint32_t scan, const Discard& discard) {
  const std::string subject = columns_of(scan, discard.condition);
  if (discard.measured) {
    return report(code, severity, scan,
                  {{"removed_rows", discard.removed}, {"rows", discard.kept}, {"loops", discard.loops}}, subject);
  }
  report(code, severity, scan,
         {{"estimated_removed_rows", discard.removed},
          {"estimated_rows", discard.kept},
          {"estimated_loops", discard.loops}},
         subject);
}

void MySqlJudge::judge_estimate(std::uint32_t node) {
  if (!flow(node).measured || type(node) == "Limit" || !is_misestimated(node) || may_stop_early(node)) return;
  // MariaDB does not print LIMIT: fewer rows than expected say nothing.
  const bool fewer = number(node, PlanKey::ActualRows) < number(node, PlanKey::PlanRows);
  if (plan_->system() == sql::System::MariaDb && fewer) return;
  const bool stale =
      (type(node) == "Table Scan" || type(node) == "Index Scan") && reads_all_of_table(node) && is_unconditional(node);
  report_misestimate(stale ? FindingCode::StaleStatistics : FindingCode::RowMisestimate, node);
}

bool MySqlJudge::reads_all_of_table(std::uint32_t node) const {
  const std::string_view table = text(node, PlanKey::RelationName);
  return !table.empty() && table.front() != '<' && !child(node, Edge::Outer);
}

bool MySqlJudge::is_unconditional(std::uint32_t scan) const {
  return text(scan, PlanKey::Filter).empty() && text(scan, PlanKey::IndexCond).empty();
}

std::string MySqlJudge::columns_of(std::uint32_t scan, std::uint32_t condition) const {
  const std::string_view alias = text(scan, PlanKey::Alias);
  const std::string_view table = text(scan, PlanKey::RelationName);
  return with_columns(scan, mysql_condition_columns(text(condition, PlanKey::Filter), alias.empty() ? table : alias));
}

}  // namespace dbi::plan
