// SPDX-License-Identifier: Apache-2.0
#include "collect/keyed_rows.hpp"

namespace dbi::collect {

KeyedRows::KeyedRows(const StatementSnapshot& snapshot) : snapshot_(&snapshot) {
  by_key_.reserve(snapshot.rows.size());
  for (std::size_t i = 0; i < snapshot.rows.size(); ++i) add(i);
}

void KeyedRows::add(std::size_t row) {
  const auto [place, is_new] = by_key_.try_emplace(snapshot_->rows[row].key, KeyedRow{row, 1, {}});
  if (is_new) return;
  auto& entry = place->second;
  if (entry.copies++ == 1) entry.sums = snapshot_->rows[entry.row].counters;
  const auto& more = snapshot_->rows[row].counters;
  for (std::size_t i = 0; i < more.size(); ++i) {
    entry.sums[i].integer += more[i].integer;
    entry.sums[i].real += more[i].real;
  }
}

const KeyedRow* KeyedRows::find(std::string_view key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &found->second;
}

const std::vector<Counter>& KeyedRows::counters(const KeyedRow& row) const {
  return row.copies == 1 ? snapshot_->rows[row.row].counters : row.sums;
}

std::optional<Timestamp> KeyedRows::since(const KeyedRow& row) const {
  return row.copies == 1 ? snapshot_->rows[row.row].since : std::nullopt;
}

}  // namespace dbi::collect
