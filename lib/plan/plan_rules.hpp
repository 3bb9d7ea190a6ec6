// What the rules for every system share: the plan at hand with its figures, and what was found so far.
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

/// The base of a judge. Reusable; not shared between threads.
class PlanRules {
 protected:
  explicit PlanRules(const Thresholds& thresholds) : thresholds_(thresholds) {}

  /// `accounting` is that of the plan; both stay as they are until the findings were looked at.
  void begin(const planread::Plan& plan, const Accounting& accounting);
  void report(FindingCode code, Severity severity, std::uint32_t node, std::initializer_list<Evidence> evidence,
              std::string subject = {});
  /// Gravest first, then by the time that their nodes took, then by node; valid until the next begin().
  const std::vector<Finding>& sorted();

  /// Of the node's own property; 0 where it has none.
  [[nodiscard]] double number(std::uint32_t node, planread::PlanKey key) const;
  [[nodiscard]] std::string_view text(std::uint32_t node, planread::PlanKey key) const;
  [[nodiscard]] std::string_view type(std::uint32_t node) const { return text(node, planread::PlanKey::NodeType); }
  [[nodiscard]] std::string relation(std::uint32_t node) const;
  /// A mean over the loops as a sum over them.
  [[nodiscard]] double total(std::uint32_t node, planread::PlanKey key) const;
  [[nodiscard]] double loops(std::uint32_t node) const;
  [[nodiscard]] double rows(std::uint32_t node) const;
  /// Share of the plan's time that the node took itself, in percent; nothing without times.
  [[nodiscard]] std::optional<double> self_share(std::uint32_t node) const;
  /// Of the node with all below it, at least Thresholds::share_pct.
  [[nodiscard]] bool is_dear(std::uint32_t node) const;
  /// What hardly took time is no trouble, however many rows it was. False without times.
  [[nodiscard]] bool is_cheap(std::uint32_t node) const;
  /// See misestimate(); 1 where the node never ran.
  [[nodiscard]] double times_off(std::uint32_t node) const;
  /// The node is misestimated far enough to be told, and nothing below it is: above the cause the error only goes on.
  [[nodiscard]] bool is_misestimated(std::uint32_t node) const;
  void report_misestimate(FindingCode code, std::uint32_t node);
  void report_slow_planning(double planning_ms, double execution_ms);
  /// Something above stops reading before the node has given all it has: LIMIT, or a join that one match is enough for.
  [[nodiscard]] bool may_stop_early(std::uint32_t node) const;
  [[nodiscard]] std::optional<std::uint32_t> child(std::uint32_t node, planread::Edge edge) const;
  [[nodiscard]] const planread::Node& at(std::uint32_t node) const { return plan_->nodes()[node]; }
  /// "orders (status, total)": the relation, and columns of it where there are any.
  [[nodiscard]] std::string with_columns(std::uint32_t node, const std::vector<std::string>& columns) const;

  Thresholds thresholds_;
  const planread::Plan* plan_ = nullptr;
  const Accounting* accounting_ = nullptr;
  double total_ms_ = 0;

 private:
  std::vector<Finding> findings_;
};

}  // namespace dbi::plan
