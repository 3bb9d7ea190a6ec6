// A table a kind, one transaction a cycle, migration, retention, values as they were.
// SPDX-License-Identifier: Apache-2.0
#include "export/sqlite_sink.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include <array>
#include <csignal>

#include "export/samples.hpp"
#include "state/ack.hpp"
#include "state/scratch_folder.hpp"

namespace dbi::exporting {
namespace {

using state::content_of;

/// The first row of a query, its columns parted by '|'.
std::string ask(const std::string& path, const std::string& sql) {
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  sqlite3_busy_timeout(database, 5000);
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  std::string row;
  if (sqlite3_step(statement) == SQLITE_ROW) {
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
      row += (i == 0 ? "" : "|") + std::string(text == nullptr ? "null" : text);
    }
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return row;
}

TEST(SqliteSink, ACycleAppearsWholeAtItsScrape) {
  const Folder folder;
  const SetClock clock;
  const std::string path = folder.file("x.db");
  auto sink = open_sqlite_sink(path, {}, clock);
  ASSERT_TRUE(sink) << sink.error().message;
  ASSERT_TRUE(give(**sink, statement("01", "select a", 2, 10)));
  ASSERT_TRUE(give(**sink, statement("01", "select b", 3, 20)));
  EXPECT_EQ(ask(path, "SELECT count(*) FROM query_stats"), "0");
  ASSERT_TRUE(give(**sink, scrape("01")));
  EXPECT_EQ(ask(path, "SELECT count(*), sum(calls) FROM query_stats"), "2|5");
  EXPECT_EQ(ask(path, "SELECT outcome, server_version FROM last_scrape"), "ok|15.8");
}

// Marks a database as dbi-export's.
constexpr const char* kOurs = "PRAGMA application_id = 1684171057";

constexpr const char* kFigures =
    "SELECT (SELECT count(*) FROM query_stats), (SELECT count(*) FROM error), (SELECT count(*) FROM dropped),"
    " (SELECT coalesce(sum(calls), 0) FROM top_statements_by_hour), (SELECT count(*) FROM unfinished_cycles)";

std::string error_record(const std::string& cycle) {
  return R"({"v":1,"kind":"error","ts":"2026-11-25T08:00:00.000000Z","target":"main","cycle":")" + cycle +
         R"(","error_class":"timeout","message":"m"})";
}

TEST(SqliteSink, ACycleThatWasCutOffIsLeftOutAndCounted) {
  const Folder folder;
  const SetClock clock;
  const std::string path = folder.file("x.db");
  auto sink = open_sqlite_sink(path, {}, clock);
  ASSERT_TRUE(sink);
  ASSERT_TRUE(give(**sink, statement("01", "select a", 2, 10)));
  ASSERT_TRUE(give(**sink, scrape("01")));
  ASSERT_TRUE(give(**sink, statement("02", "select b", 3, 20, R"(,"weight":2)")));
  ASSERT_TRUE(give(**sink, statement("02", "select c", 1, 1)));
  ASSERT_TRUE(give(**sink, error_record("02")));
  // The collector was killed and began anew: its next cycle ends the one before.
  ASSERT_TRUE(give(**sink, statement("03", "select b", 4, 25)));
  EXPECT_EQ(ask(path, kFigures), "1|1|1|2|0");
  EXPECT_EQ(ask(path, "SELECT tool, target, cycle, reason, count, weight, calls, total_ms, ts FROM dropped"),
            "dbi-export|main|02|incomplete|2|3.0|7.0|41.0|2026-11-25T08:00:00.000000Z");
  ASSERT_TRUE(give(**sink, scrape("03")));
  ASSERT_TRUE(give(**sink, statement("04", "select b", 5, 25)));
  ASSERT_TRUE((*sink)->finish(no_output()));
  EXPECT_EQ(ask(path, kFigures), "2|1|2|6|0");
}

TEST(SqliteSink, ACycleWithoutScrapeIsStoredOnlyWhereThatIsAllowed) {
  const Folder folder;
  const SetClock clock;
  for (const bool allowed : {false, true}) {
    const std::string path = folder.file(allowed ? "allowed.db" : "refused.db");
    SqliteOptions options;
    options.uncounted = allowed;
    auto sink = open_sqlite_sink(path, options, clock);
    ASSERT_TRUE(sink);
    for (const std::string cycle : {"01", "02", "03"}) ASSERT_TRUE(give(**sink, statement(cycle, "select a", 2, 10)));
    EXPECT_EQ(ask(path, kFigures), allowed ? "2|0|0|4|2" : "0|0|2|0|0") << "not only at the end";
    ASSERT_TRUE((*sink)->finish(no_output()));
    EXPECT_EQ(ask(path, kFigures), allowed ? "3|0|0|6|3" : "0|0|3|0|0");
  }
}

TEST(SqliteSink, ARecordWithoutCycleIsStoredOnce) {
  const Folder folder;
  const SetClock clock;
  const std::string path = folder.file("x.db");
  auto sink = open_sqlite_sink(path, {}, clock);
  ASSERT_TRUE(sink);
  const std::string event = R"({"v":1,"kind":"event","ts":"2026-11-25T08:00:00.000000Z","target":"main","event":"x"})";
  ASSERT_TRUE(give(**sink, event));
  ASSERT_TRUE((*sink)->on_deadline(clock.monotonic(), no_output()));
  EXPECT_EQ(ask(path, "SELECT count(*) FROM event"), "1");
  ASSERT_TRUE(give(**sink, event));
  ASSERT_TRUE(give(**sink, scrape("01")));
  EXPECT_EQ(ask(path, "SELECT count(*) FROM event"), "2");
  ASSERT_TRUE(give(**sink, event));
  ASSERT_TRUE((*sink)->finish(no_output()));
  EXPECT_EQ(ask(path, "SELECT count(*) FROM event"), "3");
}

TEST(SqliteSink, ADatabaseOfAnotherProgramStaysAsItIs) {
  const Folder folder;
  const SetClock clock;
  const std::string path = folder.file("x.db");
  ask(path, "CREATE TABLE event (id INTEGER, ts TEXT, extra TEXT)");
  const auto before = content_of(path);
  const auto sink = open_sqlite_sink(path, {}, clock);
  ASSERT_FALSE(sink);
  EXPECT_EQ(sink.error().kind, ErrorKind::Output);
  EXPECT_EQ(content_of(path), before);
}

// A cycle id, a baseline's scrape and one with deltas.
std::string id(int number) {
  return std::string(31, '0') + std::to_string(number);
}

std::string scrape_with(int cycle, const std::string& members) {
  return R"({"v":1,"kind":"scrape","ts":"2026-11-25T08:00:00.000000Z","target":"main","cycle":")" + id(cycle) +
         R"(","outcome":"ok","ack_from":"dbi-export")" + members + "}";
}

std::string waiting(int cycle, int since, int records) {
  return scrape_with(cycle,
                     R"(,"interval_s":5,"since_cycle":")" + id(since) + R"(","records":)" + std::to_string(records));
}

class AcknowledgedTest : public ::testing::Test {
 protected:
  std::unique_ptr<Sink> open() {
    auto opened = state::StateFolder::open({folder.file("state"), "default"});
    EXPECT_TRUE(opened);
    acks = *opened;
    SqliteOptions options;
    options.acknowledger.emplace(*opened, "dbi-export");
    auto sink = open_sqlite_sink(path, options, clock);
    EXPECT_TRUE(sink);
    return std::move(*sink);
  }

  // "held seen" as far as they are set, by their last digits.
  std::string told() {
    const auto ack = state::load_ack(acks->ack("main", "dbi-export").value())->ack;
    return (ack.held.empty() ? "-" : ack.held.substr(31)) + " " + (ack.seen.empty() ? "-" : ack.seen.substr(31));
  }

  const Folder folder;
  const SetClock clock;
  const std::string path = folder.file("x.db");
  std::optional<state::StateFolder> acks;
};

TEST_F(AcknowledgedTest, TakesCyclesInAChainAndTellsWhatItHolds) {
  auto sink = open();
  ASSERT_TRUE(give(*sink, scrape_with(1, R"(,"baseline":true)")));
  EXPECT_EQ(told(), "1 1");
  ASSERT_TRUE(give(*sink, statement(id(2), "select a", 2, 10)));
  ASSERT_TRUE(give(*sink, waiting(2, 1, 1)));
  EXPECT_EQ(told(), "2 2");
  ASSERT_TRUE(give(*sink, scrape_with(3, R"(,"records":0)")));
  EXPECT_EQ(told(), "2 3") << "what stored no baseline leaves what is held alone";
  EXPECT_EQ(ask(path, kFigures), "1|0|0|2|0");
}

TEST_F(AcknowledgedTest, RefusesWhatOverlapsAndWhatLacksRecords) {
  auto sink = open();
  ASSERT_TRUE(give(*sink, scrape_with(1, R"(,"baseline":true)")));
  ASSERT_TRUE(give(*sink, statement(id(3), "select a", 2, 10)));
  ASSERT_TRUE(give(*sink, waiting(3, 2, 1)));
  EXPECT_EQ(told(), "1 3");
  ASSERT_TRUE(give(*sink, statement(id(4), "select a", 2, 10)));
  ASSERT_TRUE(give(*sink, waiting(4, 1, 2)));
  EXPECT_EQ(told(), "1 4");
  EXPECT_EQ(ask(path, kFigures), "0|0|2|0|0");
  EXPECT_EQ(ask(path, "SELECT group_concat(reason), sum(calls), (SELECT count(*) FROM scrape) FROM dropped"),
            "overlap,incomplete|4.0|1");
  // What a filter dropped and counted is not missing.
  ASSERT_TRUE(give(*sink, statement(id(5), "select a", 2, 10)));
  ASSERT_TRUE(give(*sink, R"({"v":1,"kind":"dropped","ts":"2026-11-25T08:00:00.000000Z","target":"main","cycle":")" +
                              id(5) + R"(","tool":"dbi-sample","reason":"sampled","count":1})"));
  ASSERT_TRUE(give(*sink, waiting(5, 1, 2)));
  EXPECT_EQ(told(), "5 5");
}

TEST_F(AcknowledgedTest, TakesACycleOnlyOnceAndNeverGoesBack) {
  auto sink = open();
  const auto archive = [&] {
    ASSERT_TRUE(give(*sink, scrape_with(1, R"(,"baseline":true)")));
    ASSERT_TRUE(give(*sink, statement(id(2), "select a", 2, 10)));
    ASSERT_TRUE(give(*sink, waiting(2, 1, 1)));
  };
  archive();
  archive();
  EXPECT_EQ(told(), "2 2");
  EXPECT_EQ(ask(path, kFigures), "1|0|1|2|0");
}

TEST_F(AcknowledgedTest, LeavesTheAcksOfOthersAlone) {
  ASSERT_TRUE(state::store_ack(
      state::StateFolder::open({folder.file("state"), "default"})->ack("main", "dbi-export").value(), {id(7), id(7)}));
  auto sink = open();
  const std::string other = R"({"v":1,"kind":"scrape","ts":"2026-11-25T08:00:00.000000Z","target":"main","cycle":")";
  ASSERT_TRUE(give(*sink, other + id(8) + R"(","outcome":"ok","interval_s":5,"records":0})"));
  ASSERT_TRUE(give(*sink, other + id(9) + R"(","outcome":"ok","ack_from":"second","since_cycle":")" + id(8) + R"("})"));
  EXPECT_EQ(told(), "7 7");
  EXPECT_EQ(ask(path, "SELECT count(*) FROM scrape"), "2");
}

// A second sink or another --name for one run: what it took must not be covered again by the next.
TEST_F(AcknowledgedTest, ARunThatCannotAcknowledgeKeepsToWhatTheDatabaseHolds) {
  auto sink = open();
  ASSERT_TRUE(give(*sink, scrape_with(1, R"(,"baseline":true)")));
  sink = *open_sqlite_sink(path, {}, clock);
  ASSERT_TRUE(give(*sink, statement(id(2), "select a", 2, 10)));
  ASSERT_TRUE(give(*sink, waiting(2, 1, 1)));
  EXPECT_EQ(told(), "1 1");
  sink = open();
  EXPECT_EQ(told(), "2 2");
  ASSERT_TRUE(give(*sink, statement(id(3), "select a", 2, 10)));
  ASSERT_TRUE(give(*sink, waiting(3, 1, 1)));
  EXPECT_EQ(told(), "2 3");
  EXPECT_EQ(ask(path, "SELECT sum(calls) FROM query_stats"), "2");
}

TEST_F(AcknowledgedTest, WhatNobodyWaitsForIsHeldAsWell) {
  auto sink = open();
  ASSERT_TRUE(give(*sink, scrape_with(1, R"(,"baseline":true)")));
  ASSERT_TRUE(give(*sink, R"({"v":1,"kind":"scrape","ts":"2026-11-25T08:00:00.000000Z","target":"main","cycle":")" +
                              id(2) + R"(","outcome":"ok","interval_s":5,"records":0})"));
  EXPECT_EQ(told(), "2 2");
}

TEST(SqliteSink, WhatIsMissingOfACycleIsCounted) {
  const Folder folder;
  const SetClock clock;
  const std::string path = folder.file("x.db");
  auto sink = open_sqlite_sink(path, {}, clock);
  ASSERT_TRUE(sink);
  ASSERT_TRUE(give(**sink, statement("01", "select a", 2, 10)));
  ASSERT_TRUE(give(**sink, R"({"v":1,"kind":"scrape","ts":"2026-11-25T08:00:00.000000Z","target":"main","cycle":"01",)"
                           R"("outcome":"ok","records":2})"));
  EXPECT_EQ(ask(path, "SELECT reason, count, ts FROM dropped"), "incomplete|1|2026-11-25T08:00:00.000000Z");
}

/// Another process: it begins to write and goes on until it is told to end.
class Shell {
 public:
  explicit Shell(const std::string& path) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &database_), SQLITE_OK);
    run("BEGIN IMMEDIATE");
  }
  ~Shell() { sqlite3_close(database_); }
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;
  void end() { run("COMMIT"); }

 private:
  void run(const char* sql) { EXPECT_EQ(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr), SQLITE_OK); }
  sqlite3* database_ = nullptr;
};

TEST(SqliteSink, WaitsWhileAnotherProcessWritesAndSaysSoOnce) {
  const Folder folder;
  SetClock clock;
  const std::string path = folder.file("x.db");
  const Descriptor diagnostics(::open(folder.file("log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  const Log log("test", LogLevel::Warning, diagnostics.get());
  std::optional<Shell> shell;
  int questions = 0;
  SqliteOptions options;
  options.gives_up = [&] {
    clock.pass(std::chrono::seconds{5});
    if (++questions == 5) shell->end();
    return false;
  };
  auto sink = open_sqlite_sink(path, options, clock, &log);
  ASSERT_TRUE(sink);
  shell.emplace(path);
  ASSERT_TRUE(give(**sink, statement("01", "select a", 2, 10)));
  ASSERT_TRUE(give(**sink, scrape("01")));
  EXPECT_EQ(ask(path, "SELECT count(*) FROM query_stats"), "1");
  EXPECT_EQ(questions, 5);
  const auto said = read_file(folder.file("log"));
  EXPECT_NE(said.find("another process has locked the database"), std::string::npos) << said;
  EXPECT_EQ(said.find("another process"), said.rfind("another process")) << said;
}

TEST(SqliteSink, AStopEndsTheWaitForAnotherProcess) {
  const Folder folder;
  const SetClock clock;
  const std::string path = folder.file("x.db");
  SqliteOptions options;
  options.gives_up = [] { return true; };
  auto sink = open_sqlite_sink(path, options, clock);
  ASSERT_TRUE(sink);
  const Shell shell(path);
  const auto status = give(**sink, scrape("01"));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::Output);
  EXPECT_EQ(status.error().message, "BEGIN: database is locked");
}

TEST(SqliteSink, SaysWhichInstanceLeftSomethingOut) {
  const Folder folder;
  const SetClock clock;
  const std::string path = folder.file("x.db");
  SqliteOptions options;
  options.name = "nightly";
  auto sink = open_sqlite_sink(path, options, clock);
  ASSERT_TRUE(sink);
  ASSERT_TRUE(give(**sink, statement("01", "select a", 2, 10)));
  ASSERT_TRUE(give(**sink, scrape("02")));
  EXPECT_EQ(ask(path, "SELECT tool, name FROM dropped"), "dbi-export|nightly");
}

TEST(SqliteSink, AllowingGapsDoesNotAllowACycleThatWasCutOff) {
  const Folder folder;
  const SetClock clock;
  const std::string path = folder.file("x.db");
  SqliteOptions options;
  options.uncounted = true;
  auto sink = open_sqlite_sink(path, options, clock);
  ASSERT_TRUE(sink);
  ASSERT_TRUE(give(**sink, scrape("01")));
  ASSERT_TRUE(give(**sink, statement("02", "select a", 2, 10)));
  ASSERT_TRUE(give(**sink, statement("03", "select a", 2, 10)));
  EXPECT_EQ(ask(path, kFigures), "0|0|1|0|0");
}

TEST_F(AcknowledgedTest, TellsAtItsStartWhatTheDatabaseHolds) {
  {
    auto sink = open();
    ASSERT_TRUE(give(*sink, scrape_with(1, R"(,"baseline":true)")));
  }
  std::filesystem::remove(acks->ack("main", "dbi-export").value());
  open();
  EXPECT_EQ(told(), "1 1");
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
  open();
  EXPECT_EQ(told(), "1 1") << "another database may hold it";
  auto sink = open();
  ASSERT_TRUE(give(*sink, waiting(2, 1, 0)));
  EXPECT_EQ(told(), "- 2") << "the database was deleted";
}

TEST(SqliteSink, HoldsABoundedNumberOfCycles) {
  const Folder folder;
  const SetClock clock;
  const std::string path = folder.file("x.db");
  SqliteOptions options;
  options.uncounted = true;
  auto sink = open_sqlite_sink(path, options, clock);
  ASSERT_TRUE(sink);
  for (int target = 0; target < 300; ++target) {
    ASSERT_TRUE(give(**sink, R"({"v":1,"kind":"query_stats","target":"t)" + std::to_string(target) +
                                 R"(","cycle":"01","query_id":"1","calls":1,"total_ms":1,"quality":"exact"})"));
  }
  EXPECT_EQ(ask(path, "SELECT count(*), min(target) FROM query_stats"), "44|t0");
}

TEST(SqliteSink, CyclesLargerThanMemoryAreHeldInAFile) {
  const Folder folder;
  const SetClock clock;
  SqliteOptions options;
  options.held_bytes = 1000;
  auto sink = open_sqlite_sink(folder.file("x.db"), options, clock);
  ASSERT_TRUE(sink);
  for (int i = 1; i <= 50; ++i) ASSERT_TRUE(give(**sink, statement("01", "select " + std::to_string(i), i, 1)));
  EXPECT_EQ(ask(folder.file("x.db"), "SELECT count(*) FROM query_stats"), "0");
  ASSERT_TRUE(give(**sink, scrape("01")));
  EXPECT_EQ(ask(folder.file("x.db"), "SELECT count(*), sum(calls) FROM query_stats"), "50|1275");
}

TEST(SqliteSink, ManyCyclesThatDoNotFitShareOneFile) {
  const Folder folder;
  const SetClock clock;
  SqliteOptions options;
  options.held_bytes = 1;  // every record goes to the file
  auto sink = open_sqlite_sink(folder.file("x.db"), options, clock);
  ASSERT_TRUE(sink);
  const auto give_to = [&](int target, const std::string& kind) {
    return give(**sink,
                R"({"v":1,"kind":")" + kind + R"(","target":"t)" + std::to_string(target) +
                    R"(","cycle":"01","outcome":"ok","query_id":"1","calls":1,"total_ms":1,"quality":"exact"})");
  };
  ASSERT_TRUE(give_to(0, "query_stats"));
  const auto before = open_descriptors();
  for (int round = 0; round < 3; ++round) {
    for (int target = 0; target < 200; ++target) ASSERT_TRUE(give_to(target, "query_stats"));
  }
  EXPECT_EQ(open_descriptors(), before);
  for (int target = 0; target < 200; ++target) ASSERT_TRUE(give_to(target, "scrape"));
  EXPECT_EQ(ask(folder.file("x.db"), "SELECT count(*), count(DISTINCT target) FROM query_stats"), "601|200");
}

TEST(SqliteSink, HoldsLittleWhereMemoryIsShort) {
  const Folder folder;
  const SetClock clock;
  auto sink = open_sqlite_sink(folder.file("x.db"), {}, clock);
  ASSERT_TRUE(sink);
  const auto before = open_descriptors();
  ASSERT_TRUE(give(**sink, statement("01", "small", 1, 1)));
  ASSERT_TRUE((*sink)->shrink());
  EXPECT_EQ(open_descriptors(), before) << "not worth the effort";
  ASSERT_TRUE(give(**sink, statement("01", std::string(2 << 20, 'x'), 1, 1)));
  ASSERT_TRUE((*sink)->shrink());
  EXPECT_EQ(open_descriptors(), before + 1);
  ASSERT_TRUE(give(**sink, scrape("01")));
  EXPECT_EQ(ask(folder.file("x.db"), "SELECT count(*), sum(calls) FROM query_stats"), "2|2");
}

TEST(SqliteSink, ReplacesTheViewsOfAnOlderDatabase) {
  const Folder folder;
  const SetClock clock;
  const std::string path = folder.file("x.db");
  for (const std::string view : {"top_statements_by_hour", "blocked_sessions", "last_scrape", "unfinished_cycles"}) {
    ask(path, kOurs);
    ask(path, "CREATE VIEW " + view + " AS SELECT 'old' AS word");
  }
  ASSERT_TRUE(open_sqlite_sink(path, {}, clock));
  EXPECT_EQ(ask(path, "SELECT count(*), sum(sql LIKE '%old%') FROM sqlite_schema WHERE type = 'view'"), "4|0");
}

TEST(SqliteSink, KeepsWhatHasNoColumn) {
  const Folder folder;
  const SetClock clock;
  auto sink = open_sqlite_sink(folder.file("x.db"), {}, clock);
  ASSERT_TRUE(sink);
  ASSERT_TRUE(give(
      **sink,
      statement("01", "q", 1, 1, R"(,"new_member":[1,{"a":null}],"rows":18446744073709551616,"missing":["query"])")));
  ASSERT_TRUE(
      give(**sink, R"({"v":1,"kind":"novel","ts":"2026-11-25T09:00:00+01:00","cycle":"01","target":"main","x":1})"));
  ASSERT_TRUE(give(**sink, scrape("01")));
  EXPECT_EQ(ask(folder.file("x.db"), "SELECT extra, missing FROM query_stats"),
            R"({"new_member":[1,{"a":null}],"rows":18446744073709551616}|["query"])");
  EXPECT_EQ(ask(folder.file("x.db"), "SELECT kind, ts, extra FROM unknown_kind"),
            R"(novel|2026-11-25T08:00:00.000000Z|{"x":1})");
}

TEST(SqliteSink, AddsColumnsThatAnOlderDatabaseLacks) {
  const Folder folder;
  const SetClock clock;
  const std::string path = folder.file("x.db");
  ask(path, kOurs);
  ask(path, "CREATE TABLE scrape (ts TEXT, target TEXT, cycle TEXT, extra TEXT)");
  ask(path, "INSERT INTO scrape (ts, target) VALUES ('2020', 'old')");
  auto sink = open_sqlite_sink(path, {}, clock);
  ASSERT_TRUE(sink) << sink.error().message;
  ASSERT_TRUE(give(**sink, scrape("01")));
  EXPECT_EQ(ask(path, "SELECT count(*), max(outcome) FROM scrape"), "2|ok");
}

TEST(SqliteSink, RetainDeletesOldRows) {
  const Folder folder;
  SetClock clock;
  SqliteOptions options;
  options.retain = std::chrono::hours{1};
  auto sink = open_sqlite_sink(folder.file("x.db"), options, clock);
  ASSERT_TRUE(sink);
  ASSERT_TRUE(give(**sink, scrape("01")));
  EXPECT_EQ(ask(folder.file("x.db"), "SELECT count(*) FROM scrape"), "1");
  clock.pass(std::chrono::hours{2});
  ASSERT_TRUE(
      give(**sink, R"({"v":1,"kind":"scrape","ts":"2026-11-25T10:00:00.000000Z","target":"main","cycle":"02"})"));
  EXPECT_EQ(ask(folder.file("x.db"), "SELECT count(*), max(cycle) FROM scrape"), "1|02");
}

TEST(SqliteSink, TheViewWeighsAndLeavesBaselinesOut) {
  const Folder folder;
  const SetClock clock;
  auto sink = open_sqlite_sink(folder.file("x.db"), {}, clock);
  ASSERT_TRUE(sink);
  ASSERT_TRUE(give(**sink, statement("01", "q", 2, 10, R"(,"weight":4,"shared_blks_hit":10,"shared_blks_read":0)")));
  ASSERT_TRUE(give(**sink, statement("01", "q", 1, 5, R"(,"shared_blks_hit":0,"shared_blks_read":10)")));
  ASSERT_TRUE(give(**sink, statement("01", "q", 99, 99, R"(,"quality":"baseline")")));
  ASSERT_TRUE(give(**sink, scrape("01")));
  EXPECT_EQ(ask(folder.file("x.db"), "SELECT hour, calls, total_ms, mean_ms, hit_pct FROM top_statements_by_hour"),
            "2026-11-25T08:00:00Z|9.0|45.0|5.0|80.0");
}

TEST(SqliteSink, AKillLeavesNoHalfCycle) {
  const Folder folder;
  const std::string path = folder.file("x.db");
  for (int round = 0; round < 5; ++round) {
    std::array<int, 2> ready{};
    ASSERT_EQ(::pipe(ready.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const SetClock clock;
      auto sink = open_sqlite_sink(path, {}, clock);
      for (int cycle = 0; sink && cycle < 100'000; ++cycle) {
        const std::string id = std::to_string(round) + "-" + std::to_string(cycle);
        for (int i = 1; i <= 20; ++i) {
          if (!give(**sink, statement(id, "q" + std::to_string(i), 1, 1))) ::_exit(1);
        }
        if (!give(**sink, scrape(id)) || (cycle == 3 + round && ::write(ready[1], "x", 1) != 1)) ::_exit(1);
      }
      ::_exit(0);
    }
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(ask(path, "SELECT count(*) FROM (SELECT cycle FROM query_stats GROUP BY cycle HAVING count(*) <> 20)"),
              "0");
    EXPECT_EQ(ask(path, "SELECT (SELECT count(DISTINCT cycle) FROM query_stats) = (SELECT count(*) FROM scrape)"), "1");
    ::close(ready[0]);
    ::close(ready[1]);
  }
}

}  // namespace
}  // namespace dbi::exporting
