// The rows of one read, every value as text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "db/cells.hpp"

namespace dbi::db {

/// What a read took.
struct Cost {
  double ms = 0;  ///< wall time, all round trips of the transaction form included
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;  ///< of the values
};

/// A column of a read.
struct Column {
  std::string name;
  bool is_text = true;  ///< false for numbers, booleans and identifiers, which can hold no statement
};

/// Rows that the server has sent whole; it holds nothing of them any more. Views are valid as long as owner() lives.
class ResultSet {
 public:
  explicit ResultSet(std::vector<Column> columns);

  /// Takes the next value in, row by row; its bytes are copied.
  void add(const Cell& value);
  void set_time(double ms) { ms_ = ms; }

  [[nodiscard]] std::size_t rows() const { return cells_.rows(); }
  [[nodiscard]] std::size_t columns() const { return columns_.size(); }
  [[nodiscard]] const Column& column(std::size_t index) const { return columns_[index]; }
  /// Nothing for NULL.
  [[nodiscard]] const Cell& value(std::size_t row, std::size_t column) const { return cells_.row(row)[column]; }
  [[nodiscard]] const Cells& cells() const { return cells_; }
  [[nodiscard]] Cost cost() const { return {ms_, rows(), bytes_}; }
  /// What keeping the rows takes: bytes of values and of cells.
  [[nodiscard]] std::size_t memory() const { return bytes_ + cells_.values.size() * sizeof(Cell); }
  [[nodiscard]] std::shared_ptr<const void> owner() const { return blocks_; }

 private:
  // Blocks do not move, so that views of them hold.
  using Blocks = std::vector<std::unique_ptr<char[]>>;
  std::string_view keep(std::string_view bytes);

  std::vector<Column> columns_;
  Cells cells_;
  std::shared_ptr<Blocks> blocks_;
  char* free_ = nullptr;
  std::size_t left_ = 0;
  std::size_t bytes_ = 0;
  double ms_ = 0;
};

}  // namespace dbi::db
