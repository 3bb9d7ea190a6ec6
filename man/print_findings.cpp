// Prints the catalogue of findings for dbi-findings(7), from the table that the rules go by.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "plan/finding.hpp"

namespace {

// scdoc takes an underscore for the beginning of emphasis.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '_' || c == '*' ? fmt::format("\\{}", c) : std::string(1, c);
  return out;
}

// What to do: on which systems, where it is not found on all, and what differs between them.
std::string advice_of(const dbi::plan::FindingRow& row) {
  const std::string postgresql = escaped(row.postgresql_advice);
  const std::string mysql = escaped(row.mysql_advice);
  if (postgresql.empty()) return fmt::format("{} _(MySQL, MariaDB)_", mysql);
  if (mysql.empty()) return fmt::format("{} _(PostgreSQL)_", postgresql);
  if (mysql == postgresql) return postgresql;
  return fmt::format("{} _MySQL, MariaDB:_ {}", postgresql, mysql);
}

}  // namespace

int main() {
  for (const dbi::plan::FindingRow& row : dbi::plan::finding_codes()) {
    fmt::print("*{}*\n\t{} {}\n\n", escaped(row.word), escaped(row.meaning), advice_of(row));
  }
  return std::fflush(stdout) == 0 ? 0 : 5;
}
