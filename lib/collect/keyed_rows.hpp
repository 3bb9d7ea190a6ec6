// The rows of a snapshot by key, several rows of one key summed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collect/snapshot.hpp"

namespace dbi::collect {

/// All rows of one key; almost always one. PostgreSQL 15 with the extension left at 1.8 shows a statement's toplevel
/// and nested entry as two rows that nothing tells apart.
struct KeyedRow {
  std::size_t row = 0;  ///< index of the first one
  std::size_t copies = 1;
  std::vector<Counter> sums;  ///< only where there are copies
};

/// A view of a snapshot, which must outlive it.
class KeyedRows {
 public:
  explicit KeyedRows(const StatementSnapshot& snapshot);

  [[nodiscard]] const KeyedRow* find(std::string_view key) const;
  /// True for a row that is not a copy of an earlier one.
  [[nodiscard]] bool is_first(std::size_t row) const { return find(snapshot_->rows[row].key)->row == row; }
  [[nodiscard]] const std::vector<Counter>& counters(const KeyedRow& row) const;
  /// Nothing where there are copies: their times say nothing about the sum.
  [[nodiscard]] std::optional<Timestamp> since(const KeyedRow& row) const;

 private:
  void add(std::size_t row);

  const StatementSnapshot* snapshot_;
  std::unordered_map<std::string_view, KeyedRow> by_key_;
};

}  // namespace dbi::collect
