// SPDX-License-Identifier: Apache-2.0
#include "db/mysql_parameters.hpp"

#include <algorithm>

namespace dbi::db {

namespace {

constexpr std::size_t kMaxDigits = 20;  // of 64 bits; more would be read as a decimal

void append_literal(std::string& sql, const std::optional<std::string>& value) {
  if (!value) {
    sql += "NULL";
    return;
  }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!value->empty() && value->size() <= kMaxDigits && std::all_of(value->begin(), value->end(), is_digit)) {
    sql += *value;
    return;
  }
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  sql += "_utf8mb4 X'";
  for (const char c : *value) {
    const auto byte = static_cast<unsigned char>(c);
    sql += kDigits[byte >> 4U];
    sql += kDigits[byte & 15U];
  }
  sql += '\'';
}

}  // namespace

std::optional<std::string> bind_parameters(std::string_view sql,
                                           std::span<const std::optional<std::string>> parameters) {
  const auto places = static_cast<std::size_t>(std::count(sql.begin(), sql.end(), '?'));
  if (places != parameters.size()) return std::nullopt;
  std::string bound;
  bound.reserve(sql.size());
  std::size_t next = 0;
  for (const char c : sql) {
    if (c == '?') {
      append_literal(bound, parameters[next++]);
    } else {
      bound += c;
    }
  }
  return bound;
}

}  // namespace dbi::db
