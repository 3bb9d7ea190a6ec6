// Looks for what is wrong with a plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/accounting.hpp"
#include "plan/finding.hpp"
#include "planread/plan.hpp"

namespace dbi::plan {

/// Judges one plan of PostgreSQL after the other. Reusable; not shared between threads.
class Judge {
 public:
  explicit Judge(const Thresholds& thresholds = {}) : thresholds_(thresholds) {}

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
  void judge_estimate(std::uint32_t node, std::string_view type);
  void judge_parallel(std::uint32_t node, std::string_view type);
  void judge_reads(std::uint32_t node);
  void judge_statement();
  void judge_triggers(double execution_ms);

  void report(FindingCode code, Severity severity, std::uint32_t node, std::initializer_list<Evidence> evidence,
              std::string subject = {});
  /// Of the node's own property; 0 where it has none.
  [[nodiscard]] double number(std::uint32_t node, planread::PlanKey key) const;
  [[nodiscard]] std::string_view text(std::uint32_t node, planread::PlanKey key) const;
  /// A mean over the loops as a sum over them.
  [[nodiscard]] double total(std::uint32_t node, planread::PlanKey key) const;
  [[nodiscard]] double loops(std::uint32_t node) const;
  [[nodiscard]] double rows(std::uint32_t node) const;
  /// Share of the plan's time that the node took itself, in percent; nothing without times.
  [[nodiscard]] std::optional<double> self_share(std::uint32_t node) const;
  /// See misestimate(); 1 where the node never ran.
  [[nodiscard]] double times_off(std::uint32_t node) const;
  /// Something above stops reading before the node has given all it has: LIMIT, or a join that one match is enough for.
  [[nodiscard]] bool may_stop_early(std::uint32_t node) const;
  [[nodiscard]] std::optional<std::uint32_t> child(std::uint32_t node, planread::Edge edge) const;
  /// "orders (status, total)": the relation, and the columns of a condition, those compared by equality first.
  [[nodiscard]] std::string columns_of(std::uint32_t node, planread::PlanKey condition) const;

  Thresholds thresholds_;
  const planread::Plan* plan_ = nullptr;
  const Accounting* accounting_ = nullptr;
  double total_ms_ = 0;
  std::vector<Finding> findings_;
};

}  // namespace dbi::plan
