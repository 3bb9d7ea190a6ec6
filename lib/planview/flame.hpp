// Where a plan's time went, as widths: each node as wide as itself and all below it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/analysis.hpp"

namespace dbi::planview {

enum class Measure : std::uint8_t { None, Time, Cost };

/// Shares of the whole, 0 to 1.
struct Frame {
  double begin = 0;
  double size = 0;  ///< with all below
  double self = 0;
};

/// Exclusive times of the plan's accounting where it has any; else the planner's costs, where a child that is not read
/// to its end (LIMIT) counts as far as it fits into its parent. None where there are neither.
struct Flame {
  Measure measure = Measure::None;
  double total = 0;           ///< milliseconds, or cost
  std::vector<Frame> frames;  ///< by node
};

[[nodiscard]] Flame flame_of(const plan::Analysis& analysis);

/// "310ms, 17%", "cost 1234, 17%": what a frame is worth.
[[nodiscard]] std::string show_self(const Flame& flame, std::uint32_t node);
[[nodiscard]] std::string show_share(double share);

}  // namespace dbi::planview
