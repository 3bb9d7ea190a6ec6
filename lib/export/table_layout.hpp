// Draws the views of targets as lines of text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "export/table_model.hpp"

namespace dbi::exporting {

struct LayoutOptions {
  std::size_t width = 120;      ///< columns; no line is wider, hints without `lines` apart
  std::size_t lines = 0;        ///< at most that many; 0: as many as it takes
  std::size_t statements = 20;  ///< rows at most, besides the rest
  std::size_t sessions = 20;    ///< rows at most
  bool color = false;
};

/// Lines below which a target has no room for what a DBA asks first: several share the window by an overview then.
inline constexpr std::size_t kMinTargetLines = 14;

/// One target, without line ends: heading, errors with their hints, sessions with the blocking trees, top statements.
/// Where `lines` are few, errors get a sixth of them (at least one, at most three), sessions half of the rest unless
/// they or the statements need less.
[[nodiscard]] std::vector<std::string> draw(const TargetView& view, const LayoutOptions& options);

/// A row for each target, those in trouble first, and the first of them drawn below where `lines` leave some room.
[[nodiscard]] std::vector<std::string> draw_overview(std::vector<const TargetView*> views,
                                                     const LayoutOptions& options);

}  // namespace dbi::exporting
