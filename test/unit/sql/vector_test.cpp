// The test vectors of the manual: page and code say the same.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <string>

#include "sql/statement.hpp"

namespace dbi::sql {
namespace {

// A vector is three lines of a literal block: "text: ...", "norm: ...", "sign: ..." (or "none"); \n is a line end. A
// line "for: SYSTEM" names the dialect of those that follow.
std::string unescaped(std::string text) {
  for (auto at = text.find("\\n"); at != std::string::npos; at = text.find("\\n", at + 1)) text.replace(at, 2, "\n");
  return text;
}

const std::map<std::string, Dialect, std::less<>> kDialects = {
    {"PostgreSQL", {System::PostgreSql, 0, true, {}, {}}},
    {"MySQL 9.7", {System::MySql, 90700, {}, false, false}},
    {"MySQL 9.7, ANSI_QUOTES", {System::MySql, 90700, {}, true, false}},
    {"MySQL 9.7, NO_BACKSLASH_ESCAPES", {System::MySql, 90700, {}, false, true}},
    {"MariaDB 10.11", {System::MariaDb, 101100, {}, false, false}},
    {"MariaDB 10.11, modes not known", {System::MariaDb, 101100, {}, {}, {}}},
};

TEST(Vectors, OfTheManualHold) {
  std::ifstream page(DBI_VECTORS);
  ASSERT_TRUE(page);
  std::size_t vectors = 0;
  std::string text;
  Dialect dialect;
  Statement statement;
  for (std::string line; std::getline(page, line);) {
    const auto at = line.find_first_not_of('\t');
    if (at == std::string::npos) continue;
    line = line.substr(at);
    if (line.starts_with("for: ")) {
      const auto named = kDialects.find(line.substr(5));
      ASSERT_NE(named, kDialects.end()) << line;
      dialect = named->second;
    } else if (line.starts_with("text: ")) {
      text = unescaped(line.substr(6));
      statement = normalize(text, dialect);
    } else if (line.starts_with("norm: ")) {
      EXPECT_EQ(statement.text, line.substr(6)) << text;
    } else if (line.starts_with("sign: ")) {
      EXPECT_EQ(statement.signature.value_or("none"), line.substr(6)) << text;
      ++vectors;
    }
  }
  EXPECT_GE(vectors, 85U);
}

}  // namespace
}  // namespace dbi::sql
