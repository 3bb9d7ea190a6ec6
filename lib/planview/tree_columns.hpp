// The figures beside the tree: a column each, as wide as its widest cell.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "plan/analysis.hpp"
#include "planview/flame.hpp"
#include "planview/tree.hpp"
#include "terminal/ink.hpp"

namespace dbi::planview {

/// What it is made of outlives it.
class TreeColumns {
 public:
  /// The columns fit the first `nodes` nodes.
  TreeColumns(const plan::Analysis& analysis, const Flame& flame, const TreeLook& look, std::size_t nodes);

  /// Columns of the terminal that all of them take, the mark before them and the gap behind them included.
  [[nodiscard]] std::size_t margin() const { return margin_; }
  void write_heads(terminal::Ink& ink) const;
  /// What stands before a node in its line.
  void write(std::uint32_t node, terminal::Ink& ink) const;

 private:
  enum Place : std::size_t { Self, Share, Estimate, Rows, Off };
  static constexpr std::size_t kPlaces = 5;
  struct Cells {
    std::array<std::string, kPlaces> text;
    terminal::Style heat = terminal::Style::Plain;
    terminal::Style off = terminal::Style::Plain;
  };

  [[nodiscard]] Cells cells(std::uint32_t node) const;
  void measure(std::size_t nodes);
  [[nodiscard]] std::string bar(double share) const;
  void write_cell(Place place, terminal::Style style, std::string_view text, terminal::Ink& ink) const;

  const plan::Analysis& analysis_;
  const Flame& flame_;
  const TreeLook& look_;
  std::array<std::string_view, kPlaces> heads_;
  std::array<std::size_t, kPlaces> widths_{};  // 0: the column is left out
  std::size_t bar_ = 0;
  std::size_t margin_ = 0;
};

}  // namespace dbi::planview
