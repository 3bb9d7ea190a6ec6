// A flame graph as SVG: the root on top, each node as wide as the time (or the cost) of itself and all below it, and
// coloured by what it took itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "plan/analysis.hpp"
#include "planview/flame.hpp"

namespace dbi::planview {

/// User units of a graph; a frame is kFlameRow high.
inline constexpr std::size_t kFlameWidth = 1000;
inline constexpr std::size_t kFlameRow = 22;
/// Levels that are drawn at most; how many nodes are left out is told.
inline constexpr std::size_t kFlameLevels = 200;

/// What is drawn of a flame graph, and what has no room.
struct FlameSize {
  std::size_t height = 0;    ///< user units
  std::size_t left_out = 0;  ///< nodes that are too narrow to be seen, or too deep
};

[[nodiscard]] FlameSize flame_size(const plan::Analysis& analysis, const Flame& flame);

/// Appends the frames, from `top` downwards, as elements of an <svg> that is kFlameWidth wide; each says what it is
/// worth in its <title>. With a `target` ("p1n"), a frame is a link to "#p1n3", the node's number, which keyboards pass
/// over. The classes stand in flame_style(). Nothing is drawn of Measure::None.
void append_flame(const plan::Analysis& analysis, const Flame& flame, std::size_t top, std::string_view target,
                  std::string& out);

/// CSS of the frames, for light and dark surroundings.
[[nodiscard]] std::string_view flame_style();

/// "12.3ms by node", "cost 1234 by node": what the widths stand for.
[[nodiscard]] std::string flame_caption(const Flame& flame, const FlameSize& size);

}  // namespace dbi::planview
