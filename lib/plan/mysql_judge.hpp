// Looks for what is wrong with a plan of MySQL or MariaDB.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan_rules.hpp"
#include "plan/row_flow.hpp"

namespace dbi::plan {

/// Judges one plan after the other, by what was measured, else by what the planner expects: estimates are wrong more
/// often, and nothing that stands on them alone is critical but a join of that many pairs. Reusable; not shared between
/// threads.
class MySqlJudge : private PlanRules {
 public:
  explicit MySqlJudge(const Thresholds& thresholds = {}) : PlanRules(thresholds) {}

  /// As Judge::judge.
  const std::vector<Finding>& judge(const planread::Plan& plan, const Accounting& accounting, const RowFlows& flows);

 private:
  /// Rows that a condition threw away behind a scan, over all loops.
  struct Discard {
    std::uint32_t condition;  ///< the node that has it: the scan, or the Filter above
    double removed = 0;
    double kept = 0;
    double loops = 0;
    bool measured = false;
  };

  void judge_node(std::uint32_t node);
  void judge_scan(std::uint32_t node);
  void judge_table_scan(std::uint32_t node);
  void judge_full_index_scan(std::uint32_t node);
  void judge_index(std::uint32_t node);
  void judge_join(std::uint32_t node);
  void judge_nested_loop(std::uint32_t node, std::uint32_t outer, std::uint32_t inner);
  void judge_join_filter(std::uint32_t node);
  void judge_subplan(std::uint32_t node);
  void judge_materialize(std::uint32_t node);
  void judge_limit(std::uint32_t node);
  void judge_sort(std::uint32_t node);
  void judge_temporary_table(std::uint32_t node);
  void judge_estimate(std::uint32_t node);

  [[nodiscard]] const RowFlow& flow(std::uint32_t node) const { return flows_->nodes()[node]; }
  [[nodiscard]] double read_in_all(std::uint32_t node) const { return flow(node).loops * flow(node).read; }
  [[nodiscard]] double given_in_all(std::uint32_t node) const { return flow(node).loops * flow(node).given; }
  [[nodiscard]] std::optional<Discard> discard_of(std::uint32_t scan) const;
  [[nodiscard]] bool throws_away(const Discard& discard, double least_pct) const;
  void report_discard(FindingCode code, Severity severity, std::uint32_t scan, const Discard& discard);
  /// Reads a table of the database from one end to the other, or an index of it.
  [[nodiscard]] bool reads_all_of_table(std::uint32_t node) const;
  [[nodiscard]] bool is_unconditional(std::uint32_t scan) const;
  /// Pairs that a join compares since nothing leads from a row of one side to those of the other; 0 where something
  /// does.
  [[nodiscard]] double pairs_without_index(std::uint32_t node) const;
  [[nodiscard]] bool hardly_took_time(std::uint32_t node) const;
  /// Below the filters above it.
  [[nodiscard]] std::uint32_t without_filters(std::uint32_t node) const;
  [[nodiscard]] std::string columns_of(std::uint32_t scan, std::uint32_t condition) const;

  const RowFlows* flows_ = nullptr;
};

}  // namespace dbi::plan
