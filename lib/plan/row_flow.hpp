// How many rows go through each node of a plan of MySQL or MariaDB: neither prints that the same way in all its
// formats, and of plans that were not run only what a node gives in one loop is known.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "planread/plan.hpp"

namespace dbi::plan {

/// Rows are those of one loop.
struct RowFlow {
  double loops = 1;
  double read = 0;   ///< of the table or the inputs; of a nested loop or a hash join the pairs that it builds
  double given = 0;  ///< of these what is left behind the node's own condition
  bool measured = false;
};

/// Of the type of a node of MySQL or MariaDB.
[[nodiscard]] bool is_join(std::string_view type);

/// Computes one plan after the other. Reusable; not shared between threads.
///
/// Rows come from the node itself, else from what is below it; `filtered` and `r_filtered` are percentages of a node's
/// rows (MariaDB, version 1 of MySQL's JSON), while version 2 and TREE have a Filter above. A node runs as often as the
/// one above, on the inner side of a nested loop that often for each row of the outer side, and a dependent subquery
/// for each row that its reader reads.
class RowFlows {
 public:
  void compute(const planread::Plan& plan);

  /// By node.
  [[nodiscard]] std::span<const RowFlow> nodes() const { return flows_; }

 private:
  void flow_up(std::uint32_t node);
  void flow_down(std::uint32_t node);
  [[nodiscard]] std::optional<std::uint32_t> first_input(std::uint32_t node) const;
  [[nodiscard]] double pairs(std::uint32_t node) const;
  [[nodiscard]] double inputs(std::uint32_t node) const;

  const planread::Plan* plan_ = nullptr;
  std::vector<RowFlow> flows_;
};

/// Rows that the node's own condition threw away, over all loops; 0 without a condition, and where nothing was
/// measured.
[[nodiscard]] double rows_filtered(const planread::Plan& plan, std::span<const RowFlow> flows, std::uint32_t node);

}  // namespace dbi::plan
