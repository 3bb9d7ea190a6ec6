// The values of a read, whatever server they come from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbi::db {

/// A value as the server's text has it; nothing for NULL.
using Cell = std::optional<std::string_view>;

/// The cells of a read, row by row. A view: what it was made from must outlive it.
struct Cells {
  std::size_t columns = 0;
  std::vector<Cell> values;  ///< rows * columns
  /// The columns' names, as the server gave them; none where a test made the cells.
  std::vector<std::string> names = {};

  [[nodiscard]] std::size_t rows() const { return columns == 0 ? 0 : values.size() / columns; }
  [[nodiscard]] std::span<const Cell> row(std::size_t index) const {
    return std::span(values).subspan(index * columns, columns);
  }
};

}  // namespace dbi::db
