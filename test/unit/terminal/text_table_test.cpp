// Columns by their widest cell.
// SPDX-License-Identifier: Apache-2.0
#include "terminal/text_table.hpp"

#include <gtest/gtest.h>

namespace dbi::terminal {
namespace {

std::string printed(const TextTable& table) {
  std::string out;
  table.print(out);
  return out;
}

TEST(TextTable, SetsWordsLeftAndFiguresRight) {
  TextTable table({"name", "calls"}, {.left = 1, .indent = 2, .gap = 3});
  EXPECT_TRUE(table.empty());
  table.add({"a", "12345678"});
  table.add({"a longer one", "1"});
  EXPECT_FALSE(table.empty());
  EXPECT_EQ(printed(table),
            "  name              calls\n"
            "  a              12345678\n"
            "  a longer one          1\n");
}

TEST(TextTable, ALineEndsWithItsLastWord) {
  TextTable table({"key", "value"}, {});
  table.add({"a", "a wide value"});
  table.add({"b", ""});
  EXPECT_EQ(printed(table), "key  value\na    a wide value\nb\n");
}

TEST(TextTable, CountsWhatItDoesNotShow) {
  TextTable table({"n"}, {.indent = 1, .most = 2});
  for (const char* n : {"1", "2", "3", "4"}) table.add({n});
  EXPECT_EQ(printed(table), " n\n 1\n 2\n ... and 2 more\n");
}

TEST(TextTable, WideCharactersTakeTwoColumns) {
  TextTable table({"x", "y"}, {});
  table.add({"\xe6\x97\xa5\xe6\x9c\xac", "1"});
  EXPECT_EQ(printed(table), "x     y\n\xe6\x97\xa5\xe6\x9c\xac  1\n");
}

}  // namespace
}  // namespace dbi::terminal
