// SPDX-License-Identifier: Apache-2.0
#include "export/grid.hpp"

#include <algorithm>

#include "terminal/display_width.hpp"

namespace dbi::exporting {

using terminal::display_width;
using terminal::fit;
using terminal::pad_left;
using terminal::pad_right;

// 0: the column is left out; the last one has no width of its own.
std::vector<std::size_t> Grid::widths(std::size_t width) const {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    const Column& about = columns_[column];
    std::size_t needed = 0;
    if (width >= about.from_width) {
      for (const Row& row : rows_) needed = std::max(needed, display_width(row.cells[column]));
    }
    const std::size_t least = std::max(about.min, about.header.size());
    widths.push_back(needed == 0 ? 0 : std::clamp(needed, least, std::max(least, about.max)));
  }
  return widths;
}

std::vector<StyledLine> Grid::lines(std::string_view header_style, std::size_t width) const {
  std::vector<StyledLine> lines;
  if (rows_.empty()) return lines;
  const std::vector<std::size_t> wide = widths(width);
  const auto line = [&](std::string_view style, const auto& cell_of) {
    std::string text = " ";
    for (std::size_t column = 0; column + 1 < columns_.size(); ++column) {
      if (wide[column] == 0) continue;
      const std::string_view cell = cell_of(column);
      text += ' ';
      text +=
          columns_[column].number ? pad_left(cell.empty() ? "-" : cell, wide[column]) : pad_right(cell, wide[column]);
    }
    text.append("  ").append(cell_of(columns_.size() - 1));
    text.erase(text.find_last_not_of(' ') + 1);
    lines.push_back({style, fit(text, width)});
  };
  line(header_style, [&](std::size_t column) { return columns_[column].header; });
  for (const Row& row : rows_) {
    line(row.style, [&](std::size_t column) { return std::string_view(row.cells[column]); });
  }
  return lines;
}

}  // namespace dbi::exporting
