// Answers of the fake servers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collect/server_reader.hpp"

namespace dbi::collect {

using FakeRow = std::vector<std::optional<std::string>>;

/// An answer of these rows, which it owns; it cost 1 ms and 10 bytes a row.
inline ReadResult fake_rows(std::size_t columns, std::vector<FakeRow> values) {
  auto owner = std::make_shared<std::vector<FakeRow>>(std::move(values));
  Reading reading;
  reading.cells.columns = columns;
  for (const auto& row : *owner) {
    for (const auto& value : row) reading.cells.values.push_back(value ? Cell(*value) : Cell());
  }
  reading.cost = {.ms = 1, .rows = owner->size(), .bytes = 10 * owner->size()};
  reading.owner = std::move(owner);
  return reading;
}

}  // namespace dbi::collect
