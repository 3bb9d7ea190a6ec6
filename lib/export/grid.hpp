// Rows in columns that take the width which their cells need, within limits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbi::exporting {

/// A line and how it looks: ECMA-48 select graphic rendition parameters, or empty.
struct StyledLine {
  std::string_view style;
  std::string text;
};

struct Column {
  std::string_view header;
  bool number = false;         ///< stands at the right; an empty cell is shown as "-"
  std::size_t min = 0;         ///< columns at least, so that a redrawn table does not jump
  std::size_t max = 0;         ///< columns at most
  std::size_t from_width = 0;  ///< left out where the whole line is narrower
};

/// The last column takes what is left of the line. A column whose cells are all empty is left out.
class Grid {
 public:
  explicit Grid(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// `cells`: one a column.
  void add(std::string_view style, std::vector<std::string> cells) { rows_.push_back({style, std::move(cells)}); }

  /// The header (in `header_style`) and the rows, indented by two; nothing without rows.
  [[nodiscard]] std::vector<StyledLine> lines(std::string_view header_style, std::size_t width) const;

 private:
  struct Row {
    std::string_view style;
    std::vector<std::string> cells;
  };
  [[nodiscard]] std::vector<std::size_t> widths(std::size_t width) const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace dbi::exporting
