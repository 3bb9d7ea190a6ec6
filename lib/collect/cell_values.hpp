// From the cells of a read to values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
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

}  // namespace dbi::collect
