// A guarded connection on a real server.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "server.hpp"
#include "silent_port.hpp"

namespace dbi::db::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

class Live : public testing::Test {
 protected:
  void SetUp() override {
    if (!have_server()) GTEST_SKIP() << "no PostgreSQL server";
  }
};

std::string value(Connection& connection, std::string_view sql) {
  const auto rows = connection.read("server", own(sql));
  return rows ? std::string(rows->value(0, 0).value_or("NULL")) : "error: " + rows.error().message;
}

// Runs `act` in a thread once the server shows a session of ours that sleeps.
std::thread when_sleeping(std::function<void()> act) {
  return std::thread([act = std::move(act)] {
    const auto deadline = steady_clock::now() + std::chrono::seconds{10};
    while (steady_clock::now() < deadline && psql("select count(*) from pg_stat_activity where wait_event = 'PgSleep' "
                                                  "and application_name = 'dbi-collect'") != "1") {
    }
    act();
  });
}

constexpr auto kSleep = "select pg_sleep(4)";

TEST_F(Live, TakesTheGuardsAsStartupOptions) {
  auto connection = open(local()).value();
  EXPECT_EQ(connection.info().guards, GuardForm::Session);
  EXPECT_FALSE(connection.info().pooled);
  EXPECT_EQ(connection.info().tls, "off");
  EXPECT_EQ(connection.info().host, "");
  EXPECT_EQ(std::to_string(connection.info().port), server_port());
  EXPECT_EQ(value(connection, "show statement_timeout"), "5s");
  EXPECT_EQ(value(connection, "show lock_timeout"), "100ms");
  EXPECT_EQ(value(connection, "show idle_in_transaction_session_timeout"), "10s");
  EXPECT_EQ(value(connection, "show search_path"), "pg_catalog");
  EXPECT_EQ(value(connection, "show application_name"), "dbi-collect");
}

TEST_F(Live, IsReachedBehindASilentAndARefusingHost) {
  const SilentPort silent;
  const auto hosts = fmt::format("host=127.0.0.1,127.0.0.1,{} port=1,{},{} user=dbi_monitor dbname=app sslmode=disable",
                                 server_folder(), silent.number(), server_port());
  for (const auto* attributes : {"", " target_session_attrs=read-write", " target_session_attrs=prefer-standby"}) {
    const auto opened = open(hosts + attributes, {}, {.connect = milliseconds{500}});
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(std::to_string(opened->info().port), server_port());
  }
  const auto standby = open(hosts + " target_session_attrs=standby", {}, {.connect = milliseconds{500}});
  ASSERT_FALSE(standby);
  EXPECT_THAT(standby.error().message, HasSubstr(fmt::format("127.0.0.1:{}, silent; ", silent.number())));
  EXPECT_THAT(standby.error().message, HasSubstr("not in hot standby mode"));
}

TEST_F(Live, GivesBytesThatAreNoUtf8AsReplacements) {
  if (psql("select count(*) from pg_database where datname = 'bytes'") == "0") {
    psql("create database bytes encoding 'SQL_ASCII' template template0 lc_collate 'C' lc_ctype 'C'");
  }
  auto bytes = local();
  bytes.replace(bytes.rfind("app"), 3, "bytes");
  auto connection = open(bytes).value();
  EXPECT_EQ(value(connection, "show client_encoding"), "SQL_ASCII");
  EXPECT_EQ(value(connection, "select E'a\\xe9b\\xc3\\xa9'"),
            "a\xEF\xBF\xBD"
            "b\xC3\xA9");
  EXPECT_EQ(value(connection, "select E'\\xff'::name"), "\xEF\xBF\xBD");
}

TEST_F(Live, CannotWrite) {
  auto connection = open(local("postgres")).value();
  const auto rows = connection.read("server", own("create table must_not_be (a int)"));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().sqlstate, "25006");
  EXPECT_TRUE(connection.usable());
}

TEST_F(Live, GivesValuesAsTextWithNullsAndTheirCost) {
  auto connection = open(local()).value();
  const std::array<Parameter, 2> parameters{"12", std::nullopt};
  const auto rows = connection.read("server", own("select $1::int + 1 as a, $2::text as b"), parameters).value();
  ASSERT_EQ(rows.rows(), 1U);
  EXPECT_EQ(rows.column(0).name, "a");
  EXPECT_EQ(rows.value(0, 0), "13");
  EXPECT_EQ(rows.value(0, 1), std::nullopt);
  EXPECT_EQ(rows.cost().rows, 1U);
  EXPECT_EQ(rows.cost().bytes, 2U);
  EXPECT_GT(rows.cost().ms, 0);
}

TEST_F(Live, GivesUpAnAnswerBeyondItsLimitOfBytesAndStays) {
  for (const auto& server : {local(), loopback(server_port())}) {
    auto connection = open(server).value();
    const auto rows = connection.read("texts", own("select repeat('x', 1000), generate_series(1, 100000000)"), {},
                                      std::size_t{1} << 20U);
    ASSERT_FALSE(rows);
    EXPECT_TRUE(rows.error().too_large);
    EXPECT_EQ(rows.error().kind, ErrorKind::Other);
    EXPECT_EQ(rows.error().message, "the answer is larger than 1MiB");
    ASSERT_TRUE(connection.usable());
    EXPECT_EQ(value(connection, "select 1"), "1");
    EXPECT_EQ(psql("select count(*) from pg_stat_activity where application_name = 'dbi-collect' and state = 'active'"),
              "0");
  }
}

TEST_F(Live, TakesTheOptionsOfAServiceBesideTheGuards) {
  const std::string file = server_folder() + "/service.conf";
  std::ofstream(file) << "[own]\noptions=-c work_mem=1234kB -c statement_timeout=77\n";
  setenv("PGSERVICEFILE", file.c_str(), 1);
  auto connection = open(local() + " service=own");
  unsetenv("PGSERVICEFILE");
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_EQ(value(*connection, "show work_mem"), "1234kB");
  EXPECT_EQ(value(*connection, "show statement_timeout"), "5s");
}

TEST_F(Live, RefusesSeveralStatementsInOneRead) {
  auto connection = open(local()).value();
  EXPECT_EQ(connection.read("server", own("select 1; select 2")).error().sqlstate, "42601");
}

TEST_F(Live, EndsAtTheStatementTimeout) {
  auto connection = open(local(), Guards{.statement_timeout = milliseconds{50}}).value();
  const auto rows = connection.read("server", own(kSleep));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, ErrorKind::Timeout);
  EXPECT_EQ(rows.error().sqlstate, "57014");
  EXPECT_TRUE(connection.usable());
}

TEST_F(Live, EndsAtTheLockTimeout) {
  psql("create table if not exists locked (a int); grant select on locked to dbi_monitor");
  // Another connection of ours cannot lock: psql holds the lock while it sleeps.
  std::thread holder([] { psql("begin; lock table locked; select pg_sleep(1.5); commit"); });
  while (psql("select count(*) from pg_locks where relation = 'locked'::regclass and granted and mode = "
              "'AccessExclusiveLock'") != "1") {
  }
  auto connection = open(local()).value();
  const auto rows = connection.read("server", own("select * from public.locked"));
  holder.join();
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, ErrorKind::Timeout);
  EXPECT_EQ(rows.error().sqlstate, "55P03");
}

TEST_F(Live, EndsAtItsOwnLimitOfTime) {
  auto connection = open(local(), {}, Limits{.read = milliseconds{100}}).value();
  const auto start = steady_clock::now();
  const auto rows = connection.read("server", own(kSleep));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, ErrorKind::Timeout);
  EXPECT_FALSE(connection.usable());
  EXPECT_LT(steady_clock::now() - start, milliseconds{2000});
}

TEST_F(Live, StopsDuringAQueryAndCancelsIt) {
  std::stop_source stop;
  auto connection = open(local(), {}, {}, stop.get_token()).value();
  auto stopper = when_sleeping([&] { stop.request_stop(); });
  const auto rows = connection.read("server", own(kSleep));
  stopper.join();
  ASSERT_FALSE(rows);
  EXPECT_TRUE(rows.error().stopped);
  EXPECT_EQ(psql("select count(*) from pg_stat_activity where wait_event = 'PgSleep'"), "0");
}

TEST_F(Live, TellsATerminatedBackend) {
  auto connection = open(local()).value();
  auto killer = when_sleeping(
      [] { psql("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'"); });
  const auto rows = connection.read("server", own(kSleep));
  killer.join();
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, ErrorKind::Connection);
  EXPECT_FALSE(connection.usable());
  EXPECT_EQ(connection.read("server", own("select 1")).error().kind, ErrorKind::Connection);
}

TEST_F(Live, TellsAKilledBackend) {
  auto connection = open(local()).value();
  auto killer = when_sleeping([] {
    const auto pid = psql("select pid from pg_stat_activity where wait_event = 'PgSleep'");
    kill(static_cast<pid_t>(std::stol(pid)), SIGKILL);
  });
  const auto rows = connection.read("server", own(kSleep));
  killer.join();
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, ErrorKind::Connection);
  const auto deadline = steady_clock::now() + std::chrono::seconds{20};
  while (!open(local()) && steady_clock::now() < deadline) {
  }
}

TEST_F(Live, TellsAWrongPassword) {
  setenv("PGPASSWORD", "canary", 1);
  const auto connection = open(loopback(server_port(), "dbi_password"));
  unsetenv("PGPASSWORD");
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().kind, ErrorKind::Authentication);
  EXPECT_EQ(connection.error().sqlstate, "28P01");
  EXPECT_THAT(connection.error().message, HasSubstr("dbi_password"));
  EXPECT_THAT(connection.error().message, testing::Not(HasSubstr("canary")));
}

TEST_F(Live, TellsANonListeningPort) {
  const auto connection = open("host=127.0.0.1 port=1 user=x dbname=y");
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().kind, ErrorKind::Connection);
  EXPECT_EQ(connection.error().sqlstate, "");
}

TEST_F(Live, TellsAMissingRelation) {
  auto connection = open(local()).value();
  const auto rows = connection.read("server", own("select 1 from nowhere"));
  EXPECT_EQ(rows.error().kind, ErrorKind::MissingFeature);
}

}  // namespace
}  // namespace dbi::db::test
