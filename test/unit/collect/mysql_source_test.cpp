// What is asked of MySQL and MariaDB servers about their statements, and what is made of the answers.
// SPDX-License-Identifier: Apache-2.0
#include "collect/mysql_source.hpp"

#include <gmock/gmock.h>

#include "collect/delta.hpp"
#include "collect/fake_mysql.hpp"
#include "collect/mysql_locks.hpp"
#include "collect/mysql_replica.hpp"
#include "collect/query_stats.hpp"

namespace dbi::collect {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class MysqlSourceTest : public ::testing::Test {
 protected:
  MysqlSourceTest() {
    server.columns = digest_columns();
    server.digests = {{.schema = "app", .digest = "d1", .calls = 5, .picoseconds = 5'000'000'000, .text = "SELECT ?"},
                      {.schema = "other", .digest = "d1", .calls = 2, .text = "SELECT ?"},
                      {.schema = {}, .digest = "d2", .calls = 9, .text = "SELECT ? AS `dbi_collect` , NAME FROM `x`"}};
  }

  std::optional<StatementSnapshot> read() {
    account = {};
    const auto facts = source.read_server(account);
    return facts ? source.read_statements(*facts, account) : std::nullopt;
  }

  FakeMysql server;
  FakeMysqlReader reader{server};
  MysqlSource source{reader};
  CycleAccount account;
};

std::vector<std::string> names_of(const std::vector<CounterColumn>& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.name);
  return names;
}

TEST_F(MysqlSourceTest, KeysAreSchemaAndDigestAndTimersBecomeMilliseconds) {
  const auto snapshot = read();
  ASSERT_TRUE(snapshot);
  EXPECT_THAT(snapshot->key_columns, ElementsAre("schema", "digest"));
  EXPECT_EQ(snapshot->rows[0].key, "app/d1");
  EXPECT_EQ(snapshot->rows[1].key, "other/d1");
  EXPECT_EQ(snapshot->rows[2].key, "/d2");
  EXPECT_EQ(snapshot->rows[2].database, "");
  EXPECT_THAT(names_of(snapshot->columns),
              ElementsAre("calls", "total_ms", "lock_ms", "errors", "rows_sent", "rows_examined", "no_index_used"));
  EXPECT_EQ(snapshot->rows[0].counters[0].integer, 5);
  EXPECT_DOUBLE_EQ(snapshot->rows[0].counters[1].real, 5.0);
  EXPECT_EQ(snapshot->server.started, Timestamp(std::chrono::seconds{50}));
  EXPECT_EQ(snapshot->server.system_identifier, "uuid");
  EXPECT_TRUE(account.errors.empty());
}

TEST_F(MysqlSourceTest, ColumnsAreThoseOfTheCatalogWhateverTheVersion) {
  // MySQL 8.0.3 added quantiles and samples, which are no counters, 8.0.28 SUM_CPU_TIME, 8.0.31 memory.
  server.columns = digest_columns({"QUANTILE_95", "QUERY_SAMPLE_TEXT", "QUERY_SAMPLE_SEEN"});
  EXPECT_THAT(names_of(read()->columns), Not(Contains("cpu_ms")));
  server.columns = digest_columns({"SUM_CPU_TIME", "MAX_CONTROLLED_MEMORY", "MAX_TOTAL_MEMORY", "COUNT_SECONDARY"});
  MysqlSource newer(reader);
  const auto facts = newer.read_server(account);
  EXPECT_THAT(names_of(newer.read_statements(*facts, account)->columns), Contains("cpu_ms"));
  EXPECT_THAT(digests_sql(*newer.catalog()).text(), Not(HasSubstr("MAX_")));
}

TEST_F(MysqlSourceTest, AFirstSeenWithoutFractionIsToldByTheCatalog) {
  EXPECT_FALSE(read()->since_in_whole_seconds);
  server.fraction_digits = 0;
  MysqlSource mariadb(reader);
  const auto facts = mariadb.read_server(account);
  EXPECT_TRUE(mariadb.read_statements(*facts, account)->since_in_whole_seconds);
}

TEST_F(MysqlSourceTest, WhatFoundNoRoomIsAlwaysAmongTheOthers) {
  server.digests.push_back({.schema = {}, .digest = {}, .calls = 7, .picoseconds = 99'000'000'000, .text = ""});
  const auto earlier = read();
  server.digests.back().calls = 10;
  server.digest_lost = 3;
  server.now += 5'000'000;
  server.uptime += 5;
  auto later = read();
  ASSERT_TRUE(later);
  EXPECT_EQ(later->digest_lost, 3);
  const TextStore texts;
  std::string out;
  const Routing routing{.target = "t", .cycle = {}, .system = "mysql", .host = {}, .port = 0, .observed_ts = {}};
  const auto totals = write_query_stats(out, routing, *later, compute_deltas(*earlier, *later), texts, {});
  EXPECT_EQ(totals.records, 1U);
  EXPECT_THAT(out, HasSubstr(R"("query_id":"other")"));
  EXPECT_THAT(out, HasSubstr(R"("calls":3)"));
  EXPECT_THAT(out, Not(HasSubstr("database")));
}

TEST_F(MysqlSourceTest, TextsOfNewKeysAreReadFromTheirFirstSecondOn) {
  server.digests[1].first_seen_us = 77'900'000;
  auto snapshot = read();
  TextStore texts;
  server.reads.clear();
  source.read_texts(*snapshot, {1}, texts, Timestamp{}, account);
  EXPECT_THAT(server.reads, ElementsAre("texts", "texts"));  // the first one only to be counted
  EXPECT_EQ(server.parameters.back()[0], "77");
  ASSERT_NE(texts.find("other/d1"), nullptr);
  EXPECT_EQ(texts.find("other/d1")->query, "SELECT ?");
  EXPECT_EQ(texts.find("app/d1"), nullptr);
  ASSERT_NE(texts.find("/d2"), nullptr) << "the collector's own are learned before they are asked for";
  EXPECT_TRUE(texts.find("/d2")->own);
  source.read_texts(*snapshot, {0}, texts, Timestamp{}, account);
  EXPECT_EQ(server.reads.size(), 3U);
}

TEST_F(MysqlSourceTest, ARowWithoutDigestAsksForNoText) {
  server.digests = {{.schema = {}, .digest = {}, .calls = 7, .text = ""}};
  auto snapshot = read();
  TextStore texts;
  server.reads.clear();
  source.read_texts(*snapshot, {0}, texts, Timestamp{}, account);
  EXPECT_THAT(server.reads, IsEmpty());
}

TEST_F(MysqlSourceTest, PerformanceSchemaOffIsAMissingFeatureWithItsLine) {
  server.performance_schema = "OFF";
  EXPECT_FALSE(read());
  ASSERT_EQ(account.errors.size(), 1U);
  EXPECT_EQ(account.errors[0].kind, ErrorKind::MissingFeature);
  EXPECT_THAT(account.errors[0].hint, HasSubstr("performance_schema = ON"));
}

TEST_F(MysqlSourceTest, ATableThatIsNotToBeSeenIsAPrivilegeWithItsGrant) {
  server.columns.clear();
  EXPECT_FALSE(read());
  EXPECT_EQ(account.errors.at(0).kind, ErrorKind::Privilege);
  EXPECT_EQ(account.errors[0].hint, "GRANT SELECT ON performance_schema.* TO 'dbi''x'@'%';");
  server.columns = digest_columns();  // granted meanwhile
  EXPECT_TRUE(read());
}

TEST_F(MysqlSourceTest, WhatRanWhileNothingWasCountedIsNeverCompared) {
  const auto earlier = read();
  server.counts = false;
  const auto uncounted = read();
  ASSERT_TRUE(uncounted);
  EXPECT_EQ(account.errors.at(0).kind, ErrorKind::MissingFeature);
  EXPECT_THAT(account.errors[0].hint, HasSubstr("statements_digest"));
  EXPECT_THAT(compute_deltas(*earlier, *uncounted).rows, IsEmpty());
  server.counts = true;
  EXPECT_TRUE(compute_deltas(*uncounted, *read()).incomparable);
}

TEST_F(MysqlSourceTest, NumbersThatAreNoneAreAnError) {
  server.faults["statements"] = {"statements", ErrorKind::Timeout, "HY000", "Query execution was interrupted", ""};
  EXPECT_FALSE(read());
  EXPECT_EQ(account.errors.at(0).kind, ErrorKind::Timeout);
  EXPECT_FALSE(account.read);
  MysqlCatalog catalog;
  catalog.counters = {{.column = "COUNT_STAR", .counter = {"calls", CounterType::Integer}}};
  StatementSnapshot snapshot;
  const Cells cells{.columns = 6, .values = {"1", "app", "d", "5", "1", "x"}};
  EXPECT_FALSE(read_digests(cells, catalog, snapshot));
}

TEST_F(MysqlSourceTest, AServerThatIsNoReplicaIsNotAsked) {
  for (const auto system : {sql::System::MySql, sql::System::MariaDb}) {
    server.system = system;
    ASSERT_TRUE(source.read_server(account));
    EXPECT_FALSE(source.read_replica_lag(account));
  }
  EXPECT_THAT(server.reads, Not(Contains("replica")));
  EXPECT_TRUE(account.errors.empty());
}

TEST_F(MysqlSourceTest, AReplicaIsAsFarBehindAsItsWorstChannel) {
  server.replicates = true;
  server.lags = {"3", "17", "0"};
  EXPECT_EQ(source.read_replica_lag(account), 17.0);
  server.lags = {"3", std::nullopt};
  EXPECT_FALSE(source.read_replica_lag(account)) << "a channel stands";
  server.system = sql::System::MariaDb;
  server.lag_column = "Seconds_Behind_Master";
  server.lags = {"0"};
  MysqlSource mariadb(reader);
  ASSERT_TRUE(mariadb.read_server(account));
  EXPECT_EQ(mariadb.read_replica_lag(account), 0.0);
  EXPECT_TRUE(account.errors.empty());
}

TEST_F(MysqlSourceTest, WhoMayNotSeeReplicationIsRefusedOnceAndSilently) {
  server.replicates = true;
  server.lags = {"3"};
  server.faults["replica */"] = {"server", ErrorKind::Privilege, "42000", "Access denied", ""};
  EXPECT_FALSE(source.read_replica_lag(account));
  EXPECT_TRUE(source.replica_denied());
  server.faults.clear();
  EXPECT_FALSE(source.read_replica_lag(account)) << "the right counts from the next connection on";
  EXPECT_TRUE(account.errors.empty());
  MysqlSource next(reader);
  EXPECT_EQ(next.read_replica_lag(account), 3.0);
}

TEST_F(MysqlSourceTest, AReplicaThatDoesNotAnswerInTimeIsAnError) {
  server.replicates = true;
  server.faults["replica */"] = {"server", ErrorKind::Timeout, "HY000", "no answer", ""};
  EXPECT_FALSE(source.read_replica_lag(account));
  EXPECT_EQ(account.errors.at(0).kind, ErrorKind::Timeout);
  server.faults.clear();
  server.lags = {"x"};
  EXPECT_FALSE(source.read_replica_lag(account));
  EXPECT_EQ(account.errors.size(), 2U);
}

TEST(ReplicaStatus, IsAskedInTheWordsOfTheVersion) {
  const auto words = [](sql::System system, int version) {
    sql::Dialect dialect;
    dialect.system = system;
    dialect.version = version;
    return replica_status_sql(dialect).text();
  };
  EXPECT_EQ(words(sql::System::MySql, 90704), "SHOW /* dbi-collect replica */ REPLICA STATUS");
  EXPECT_EQ(words(sql::System::MySql, 80021), "SHOW /* dbi-collect replica */ SLAVE STATUS");
  EXPECT_EQ(words(sql::System::MariaDb, 110806), "SHOW /* dbi-collect replica */ ALL SLAVES STATUS");
  EXPECT_FALSE(parse_replica_lag({.columns = 1, .values = {"1"}, .names = {"Connection_name"}}));
}

TEST(OwnDigest, IsToldByTheAliasOfItsFirstColumn) {
  EXPECT_TRUE(is_own_digest("SELECT ? AS `dbi_collect` , `SCHEMA_NAME`"));
  EXPECT_TRUE(
      is_own_digest("SET STATEMENT MAX_STATEMENT_TIME = ? , `lock_wait_timeout` = ? FOR SELECT ? AS `dbi_collect`"));
  EXPECT_TRUE(is_own_digest(
      "SELECT /*+ MAX_EXECUTION_TIME (?) SET_VAR ( `sql_mode` = ? ) */ ? AS `dbi_collect` , `SCHEMA_NAME`"));
  EXPECT_FALSE(is_own_digest("SELECT /*+ MAX_EXECUTION_TIME (?) */ ? AS `x` , ? AS `dbi_collect`"));
  EXPECT_FALSE(is_own_digest("SELECT /*+ MAX_EXECUTION_TIME (?)"));
  EXPECT_FALSE(is_own_digest("SELECT ? AS `x` , ? AS `dbi_collect`"));
  EXPECT_FALSE(is_own_digest("INSERT INTO `t` SELECT ? AS `dbi_collect`"));
  EXPECT_FALSE(is_own_digest("SET STATEMENT MAX_STATEMENT_TIME = ? FOR SELECT ?"));
}

TEST(DigestText, IsCutWhereItsTokensMayNotHaveFound) {
  // 100 names of 6 bytes are 1000, their commas 200.
  std::string text = "SELECT";
  for (int i = 0; i < 100; ++i) text += " `abcdef` ,";
  EXPECT_TRUE(may_be_cut(text, 1200));
  EXPECT_TRUE(may_be_cut(text, 1400));  // the next name could have been too long for what is left
  EXPECT_FALSE(may_be_cut(text, 4096));
  EXPECT_FALSE(may_be_cut("SELECT ?", 1024));
  EXPECT_FALSE(may_be_cut(text, 0));
}

TEST(MysqlStatements, AreOneSelectEachWithTheAliasFirst) {
  for (const auto system : {sql::System::MySql, sql::System::MariaDb}) {
    for (const auto& statement : {mysql_catalog_sql(system), mysql_server_sql(system), digests_sql({}),
                                  digest_texts_sql(), replica_threads_sql(), session_tables_sql(), transactions_sql(),
                                  row_lock_waits_sql(system), metadata_locks_sql(), mysql_sessions_sql(system, {})}) {
      EXPECT_THAT(statement.text(), HasSubstr(" 1 AS dbi_collect, "));
      EXPECT_THAT(statement.text(), Not(HasSubstr(";")));
    }
  }
}

TEST(MysqlStatements, DeclareNoTextOfAStatementOpen) {
  constexpr std::size_t kDigestText = 3;
  EXPECT_FALSE(digest_texts_sql().is_open(kDigestText));
  constexpr std::size_t kInfo = 8;
  for (const auto system : {sql::System::MySql, sql::System::MariaDb}) {
    EXPECT_FALSE(mysql_sessions_sql(system, {}).is_open(kInfo));
    EXPECT_TRUE(mysql_sessions_sql(system, {}).is_open(kInfo - 1));
  }
}

}  // namespace
}  // namespace dbi::collect
