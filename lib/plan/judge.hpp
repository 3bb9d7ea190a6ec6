// Looks for what is wrong with a plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan_rules.hpp"

namespace dbi::plan {

/// Judges one plan of PostgreSQL after the other. Reusable; not shared between threads.
class Judge : private PlanRules {
 public:
  explicit Judge(const Thresholds& thresholds = {}) : PlanRules(thresholds) {}

  /// `accounting` is that of the plan. The findings, gravest first, then by the time that their nodes took, then by
  /// node; valid until the next call.
  const std::vector<Finding>& judge(const planread::Plan& plan, const Accounting& accounting);

 private:
  void judge_node(std::uint32_t node);
  void judge_scan(std::uint32_t node, std::string_view type);
  void judge_seq_scan(std::uint32_t node);
  void judge_index_scan(std::uint32_t node);
  void judge_bitmap(std::uint32_t node);
  void judge_join(std::uint32_t node, std::string_view type);
  void judge_nested_loop(std::uint32_t node);
  void judge_limit(std::uint32_t node);
  void judge_memory(std::uint32_t node, std::string_view type);
  void judge_sort(std::uint32_t node);
  void judge_estimate(std::uint32_t node);
  void judge_parallel(std::uint32_t node, std::string_view type);
  void judge_reads(std::uint32_t node);
  void judge_statement();
  void judge_triggers(double execution_ms);

  /// "orders (status, total)": the relation, and the columns of a condition, those compared by equality first.
  [[nodiscard]] std::string columns_of(std::uint32_t node, planread::PlanKey condition) const;
};

}  // namespace dbi::plan
