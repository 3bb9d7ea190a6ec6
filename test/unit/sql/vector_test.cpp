// The test vectors of the manual: page and code say the same.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "sql/statement.hpp"

namespace dbi::sql {
namespace {

// A vector is three lines of a literal block: "text: ...", "norm: ...", "sign: ..." (or "none"); \n is a line end.
std::string unescaped(std::string text) {
  for (auto at = text.find("\\n"); at != std::string::npos; at = text.find("\\n", at + 1)) text.replace(at, 2, "\n");
  return text;
}

TEST(Vectors, OfTheManualHold) {
  std::ifstream page(DBI_VECTORS);
  ASSERT_TRUE(page);
  std::size_t vectors = 0;
  std::string text;
  Statement statement;
  for (std::string line; std::getline(page, line);) {
    const auto at = line.find_first_not_of('\t');
    if (at == std::string::npos) continue;
    line.erase(0, at);
    if (line.starts_with("text: ")) {
      text = unescaped(line.substr(6));
      statement = normalize(text, {System::PostgreSql, 0, true, {}, {}});
    } else if (line.starts_with("norm: ")) {
      EXPECT_EQ(statement.text, line.substr(6)) << text;
    } else if (line.starts_with("sign: ")) {
      EXPECT_EQ(statement.signature.value_or("none"), line.substr(6)) << text;
      ++vectors;
    }
  }
  EXPECT_GE(vectors, 40U);
}

}  // namespace
}  // namespace dbi::sql
