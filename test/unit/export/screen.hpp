// A terminal small enough to trust: it knows the controls that the table uses and fails on any other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "terminal/display_width.hpp"

namespace dbi::exporting {

using terminal::display_width;

class Screen {
 public:
  Screen(std::size_t columns, std::size_t lines) : columns_(columns), rows_(lines) {}

  /// Writes the bytes as a terminal would that turns LF into CR LF.
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const char first = bytes[0];
      if (first == '\x1b') {
        bytes.remove_prefix(control(bytes));
      } else if (first == '\n') {
        column_ = 0;
        if (++row_ == rows_.size()) scroll();
        bytes.remove_prefix(1);
      } else if (first == '\r') {
        column_ = 0;
        bytes.remove_prefix(1);
      } else {
        const std::size_t end = std::min(bytes.size(), bytes.find_first_of("\x1b\n\r"));
        print(bytes.substr(0, end));
        bytes.remove_prefix(end);
      }
    }
  }

  /// A window of another size; the terminal keeps what it showed, at places that nobody can tell.
  void resize(std::size_t columns, std::size_t lines) {
    columns_ = columns;
    rows_.assign(lines, "(moved)");
    row_ = lines - 1;
  }

  /// The lines to the last that is not blank.
  [[nodiscard]] std::string text() const {
    std::string text;
    std::string blank;
    for (const std::string& row : rows_) {
      blank += row + "\n";
      if (row.find_first_not_of(' ') == std::string::npos) continue;
      text += blank;
      blank.clear();
    }
    return text;
  }
  /// What has left at the top, the oldest first.
  [[nodiscard]] const std::vector<std::string>& history() const { return history_; }

 private:
  // Lines are written from their beginning only, so a row is text and not cells.
  void print(std::string_view text) {
    EXPECT_LE(column_ + display_width(text), columns_) << "wraps: " << text;
    if (column_ == 0) rows_[row_].clear();
    rows_[row_] += text;
    column_ += display_width(text);
  }
  void scroll() {
    history_.push_back(rows_.front());
    rows_.erase(rows_.begin());
    rows_.emplace_back();
    --row_;
  }
  std::size_t control(std::string_view bytes) {
    const std::size_t end = bytes.find_first_of("ABCDHJKm");
    EXPECT_TRUE(bytes.starts_with("\x1b[") && end != std::string_view::npos) << "cut control";
    const std::string parameters(bytes.substr(2, end - 2));
    switch (bytes[end]) {
      case 'm':
        break;
      case 'A': {
        const std::size_t up = std::stoul(parameters);
        EXPECT_LE(up, row_) << "above the window";
        row_ -= std::min(up, row_);
        break;
      }
      case 'H':
        EXPECT_EQ(parameters, "");
        row_ = column_ = 0;
        break;
      case 'J':
        if (parameters == "2") rows_.assign(rows_.size(), "");
        if (column_ == 0) std::fill(rows_.begin() + static_cast<std::ptrdiff_t>(row_), rows_.end(), "");
        break;
      case 'K':
        if (column_ == 0) rows_[row_].clear();
        break;
      default:
        ADD_FAILURE() << "unknown control " << bytes.substr(1, end);
    }
    return end + 1;
  }

  std::size_t columns_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  std::vector<std::string> rows_;
  std::vector<std::string> history_;
};

}  // namespace dbi::exporting
