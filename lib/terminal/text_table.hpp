// Rows of cells as lines of text, each column as wide as its widest cell.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace dbi::terminal {

/// How a table is set.
struct TableLayout {
  std::size_t left = std::numeric_limits<std::size_t>::max();  ///< columns of words; those behind are figures
  std::size_t indent = 0;                                      ///< blanks in front of a line
  std::size_t gap = 2;                                         ///< blanks between columns
  std::size_t most = std::numeric_limits<std::size_t>::max();  ///< rows that are shown; the others are counted
};

/// A heading and rows of as many cells. Cells are one line each, see one_line().
class TextTable {
 public:
  TextTable(std::vector<std::string> heading, TableLayout layout) : layout_(layout) {
    rows_.push_back(std::move(heading));
  }

  void add(std::vector<std::string> row);
  /// Whether there is nothing but the heading.
  [[nodiscard]] bool empty() const { return rows_.size() == 1; }
  /// The lines, without blanks at their ends; "... and N more" where rows were not shown.
  void print(std::string& out) const;

 private:
  TableLayout layout_;
  std::vector<std::vector<std::string>> rows_;
  std::size_t more_ = 0;
};

}  // namespace dbi::terminal
