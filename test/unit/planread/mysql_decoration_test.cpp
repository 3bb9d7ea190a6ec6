// What the clients of MySQL and MariaDB put around a plan comes off.
// SPDX-License-Identifier: Apache-2.0
#include "planread/mysql_decoration.hpp"

#include <gtest/gtest.h>

namespace dbi::planread {
namespace {

std::string plain(std::string_view text) {
  std::string scratch;
  return std::string(without_mysql_decoration(text, scratch));
}

constexpr std::string_view kTree = "-> Limit: 7 row(s)\n    -> Table scan on t";

TEST(MysqlDecoration, TakesFramesHeadingsAndCounts) {
  EXPECT_EQ(
      plain("+---------+\n| EXPLAIN |\n+---------+\n| -> Limit: 7 row(s)\n    -> Table scan on t\n |\n+---------+\n"
            "1 row in set (0.00 sec)\n\n"),
      kTree);
  EXPECT_EQ(plain("*************************** 1. row ***************************\n"
                  "EXPLAIN: -> Limit: 7 row(s)\n    -> Table scan on t\n\n1 row in set, 1 warning (0.001 sec)\n"),
            kTree);
  EXPECT_EQ(plain("ANALYZE\n{\n  \"query_block\": {}\n}\n"), "{\n  \"query_block\": {}\n}");
  EXPECT_EQ(plain("EXPLAIN\n"), "");
}

TEST(MysqlDecoration, OpensTheLinesOfABatch) {
  EXPECT_EQ(plain("EXPLAIN\n-> Limit: 7 row(s)\\n    -> Table scan on t\\n\n"), kTree);
  EXPECT_EQ(plain("{\\n  \"query_block\": {\\n\\t\"a\": \"x\\\\\"y\"}\\n}"),
            "{\n  \"query_block\": {\n\t\"a\": \"x\\\"y\"}\n}");
}

// The server writes a line end within a literal like that.
TEST(MysqlDecoration, LeavesLineEndsOfLiterals) {
  constexpr std::string_view kForged = "-> Filter: (t.a = 'x\\n    -> Table scan on canary\\n -> y')";
  EXPECT_EQ(plain(kForged), kForged);
}

TEST(MysqlDecoration, KnowsHeadings) {
  EXPECT_TRUE(is_mysql_heading("EXPLAIN"));
  EXPECT_TRUE(is_mysql_heading("| ANALYZE                  |"));
  EXPECT_TRUE(is_mysql_heading("*************************** 12. row ***************************"));
  EXPECT_FALSE(is_mysql_heading("EXPLAIN select 1"));
  EXPECT_FALSE(is_mysql_heading("| QUERY PLAN |"));
}

}  // namespace
}  // namespace dbi::planread
