// From the cells of a read to values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "collect/snapshot.hpp"
#include "db/cells.hpp"

namespace dbi::collect {

/// NULL is the empty text.
[[nodiscard]] inline std::string text_of(const db::Cell& cell) {
  return std::string(cell.value_or(std::string_view()));
}

/// Nothing for NULL. Fails with ErrorKind::Other for what is no number; `what` names the column.
template <typename Number>
Result<std::optional<Number>> parse_number(std::string_view what, const db::Cell& cell) {
  if (!cell) return std::optional<Number>();
  Number number{};
  const auto* end = cell->data() + cell->size();
  const auto [stop, error] = std::from_chars(cell->data(), end, number);
  if (error != std::errc() || stop != end) return fail(ErrorKind::Other, fmt::format("no number in column {}", what));
  return std::optional(number);
}

/// A time that was read as microseconds since 1970.
[[nodiscard]] inline Result<std::optional<Timestamp>> parse_micros(std::string_view what, const db::Cell& cell) {
  DBI_TRY_ASSIGN(const auto value, parse_number<std::int64_t>(what, cell));
  return value ? std::optional(Timestamp(microseconds(*value))) : std::nullopt;
}

/// Fails with ErrorKind::Other where there is no row or the rows are not as wide as was asked for.
[[nodiscard]] inline Status check_shape(const db::Cells& cells, std::size_t columns) {
  if (cells.columns == columns && cells.rows() > 0) return {};
  return fail(ErrorKind::Other, "a read gave rows of another shape than it asked for");
}

/// A statement's counters: `read` makes one of a column and its cell. `cells` has at least one for each column.
template <typename Column, typename Read>
Result<std::vector<Counter>> read_counters(const std::vector<Column>& columns, std::span<const db::Cell> cells,
                                           Read read) {
  std::vector<Counter> counters;
  counters.reserve(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    DBI_TRY_ASSIGN(auto counter, read(columns[i], cells[i]));
    counters.push_back(std::move(counter));
  }
  return counters;
}

}  // namespace dbi::collect
