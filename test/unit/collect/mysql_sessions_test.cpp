// The sessions of MySQL and MariaDB, and who waits for whom.
// SPDX-License-Identifier: Apache-2.0
#include "collect/mysql_sessions.hpp"

#include <gmock/gmock.h>

#include "collect/fake_mysql.hpp"
#include "collect/mysql_locks.hpp"
#include "collect/mysql_probe.hpp"

namespace dbi::collect {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

FakeMysql::Row session(std::string pid, std::string command, std::string stage, std::optional<std::string> query) {
  const auto bytes = std::to_string(query ? query->size() : 0);
  return {"1",
          std::move(pid),
          "app",
          "shop",
          "192.0.2.1",
          "web",
          std::move(command),
          std::move(stage),
          std::move(query),
          bytes,
          "1024",
          "1500",
          std::nullopt};
}

class MysqlSessionsTest : public ::testing::Test {
 protected:
  MysqlSessionsTest() {
    server.session_tables = {"threads", "metadata_locks", "session_connect_attrs", "data_lock_waits"};
  }

  std::string read(double intervals = 1) {
    account = {};
    std::string out;
    if (const auto write = sessions(reader, texts, account)) {
      (*write)(out, Routing{.target = "t", .cycle = {}, .system = "mysql", .host = {}, .port = 0, .observed_ts = {}},
               {}, intervals);
    }
    return out;
  }

  FakeMysql server;
  FakeMysqlReader reader{server};
  TextStore texts;
  CycleAccount account;
  ReadSessions sessions = mysql_sessions({});
};

TEST_F(MysqlSessionsTest, AWaiterNamesItsBlockerWhichIsThereThoughIdle) {
  server.transactions = {{"1", "700", "10", "RUNNING", "5000000"}, {"1", "701", "11", "LOCK WAIT", "2000000"}};
  server.waits = {{"1", "701", "700"}};
  server.sessions = {session("10", "Sleep", "", std::nullopt),
                     session("11", "Query", "updating", "update t set v = 'x'")};
  const auto out = read();
  EXPECT_THAT(out, HasSubstr(R"("state":"idle in transaction","transaction_ms":5000)"));
  EXPECT_THAT(out, HasSubstr(R"("wait_type":"Lock","wait_event":"LOCK WAIT","stage":"updating")"));
  EXPECT_THAT(out, HasSubstr(R"("blocked_by":["10"])"));
  EXPECT_THAT(out, HasSubstr(R"("query":"update t set v = ?")"));
  EXPECT_EQ(server.parameters.back()[0], "10,11");
}

TEST_F(MysqlSessionsTest, ASampleStandsForTheIntervalThatIsReallyUsed) {
  server.sessions = {session("11", "Query", "updating", "update t set v = 'x'")};
  EXPECT_THAT(read(), Not(HasSubstr("sample_s")));
  sessions = mysql_sessions({.sample_s = 10});
  EXPECT_THAT(read(), HasSubstr(R"("sample_s":10)"));
  EXPECT_THAT(read(2), HasSubstr(R"("sample_s":20)"));
}

TEST_F(MysqlSessionsTest, RowLocksAreAskedForOnlyWhereOneWaits) {
  server.transactions = {{"1", "700", "10", "RUNNING", "5000000"}};
  read();
  EXPECT_THAT(server.reads,
              ElementsAre("session tables", "row lock waits", "metadata locks", "transactions", "sessions"))
      << "once of no row, to be counted";
  server.reads.clear();
  read();
  EXPECT_THAT(server.reads, ElementsAre("transactions", "sessions"));
}

TEST_F(MysqlSessionsTest, AnotherConnectionIsLookedAtAnew) {
  read();
  server.reads.clear();
  reader.serial = 2;
  read();
  EXPECT_THAT(server.reads, Contains("session tables"));
}

TEST_F(MysqlSessionsTest, WithoutPrivilegeTheOthersAreReadAndTheServerIsAskedOnce) {
  server.faults["innodb_trx"] = {"sessions", ErrorKind::Privilege, "42000", "Access denied", ""};
  server.sessions = {session("11", "Query", "executing", "select 1")};
  for (int cycle = 0; cycle < 2; ++cycle) {
    EXPECT_THAT(read(), HasSubstr(R"("missing":["query_id","transaction_ms"])"));
    ASSERT_EQ(account.errors.size(), 1U);
    EXPECT_EQ(account.errors[0].hint, "GRANT PROCESS ON *.* TO 'dbi'@'%';");
  }
  EXPECT_EQ(std::ranges::count(server.reads, "transactions"), 1);
}

TEST_F(MysqlSessionsTest, AServersOwnThreadsAreThereOnlyWhereTheyBlock) {
  auto replica = session("5", "Connect", "Waiting for master", std::nullopt);
  replica[2] = "system user";
  server.sessions = {replica};
  EXPECT_THAT(read(), IsEmpty());
  auto waiting = session("6", "Query", "Waiting for table metadata lock", "select 1");
  server.sessions.push_back(waiting);
  server.locks = {{"1", "5", "TABLE", "shop", "t", "EXCLUSIVE", "GRANTED"},
                  {"1", "6", "TABLE", "shop", "t", "SHARED_READ", "PENDING"}};
  EXPECT_THAT(read(), HasSubstr(R"("backend_type":"Connect")"));
}

TEST_F(MysqlSessionsTest, AWaiterWithoutBlockerSaysThatItIsMissing) {
  server.session_tables = {};
  server.sessions = {session("6", "Query", "Waiting for table metadata lock", "select 1")};
  EXPECT_THAT(read(), HasSubstr(R"("missing":["blocked_by","query_id","application"])"));
}

TEST_F(MysqlSessionsTest, APreparedTransactionHasNoSession) {
  server.transactions = {{"1", "900", "0", "RUNNING", "1000"}, {"1", "901", "11", "LOCK WAIT", "1000"}};
  server.waits = {{"1", "901", "900"}};
  server.sessions = {session("11", "Query", "updating", "delete from t")};
  const auto out = read();
  EXPECT_THAT(out, HasSubstr(R"("blocked_by":["xid:900"])"));
  EXPECT_THAT(out, HasSubstr(R"("state":"prepared","transaction_ms":1,"transaction_id":"900")"));
}

TEST_F(MysqlSessionsTest, TextAtTheServersLimitIsTruncatedAndHasNoSignature) {
  server.sessions = {session("6", "Query", "", "select 1, " + std::string(1011, 'a'))};
  const auto out = read();
  EXPECT_THAT(out, HasSubstr(R"("truncated":true)"));
  EXPECT_THAT(out, Not(HasSubstr("query_signature")));
}

TEST_F(MysqlSessionsTest, TextThatDependsOnTheSessionsModeIsNotShown) {
  server.sessions = {session("6", "Query", "", R"(select "secret")")};
  const auto out = read();
  EXPECT_THAT(out, Not(HasSubstr("secret")));
  EXPECT_THAT(out, HasSubstr("bytes, xxh3"));
}

TEST(MetadataLocks, ConflictAsTheServersTableSays) {
  EXPECT_TRUE(metadata_locks_conflict("EXCLUSIVE", "SHARED_READ"));
  EXPECT_TRUE(metadata_locks_conflict("SHARED_READ", "EXCLUSIVE"));
  EXPECT_FALSE(metadata_locks_conflict("SHARED_READ", "SHARED_WRITE"));
  EXPECT_TRUE(metadata_locks_conflict("SHARED_WRITE", "SHARED_READ_ONLY"));
  EXPECT_TRUE(metadata_locks_conflict("SHARED_UPGRADABLE", "SHARED_UPGRADABLE"));
  EXPECT_FALSE(metadata_locks_conflict("SHARED_READ_ONLY", "SHARED_READ_ONLY"));
  EXPECT_TRUE(metadata_locks_conflict("SHARED", "INTENTION_EXCLUSIVE"));
  EXPECT_FALSE(metadata_locks_conflict("INTENTION_EXCLUSIVE", "INTENTION_EXCLUSIVE"));
  EXPECT_TRUE(metadata_locks_conflict("BACKUP_DDL", "BACKUP_BLOCK_DDL"));
}

TEST(MetadataLocks, AReaderWaitsForTheWriterAheadOfItAndNotForOtherReaders) {
  const std::vector<MetadataLock> locks{{"1", "t", "SHARED_READ", true},
                                        {"2", "t", "EXCLUSIVE", false},
                                        {"3", "t", "SHARED_READ", false},
                                        {"4", "u", "EXCLUSIVE", true}};
  const auto blockers = metadata_lock_blockers(locks);
  EXPECT_THAT(blockers.at("2"), ElementsAre("1"));
  EXPECT_THAT(blockers.at("3"), ElementsAre("2"));
  EXPECT_FALSE(blockers.contains("1"));
}

TEST(MysqlSetup, ATableThatIsNearlyFullAndShortTextsAreFindings) {
  const auto lines = judge_mysql_setup({{"performance_schema_digests_size", "100"}, {"max_digest_length", "1024"}}, 95);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0].fix, HasSubstr("performance_schema_digests_size = 200"));
  EXPECT_THAT(lines[1].fix, HasSubstr("max_digest_length = 4096"));
  EXPECT_THAT(judge_mysql_setup({{"performance_schema_digests_size", "10000"}, {"max_digest_length", "4096"}}, 95),
              IsEmpty());
}

}  // namespace
}  // namespace dbi::collect
