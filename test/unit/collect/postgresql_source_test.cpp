// What is asked of a PostgreSQL server, and what is made of its answers.
// SPDX-License-Identifier: Apache-2.0
#include "collect/postgresql_source.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "collect/fake_server.hpp"
#include "collect/postgresql_sessions.hpp"

namespace dbi::collect {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class PostgresqlSourceTest : public ::testing::Test {
 protected:
  PostgresqlSourceTest() {
    server.statements = {{.query_id = "1", .calls = 5, .total_ms = 50, .text = "select 'secret'"},
                         {.role = "11", .query_id = "9", .calls = 3, .text = "select /* dbi-collect marks */ 1"}};
  }

  std::optional<StatementSnapshot> read() {
    account = {};
    const auto facts = source.read_server(account);
    return facts ? source.read_statements(*facts, account) : std::nullopt;
  }

  FakeServer server;
  FakeReader reader{server};
  PostgresqlSource source{reader};
  CycleAccount account;
};

TEST_F(PostgresqlSourceTest, NamesRowsAndAsksForNamesOnlyWhereOneIsUnknown) {
  const auto first = read();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->rows[0].key, "5/10/1/t");
  EXPECT_EQ(first->rows[0].database, "app");
  EXPECT_EQ(first->rows[1].user, "bob");
  server.reads.clear();
  read();
  EXPECT_THAT(server.reads, ElementsAre("server", "statements_info", "statements", "statements_info"));
}

TEST_F(PostgresqlSourceTest, ADroppedRolesRowIsNamelessAndAsksForNamesOnce) {
  server.statements[1].role = "99";
  const auto rows = read();
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->rows[1].user, "");
  const auto asked = server.reads.size();
  read();
  EXPECT_EQ(server.reads.size(), asked + 4);
}

TEST_F(PostgresqlSourceTest, ASourceThatFailsIsOneErrorOfItsName) {
  server.faults["statements"] = {"statements", ErrorKind::Timeout, "57014", "canceling statement", ""};
  EXPECT_FALSE(read());
  ASSERT_EQ(account.errors.size(), 1U);
  EXPECT_EQ(account.errors[0].source, "statements");
  EXPECT_FALSE(account.read);
  EXPECT_EQ(account.cost.count("statements"), 0U);
  EXPECT_EQ(account.cost.at("server").rows, 10U);  // the catalog's nine and the facts
}

TEST_F(PostgresqlSourceTest, TellsALibraryThatIsNotLoadedFromARightThatIsMissing) {
  server.faults["statements_info"] = {"statements_info", ErrorKind::Other, "55000", "must be loaded", ""};
  read();
  EXPECT_EQ(account.errors.at(0).kind, ErrorKind::MissingFeature);
  EXPECT_THAT(account.errors[0].hint, HasSubstr("shared_preload_libraries"));
  server.faults["statements_info"] = {"statements_info", ErrorKind::Privilege, "42501", "permission denied", ""};
  read();
  EXPECT_EQ(account.errors.at(0).hint, "GRANT USAGE ON SCHEMA public TO \"dbi\"; GRANT pg_monitor TO \"dbi\";");
}

TEST_F(PostgresqlSourceTest, ReadsTheCatalogAgainWhereItWasWrong) {
  ASSERT_TRUE(read());
  server.faults["statements"] = {"statements", ErrorKind::MissingFeature, "42703", "column does not exist", ""};
  read();
  server.faults.clear();
  server.reads.clear();
  EXPECT_TRUE(read());
  EXPECT_EQ(std::ranges::count(server.reads, "server"), 2);
}

TEST_F(PostgresqlSourceTest, OnlyTheCollectorsOwnRoleHasOwnStatements) {
  auto snapshot = read();
  TextStore texts;
  const auto unknown = texts.see(*snapshot);
  source.read_texts(*snapshot, unknown, texts, Timestamp{}, account);
  EXPECT_FALSE(snapshot->rows[1].own);  // bob's
  ASSERT_NE(texts.find("5/10/1/t"), nullptr);
  EXPECT_EQ(texts.find("5/10/1/t")->query, "select ?");
  server.statements[1].role = "10";
  snapshot = read();
  source.read_texts(*snapshot, texts.see(*snapshot), texts, Timestamp{}, account);
  EXPECT_TRUE(snapshot->rows[1].own);
}

PostgresqlCatalog catalog() {
  PostgresqlCatalog catalog;
  catalog.schema = "public";
  catalog.counters = {{"calls", CounterType::Integer}};
  return catalog;
}

TEST(PostgresqlStatements, AreAllKnownAsOwn) {
  for (const auto& statement :
       {catalog_sql(), server_sql(catalog()), marks_sql(catalog()), marks_sql({}), statements_sql(catalog()),
        names_sql(), activity_columns_sql(), sessions_sql({}), sessions_sql({.leader_pid = true, .query_id = true})}) {
    EXPECT_TRUE(db::is_own_statement(statement.text())) << statement.text();
  }
  EXPECT_THAT(statements_sql(catalog()).text(), HasSubstr("like '%/* dbi-collect%'"));
}

TEST(PostgresqlStatements, DeclareNoTextOfAStatementOpen) {
  const auto statements = statements_sql(catalog());
  for (std::size_t column = 0; column < 10; ++column) EXPECT_FALSE(statements.is_open(column));
  constexpr std::size_t kQuery = 11;  // of the sessions: behind pid ... query_id
  EXPECT_FALSE(sessions_sql({}).is_open(kQuery));
  EXPECT_TRUE(sessions_sql({}).is_open(kQuery - 1));
}

TEST(PostgresqlStatements, ReadNumbersThatAreNoneAsAnError) {
  StatementSnapshot snapshot;
  const Cells cells{.columns = 8, .values = {"5", "10", "1", std::nullopt, std::nullopt, std::nullopt, "f", "x"}};
  const auto status = read_statements(cells, catalog(), snapshot);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::Other);
  EXPECT_THAT(status.error().message, HasSubstr("calls"));
}

}  // namespace
}  // namespace dbi::collect
