// SPDX-License-Identifier: Apache-2.0
#include "db/result_set.hpp"

#include <libpq-fe.h>

#include <utility>

namespace dbi::db {

namespace {

const PGresult* rows_of(const std::shared_ptr<void>& result) {
  return static_cast<const PGresult*>(result.get());
}

}  // namespace

ResultSet::ResultSet(std::shared_ptr<void> result, double ms) : result_(std::move(result)) {
  const auto* rows = rows_of(result_);
  rows_ = static_cast<std::size_t>(PQntuples(rows));
  columns_ = static_cast<std::size_t>(PQnfields(rows));
  cost_.ms = ms;
  cost_.rows = rows_;
  for (int row = 0; row < PQntuples(rows); ++row) {
    for (int column = 0; column < PQnfields(rows); ++column) {
      cost_.bytes += static_cast<std::uint64_t>(PQgetlength(rows, row, column));
    }
  }
}

std::string_view ResultSet::name(std::size_t column) const {
  return PQfname(rows_of(result_), static_cast<int>(column));
}

std::optional<std::string_view> ResultSet::value(std::size_t row, std::size_t column) const {
  const auto* rows = rows_of(result_);
  const int r = static_cast<int>(row);
  const int c = static_cast<int>(column);
  if (PQgetisnull(rows, r, c) != 0) return std::nullopt;
  return std::string_view(PQgetvalue(rows, r, c), static_cast<std::size_t>(PQgetlength(rows, r, c)));
}

}  // namespace dbi::db
