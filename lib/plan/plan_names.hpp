// Whom an alias or the number of a subplan means within one plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "plan/expression.hpp"
#include "planread/plan.hpp"

namespace dbi::plan {

/// The name of a relation or index with its numbers folded, so that a partition a day is no plan a day: "_p1", "_p2024"
/// and every run of two or more digits become "#". Appends.
void append_folded_name(std::string_view name, std::string& out);

/// Names by dbi-record(5), "PLAN FINGERPRINT": a node's own alias falls away, so does the only one of a plan; any other
/// is its node's relation, with "#2" where the plan has that relation twice, and "t1" where it has none. Reusable. Not
/// shared between threads.
class PlanNames final : public NameResolver {
 public:
  /// Reads the aliases of a plan, which has to stay as long as names are asked for.
  void begin(const planread::Plan& plan);
  /// The expressions of that node come next.
  void enter(std::uint32_t node) { node_ = node; }

  [[nodiscard]] std::string_view qualifier(std::string_view alias) override;
  /// A function's only column is called as its alias: its name stands for that.
  [[nodiscard]] std::string_view column(std::string_view alias, std::string_view name) override;
  [[nodiscard]] std::uint32_t subplan(std::string_view number) override;
  /// "cte1" for the first CTE of the plan, in pre-order; empty for a name that is none.
  [[nodiscard]] std::string_view cte(std::string_view name) const;

 private:
  [[nodiscard]] std::string_view own_alias(std::uint32_t node) const;
  void add_alias(const planread::Node& node);
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  const planread::Plan* plan_ = nullptr;
  std::uint32_t node_ = 0;
  std::unordered_map<std::string_view, std::string_view> aliases_;    // to what stands for them
  std::unordered_map<std::string_view, std::uint32_t> relations_;     // how often each was met
  std::unordered_map<std::string_view, std::string_view> functions_;  // by alias
  std::unordered_map<std::string_view, std::string_view> ctes_;
  std::unordered_map<std::string_view, std::uint32_t> subplans_;
  std::uint32_t unresolved_ = 0;
  std::deque<std::string> texts_;
};

}  // namespace dbi::plan
