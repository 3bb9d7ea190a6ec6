// What a node is called and what it says, the same words in every view.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plan/accounting.hpp"
#include "plan/finding.hpp"
#include "planread/plan.hpp"

namespace dbi::planview {

/// What the node does, as EXPLAIN's TEXT says it: "Parallel Hash Right Semi Join", "Insert", "Partial HashAggregate".
/// Words of other systems stay as they are.
[[nodiscard]] std::string operation(const planread::Plan& plan, const planread::Node& node);

/// To what it does that: "using orders_pkey on public.orders o"; empty where there is nothing.
[[nodiscard]] std::string object(const planread::Plan& plan, const planread::Node& node);

/// Both, and the label of a subplan before them: "SubPlan 1: Seq Scan on orders".
[[nodiscard]] std::string name(const planread::Plan& plan, const planread::Node& node);

/// A property as it is shown. The label is static.
struct Detail {
  std::string_view label;
  std::string text;
};

/// What a node compares, sorts and groups by, without literals unless they are kept. `masked`: with what only VERBOSE
/// prints.
[[nodiscard]] std::vector<Detail> conditions(const planread::Plan& plan, const planread::Node& node, bool keep_literals,
                                             bool masked);

/// What was measured at the node beside its rows and times, the words short: "removed by filter 1.2M". Means are told
/// as sums over the loops.
[[nodiscard]] std::vector<Detail> measures(const planread::Plan& plan, std::uint32_t node,
                                           const plan::NodeFigures& figures);

/// Every number and word of a node or group that is no expression: for a table.
template <typename Owner>
[[nodiscard]] std::vector<Detail> all_figures(const planread::Plan& plan, const Owner& owner);

/// The number with the unit that its name tells.
[[nodiscard]] std::string show_number(planread::PlanKey key, double value);

/// The figures of a finding: "removed_rows 1.2M, rows 20".
[[nodiscard]] std::string show_evidence(const plan::Finding& finding);

/// How far the estimate is off: "" within a factor of 2 or where nothing ran, else "×1083" (more rows came than
/// expected) or "÷12". With `ascii`: "x1083", "/12".
[[nodiscard]] std::string show_misestimate(const planread::Plan& plan, std::uint32_t node, bool ascii);

}  // namespace dbi::planview
