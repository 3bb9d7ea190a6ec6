// The rows of one read, every value as text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace dbi::db {

/// What a read took.
struct Cost {
  double ms = 0;  ///< wall time, all round trips of the transaction form included
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;  ///< of the values
};

/// Rows that the server has sent whole; it holds nothing of them any more. Copies share the rows. Views are valid as
/// long as one copy, or owner(), lives.
class ResultSet {
 public:
  /// `result` is a PGresult.
  ResultSet(std::shared_ptr<void> result, double ms);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::string_view name(std::size_t column) const;
  /// Nothing for NULL.
  [[nodiscard]] std::optional<std::string_view> value(std::size_t row, std::size_t column) const;
  [[nodiscard]] const Cost& cost() const { return cost_; }
  [[nodiscard]] std::shared_ptr<const void> owner() const { return result_; }

 private:
  std::shared_ptr<void> result_;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  Cost cost_;
};

}  // namespace dbi::db
