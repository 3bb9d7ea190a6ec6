// Plans from a real server: of one statement, which is not carried out, whatever its text.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <limits>
#include <string>

#include "server.hpp"

namespace dbi::db::test {
namespace {

using testing::HasSubstr;

constexpr auto kAll = std::numeric_limits<std::size_t>::max();

class Explains : public testing::Test {
 protected:
  void SetUp() override {
    if (!have_server()) GTEST_SKIP() << "no PostgreSQL server";
    psql("create table if not exists explained (id int primary key); grant all on explained to dbi_monitor");
  }
};

std::string plan(Connection& connection, std::string_view statement, std::size_t placeholders) {
  const auto rows = connection.explain(statement, placeholders, kAll);
  return rows ? std::string(rows->value(0, 0).value_or("NULL")) : "error: " + rows.error().sqlstate;
}

Guards with_own_path() {
  Guards guards;
  guards.fixes_search_path = false;
  return guards;
}

// What is one statement to the caller and several to the server runs none of them: neither by the extended protocol nor
// where placeholders take the other way.
TEST_F(Explains, OneStatementOnly) {
  auto connection = open(local(), with_own_path()).value();
  psql("delete from explained; insert into explained values (1)");
  const std::string tail = "; delete from explained; commit";
  EXPECT_EQ(plan(connection, "select 1" + tail, 0), "error: 42601");
  EXPECT_EQ(plan(connection, "select $1::int" + tail, 1), "error: 42601");
  EXPECT_EQ(plan(connection, "select 1" + tail, 1), "error: 42601");
  EXPECT_EQ(psql("select count(*) from explained"), "1");
  EXPECT_THAT(plan(connection, "delete from explained", 0), HasSubstr("\"Delete\""));
  EXPECT_EQ(psql("select count(*) from explained"), "1");
}

TEST_F(Explains, LeavesTheSessionAsItWas) {
  auto connection = open(local(), with_own_path()).value();
  EXPECT_THAT(plan(connection, "select * from explained where id = $1", 1), HasSubstr("$1"));
  EXPECT_THAT(plan(connection, "select * from explained where id = $1 and $2", 2), HasSubstr("$2"));
  EXPECT_EQ(plan(connection, "select * from missing where id = $1", 1), "error: 42P01");
  const auto left = connection.read("server", own("select count(*) from pg_catalog.pg_prepared_statements where "
                                                  "from_sql"));
  ASSERT_TRUE(left);
  EXPECT_EQ(left->value(0, 0), "0");
  EXPECT_TRUE(connection.usable());
}

// A collector that was killed behind a pooler leaves its statement in a server process that others get.
TEST_F(Explains, GoesOnOverAStatementThatWasLeft) {
  auto connection = open(local(), with_own_path()).value();
  ASSERT_TRUE(connection.read("server", OwnStatement("", "PREPARE dbi_collect AS select 2")));
  EXPECT_THAT(plan(connection, "select * from explained where id = $1", 1), HasSubstr("$1"));
}

TEST_F(Explains, FindsNamesByTheSessionsOwnPathAndReadsByOurs) {
  auto connection = open(local() + " options=-csearch_path=information_schema", with_own_path()).value();
  EXPECT_THAT(plan(connection, "select * from sql_features", 0), HasSubstr("sql_features"));
  EXPECT_EQ(plan(connection, "select * from explained", 0), "error: 42P01");
  EXPECT_EQ(connection.read("server", own("show search_path"))->value(0, 0), "pg_catalog");
}

TEST_F(Explains, GivesUpWhatIsLargerThanMayBe) {
  auto connection = open(local(), with_own_path()).value();
  const auto rows = connection.explain("select * from explained", 0, 10);
  ASSERT_FALSE(rows);
  EXPECT_TRUE(rows.error().too_large);
}

}  // namespace
}  // namespace dbi::db::test
