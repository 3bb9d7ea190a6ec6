// SPDX-License-Identifier: Apache-2.0
#include "terminal/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "terminal/display_width.hpp"

namespace dbi::terminal {

void TextTable::add(std::vector<std::string> row) {
  if (rows_.size() <= layout_.most) {
    rows_.push_back(std::move(row));
  } else {
    ++more_;
  }
}

void TextTable::print(std::string& out) const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line.append(i == 0 ? layout_.indent : layout_.gap, ' ');
      line += i < layout_.left ? pad_right(row[i], widths[i]) : pad_left(row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  if (more_ > 0) out += fmt::format("{:{}}... and {} more\n", "", layout_.indent, more_);
}

}  // namespace dbi::terminal
