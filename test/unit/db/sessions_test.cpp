// The sessions of a real server, and who waits for whom.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <vector>

#include "collect/database_reader.hpp"
#include "collect/postgresql_sessions.hpp"
#include "record/lines.hpp"
#include "record/schema/check.hpp"
#include "server.hpp"

namespace dbi::db::test {
namespace {

using collect::CycleAccount;
using collect::Session;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// A psql that holds its session open until the object ends; `sql` ends with something that sleeps or waits.
class Client {
 public:
  explicit Client(const std::string& sql, const std::string& role = "postgres")
      : pipe_(popen(("psql -XqAt '" + local(role) + " application_name=client' >/dev/null 2>&1").c_str(), "w")) {
    fputs((sql + "\n").c_str(), pipe_);
    fflush(pipe_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { pclose(pipe_); }

 private:
  FILE* pipe_;
};

bool wait_for(const std::string& sql) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (std::chrono::steady_clock::now() < deadline) {
    if (psql(sql) == "t") return true;
  }
  return false;
}

class SessionsOf : public testing::Test {
 protected:
  void SetUp() override {
    if (!have_server()) GTEST_SKIP() << "no PostgreSQL server";
    psql("create table if not exists contested (a int)");
  }

  // Reads by `role`; records_ has what was written, account_ what went wrong.
  void read(const std::string& role = "dbi_monitor") {
    const auto open_reader = collect::open_database(
        {.target = PostgresqlTarget::parse(local(role)).value(), .guards = {}, .limits = {}, .record = {}, .tell = {}},
        {});
    const auto reader = open_reader({}).value();
    account_ = {};
    records_.clear();
    const auto source = collect::postgresql_sessions({});
    const auto write = source(*reader, texts_, account_);
    ASSERT_TRUE(write) << account_.errors.at(0).message;
    const collect::Routing routing{.target = "t",
                                   .cycle = "0191f3c0a1b27c3d8e4f5a6b7c8d9e0f",
                                   .system = "postgresql",
                                   .host = {},
                                   .port = 0,
                                   .observed_ts = Timestamp{}};
    (*write)(records_, routing, Timestamp{}, 1);
  }

  // The line that has `text`.
  std::string line_with(const std::string& text) const {
    const auto at = records_.find(text);
    if (at == std::string::npos) return "nothing with " + text + " in\n" + records_;
    const auto begin = records_.rfind('\n', at) + 1;
    return records_.substr(begin, records_.find('\n', at) - begin);
  }

  collect::TextStore texts_;
  CycleAccount account_;
  std::string records_;
};

TEST_F(SessionsOf, AnIdleServerAreNone) {
  read();
  EXPECT_EQ(records_, "");
  EXPECT_TRUE(account_.errors.empty());
}

TEST_F(SessionsOf, ShowBlockersAndWaitersWithoutTheirLiterals) {
  const Client holder("begin; lock table contested; select 'canary one';");
  ASSERT_TRUE(wait_for("select count(*) = 1 from pg_stat_activity where state = 'idle in transaction'"));
  const auto pid = psql("select pid from pg_stat_activity where state = 'idle in transaction'");
  {
    const Client waiter("set lock_timeout = 2000; select * from contested where a = 4242;");
    ASSERT_TRUE(wait_for("select count(*) = 1 from pg_stat_activity where wait_event_type = 'Lock'"));
    read();
  }
  EXPECT_THAT(records_, Not(HasSubstr("canary")));
  EXPECT_THAT(records_, Not(HasSubstr("4242")));
  const auto blocker = line_with("\"state\":\"idle in transaction\"");
  EXPECT_THAT(blocker, HasSubstr("\"pid\":\"" + pid + "\""));
  EXPECT_THAT(blocker, HasSubstr("\"query\":\"select ?\""));
  EXPECT_THAT(blocker, HasSubstr("\"transaction_ms\":"));
  EXPECT_THAT(blocker, Not(HasSubstr("duration_ms")));
  const auto waiter = line_with("\"state\":\"active\"");
  EXPECT_THAT(waiter, HasSubstr("\"blocked_by\":[\"" + pid + "\"]"));
  EXPECT_THAT(waiter, HasSubstr("\"wait_type\":\"Lock\""));
  EXPECT_THAT(waiter, HasSubstr("\"duration_ms\":"));
  EXPECT_THAT(waiter, HasSubstr("\"query_signature\":"));
  EXPECT_THAT(waiter, HasSubstr("\"application\":\"client\""));
}

TEST_F(SessionsOf, NameAPreparedTransactionThatBlocks) {
  psql("insert into contested values (1)");
  { const Client preparer("begin; update contested set a = a; prepare transaction 'canary gid';"); }
  ASSERT_EQ(psql("select count(*) from pg_prepared_xacts"), "1");
  const auto xid = psql("select transaction from pg_prepared_xacts");
  {
    const Client waiter("set lock_timeout = 2000; begin; lock table contested;");
    ASSERT_TRUE(wait_for("select count(*) = 1 from pg_stat_activity where wait_event_type = 'Lock'"));
    read();
  }
  psql("rollback prepared 'canary gid'");
  EXPECT_THAT(line_with("\"state\":\"prepared\""), HasSubstr("\"transaction_id\":\"" + xid + "\""));
  EXPECT_THAT(line_with("\"state\":\"prepared\""), HasSubstr("\"user\":\"postgres\""));
  EXPECT_THAT(line_with("\"wait_type\":\"Lock\""), HasSubstr("\"blocked_by\":[\"xid:" + xid + "\"]"));
  EXPECT_THAT(records_, Not(HasSubstr("canary")));
}

TEST_F(SessionsOf, ShowAnIdleSessionThatBlocks) {
  const Client holder("select pg_advisory_lock(7);");
  ASSERT_TRUE(wait_for("select count(*) = 1 from pg_locks where locktype = 'advisory' and granted"));
  {
    const Client waiter("set lock_timeout = 2000; select pg_advisory_lock(7);");
    ASSERT_TRUE(wait_for("select count(*) = 1 from pg_stat_activity where wait_event_type = 'Lock'"));
    read();
  }
  EXPECT_THAT(line_with("\"state\":\"idle\""), HasSubstr("\"pid\""));
}

TEST_F(SessionsOf, MarkATruncatedText) {
  const Client client("select pg_sleep(3) as a" + std::string(2000, 'x') + ";");
  ASSERT_TRUE(wait_for("select count(*) = 1 from pg_stat_activity where wait_event = 'PgSleep'"));
  read();
  const auto line = line_with("\"state\":\"active\"");
  EXPECT_THAT(line, HasSubstr("\"truncated\":true"));
  EXPECT_THAT(line, Not(HasSubstr("query_signature")));
  psql("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'");
}

TEST_F(SessionsOf, OthersAreHiddenFromARoleWithoutPrivilege) {
  const Client holder("begin; select 'canary';");
  ASSERT_TRUE(wait_for("select count(*) = 1 from pg_stat_activity where state = 'idle in transaction'"));
  read("dbi_plain");
  EXPECT_THAT(records_, Not(HasSubstr("insufficient")));
  EXPECT_THAT(line_with("\"user\":\"postgres\""), HasSubstr("\"missing\":[\"state\""));
  ASSERT_EQ(account_.errors.size(), 1U);
  EXPECT_EQ(account_.errors[0].kind, ErrorKind::Privilege);
  EXPECT_EQ(account_.errors[0].hint, "GRANT pg_monitor TO \"dbi_plain\";");
}

TEST_F(SessionsOf, OnesOwnAreLeftOut) {
  auto other = open(local()).value();
  ASSERT_TRUE(other.usable());
  read();
  EXPECT_EQ(records_, "");
}

TEST_F(SessionsOf, RecordsFollowTheTables) {
  const Client holder("begin; select 1;");
  ASSERT_TRUE(wait_for("select count(*) = 1 from pg_stat_activity where state = 'idle in transaction'"));
  read();
  const record::Parsed session(line_with("\"kind\":\"session\""));
  EXPECT_THAT(record::schema::check_record(session.record()), testing::IsEmpty());
}

}  // namespace
}  // namespace dbi::db::test
