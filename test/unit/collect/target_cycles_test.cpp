// SPDX-License-Identifier: Apache-2.0
#include "collect/target_cycles.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "collect/fake_server.hpp"
#include "collect/postgresql_source.hpp"
#include "record/record.hpp"
#include "record/schema/check.hpp"

namespace dbi::collect {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class StillClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return Timestamp(std::chrono::seconds{1'700'000'000}); }
  [[nodiscard]] MonotonicTime monotonic() const override { return {}; }
};

class TargetCyclesTest : public ::testing::Test {
 protected:
  TargetCyclesTest() {
    server.statements = {{.query_id = "1", .calls = 5, .total_ms = 50, .text = "select $1"},
                         {.role = "11", .query_id = "1", .calls = 7, .total_ms = 70, .text = "select $1"},
                         {.query_id = "1", .toplevel = false, .calls = 1, .total_ms = 1, .text = "select $1"},
                         {.query_id = "9", .calls = 3, .total_ms = 3, .text = "select /* dbi-collect marks */ 1"}};
  }

  TargetCycles make(CycleSettings settings = {}) {
    return TargetCycles("db1:5432", engine, open_fake(server), BaselineStore(), TextStore(), {}, std::move(settings),
                        clock);
  }

  // Runs a cycle whose output is written, and gives its lines.
  std::vector<std::string> cycle(TargetCycles& cycles) {
    std::vector<std::string> lines;
    const auto status = cycles.commit(
        cycles.run(std::nullopt),
        [&](const std::string& records) -> Status {
          std::istringstream in(records);
          for (std::string line; std::getline(in, line);) lines.push_back(line);
          return {};
        },
        tell);
    EXPECT_TRUE(status.has_value());
    return lines;
  }

  // After the first cycle, which began a baseline.
  TargetCycles begun() {
    auto cycles = make();
    cycle(cycles);
    return cycles;
  }

  StillClock clock;
  Tell tell = [](const Error& error) { ADD_FAILURE() << error.message; };
  FakeServer server;
  Engine engine = postgresql();
};

TEST_F(TargetCyclesTest, FirstRunBeginsABaselineAndReadsNoText) {
  auto cycles = make();
  const auto lines = cycle(cycles);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], AllOf(HasSubstr(R"("kind":"scrape")"), HasSubstr(R"("outcome":"ok")"),
                              HasSubstr(R"("baseline":true)"), HasSubstr(R"("records":0)")));
  EXPECT_EQ(std::ranges::count(server.reads, "texts"), 0);
}

TEST_F(TargetCyclesTest, ReadsTheMarksBeforeAndAfterTheRows) {
  auto cycles = begun();
  EXPECT_THAT(server.reads,
              ElementsAre("server", "server", "statements_info", "statements", "statements_info", "server"));
}

TEST_F(TargetCyclesTest, CountsWhatRanAndKeepsUsersAndLevelsApart) {
  auto cycles = begun();
  server.statements[0].calls += 2;
  server.statements[1].calls += 4;
  server.statements[2].calls += 8;
  server.statements[3].calls += 1;
  const auto lines = cycle(cycles);
  ASSERT_EQ(lines.size(), 4U);
  const auto all = lines[0] + lines[1] + lines[2];
  EXPECT_THAT(all, AllOf(HasSubstr(R"("user":"dbi","toplevel":true,"interval_s":1,"calls":2)"),
                         HasSubstr(R"("user":"bob","toplevel":true,"interval_s":1,"calls":4)"),
                         HasSubstr(R"("user":"dbi","toplevel":false,"interval_s":1,"calls":8)"),
                         Not(HasSubstr("dbi-collect"))));
  EXPECT_THAT(lines[3], AllOf(HasSubstr(R"("records":3)"), HasSubstr(R"("self_calls":1)"),
                              HasSubstr(R"("interval_s":1)"), Not(HasSubstr("baseline"))));
}

TEST_F(TargetCyclesTest, ReadsTextsOnceInAnInterval) {
  auto cycles = begun();
  cycle(cycles);
  server.statements.push_back({.query_id = "2", .calls = 1, .total_ms = 1, .text = "select 2"});
  const auto lines = cycle(cycles);
  EXPECT_EQ(std::ranges::count(server.reads, "texts"), 1);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], AllOf(HasSubstr(R"("query_id":"2")"), HasSubstr(R"("query"])")));
}

TEST_F(TargetCyclesTest, KeepsItsConnectionAndOpensItAnewAfterAFault) {
  auto cycles = begun();
  cycle(cycles);
  EXPECT_EQ(server.connections, 1U);
  server.faults["statements"] = {"statements", ErrorKind::Connection, "57P01", "terminating connection", ""};
  EXPECT_THAT(cycle(cycles).back(), HasSubstr(R"("outcome":"failed")"));
  server.faults.clear();
  EXPECT_THAT(cycle(cycles).back(), HasSubstr(R"("outcome":"ok")"));
  EXPECT_EQ(server.connections, 2U);
}

TEST_F(TargetCyclesTest, WithoutTheExtensionIsPartialWithTheLinesToSet) {
  server.has_extension = false;
  CycleSettings settings;
  settings.sessions.emplace();
  engine.make_sessions = [](const SessionOptions&) -> ReadSessions {
    return [](ServerReader&, const TextStore&, CycleAccount&) -> std::optional<WriteSessions> {
      return [](std::string&, const Routing&, Timestamp, double) { return std::size_t{0}; };
    };
  };
  auto cycles = make(settings);
  const auto lines = cycle(cycles);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], AllOf(HasSubstr(R"("error_class":"missing_feature")"), HasSubstr("CREATE EXTENSION")));
  EXPECT_THAT(lines[0], Not(HasSubstr("shared_preload_libraries")));
  EXPECT_THAT(lines[1], AllOf(HasSubstr(R"("outcome":"partial")"), Not(HasSubstr("baseline"))));
  server.is_preloaded = false;
  EXPECT_THAT(cycle(cycles)[0], HasSubstr("shared_preload_libraries"));
}

TEST_F(TargetCyclesTest, AfterRowsThatMayNotBeSeenTheNextIsABaseline) {
  server.statements.push_back({.query_id = "", .text = ""});
  auto cycles = make();
  EXPECT_THAT(cycle(cycles)[0], AllOf(HasSubstr(R"("error_class":"privilege")"), HasSubstr("GRANT pg_monitor")));
  server.statements.pop_back();
  server.statements.push_back({.query_id = "3", .calls = 1000, .total_ms = 1, .text = "select 3"});
  const auto lines = cycle(cycles);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], AllOf(HasSubstr(R"("baseline":true)"), HasSubstr(R"("incomparable":"null_query_ids")")));
}

TEST_F(TargetCyclesTest, AServerThatRefusesIsFailedWithOneError) {
  server.refuses_connections = true;
  auto cycles = make();
  const auto lines = cycle(cycles);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], HasSubstr(R"("error_class":"connection")"));
  EXPECT_THAT(lines[1], AllOf(HasSubstr(R"("outcome":"failed")"), HasSubstr(R"("records":0)")));
}

TEST_F(TargetCyclesTest, AWriteThatFailsAdvancesNoBaseline) {
  auto cycles = begun();
  server.statements[0].calls += 2;
  const auto lost = cycles.commit(
      cycles.run(std::nullopt), [](const std::string&) -> Status { return fail(ErrorKind::Output, "full"); }, tell);
  EXPECT_FALSE(lost.has_value());
  server.statements[0].calls += 1;
  EXPECT_THAT(cycle(cycles)[0], HasSubstr(R"("calls":3)"));
}

TEST_F(TargetCyclesTest, OwnStatementsAreKnownAlsoWhereTheConnectionBreaksAtTheSessions) {
  CycleSettings settings;
  settings.sessions.emplace();
  engine.make_sessions = [](const SessionOptions&) -> ReadSessions {
    return [](ServerReader& reader, const TextStore&, CycleAccount&) -> std::optional<WriteSessions> {
      static_cast<void>(reader.read("sessions", names_sql(), {}));
      return std::nullopt;
    };
  };
  auto cycles = make(settings);
  for (int i = 0; i < 2; ++i) cycle(cycles);
  server.faults["sessions"] = {"sessions", ErrorKind::Connection, "57P01", "terminating connection", ""};
  server.statements[0].calls += 2;
  server.statements[3].calls += 1;
  const auto lines = cycle(cycles);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], HasSubstr(R"("calls":2)"));
  EXPECT_THAT(lines[1], HasSubstr(R"("self_calls":1)"));
}

TEST_F(TargetCyclesTest, AnEvictionDuringAReadIsCountedOnce) {
  server.dealloc_step = 1;  // two marks a cycle
  auto cycles = begun();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(cycle(cycles).back(), HasSubstr(R"("dealloc":2)"));
}

TEST_F(TargetCyclesTest, ATextReadThatFailsIsNotRepeatedInTheNextCycle) {
  auto cycles = begun();
  server.faults["texts"] = {"texts", ErrorKind::Timeout, "57014", "canceling statement", ""};
  EXPECT_THAT(cycle(cycles).back(), HasSubstr(R"("outcome":"partial")"));
  EXPECT_THAT(cycle(cycles).back(), HasSubstr(R"("outcome":"ok")"));
  EXPECT_EQ(std::ranges::count(server.reads, "texts"), 1);
}

TEST_F(TargetCyclesTest, ASourceThatIsTooLargeLeavesTheOthers) {
  CycleSettings settings;
  settings.max_cycle_bytes = 12345;
  settings.sessions.emplace();
  engine.make_sessions = [](const SessionOptions&) -> ReadSessions {
    return [](ServerReader&, const TextStore&, CycleAccount&) -> std::optional<WriteSessions> {
      return [](std::string& out, const Routing&, Timestamp, double) {
        out += "a session\n";
        return std::size_t{1};
      };
    };
  };
  server.faults["statements"] = {"statements", ErrorKind::Other, "", "the answer is larger than 12345B", ""};
  auto cycles = make(settings);
  const auto lines = cycle(cycles);
  EXPECT_EQ(server.max_cycle_bytes, 12345U);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], "a session");
  EXPECT_THAT(lines[1], HasSubstr(R"("source":"statements")"));
  EXPECT_THAT(lines[2], AllOf(HasSubstr(R"("outcome":"partial")"), HasSubstr(R"("records":1)")));
}

TEST_F(TargetCyclesTest, TextsThatCannotBeSavedDoNotFailTheCycle) {
  TargetCycles cycles("db1:5432", engine, open_fake(server), BaselineStore(), TextStore(), "/dev/null/texts", {},
                      clock);
  std::vector<std::string> told;
  const auto write = [](const std::string&) -> Status { return {}; };
  const auto note = [&](const Error& error) { told.push_back(error.message); };
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(cycles.commit(cycles.run(std::nullopt), write, note).has_value());
  EXPECT_EQ(told.size(), 1U);
}

// What the exporter of these tests says; dbi-collect reads it before each cycle.
class WaitingCyclesTest : public TargetCyclesTest {
 protected:
  WaitingCyclesTest() {
    cycles.wait_for("dbi-export", [this] { return Result<state::LoadedAck>(state::LoadedAck{ack, {}}); });
  }

  std::vector<std::string> settled_cycle() {
    cycles.settle(tell);
    return cycle(cycles);
  }
  std::string newest() { return std::string(cycles.baselines().pending_cycles().back()); }

  TargetCycles cycles = make();
  state::Ack ack;
};

TEST_F(WaitingCyclesTest, ABaselineIsPromotedOnceItsCycleIsHeld) {
  EXPECT_THAT(settled_cycle().back(), AllOf(HasSubstr(R"("baseline":true)"), HasSubstr(R"("ack_from":"dbi-export")"),
                                            Not(HasSubstr("since_cycle"))));
  EXPECT_EQ(cycles.baselines().committed_cycle(), "");
  const auto first = newest();
  ack = {first, first};
  server.statements[0].calls += 2;
  const auto lines = settled_cycle();
  EXPECT_EQ(cycles.baselines().committed_cycle(), first);
  EXPECT_EQ(cycles.baselines().pending(), 1U);
  EXPECT_THAT(lines.back(), HasSubstr(R"("since_cycle":")" + first + '"'));
  EXPECT_THAT(lines[0], HasSubstr(R"("calls":2)"));
}

TEST_F(WaitingCyclesTest, ARefusedCycleIsCoveredByTheNext) {
  settled_cycle();
  const auto first = newest();
  ack = {first, first};
  server.statements[0].calls += 2;
  settled_cycle();
  ack.seen = newest();
  server.statements[0].calls += 3;
  const auto lines = settled_cycle();
  EXPECT_THAT(lines[0], HasSubstr(R"("calls":5)"));
  EXPECT_THAT(lines.back(), HasSubstr(R"("since_cycle":")" + first + '"'));
}

TEST_F(WaitingCyclesTest, AnExporterThatHoldsAnotherCycleMeansANewBaseline) {
  settled_cycle();
  ack = {newest(), newest()};
  settled_cycle();
  ack = {};
  EXPECT_THAT(settled_cycle().back(), HasSubstr("since_cycle")) << "it may still be on its way";
  ack.seen = newest();
  EXPECT_THAT(settled_cycle().back(), HasSubstr(R"("baseline":true)"));
}

TEST_F(WaitingCyclesTest, TheQueueIsFullAtEightAndFreedByAnAcknowledgement) {
  for (int i = 0; i < 8; ++i) {
    EXPECT_FALSE(cycles.is_full());
    settled_cycle();
  }
  cycles.settle(tell);
  EXPECT_TRUE(cycles.is_full());
  ack.seen = newest();
  cycles.settle(tell);
  EXPECT_FALSE(cycles.is_full());
}

TEST_F(WaitingCyclesTest, AnIdFollowsWhatTheExporterHasSeen) {
  ack.seen = std::string(32, 'e');
  settled_cycle();
  EXPECT_GT(newest(), ack.seen);
}

TEST_F(WaitingCyclesTest, AWriteThatFailsLeavesNothingPending) {
  const auto lost = cycles.commit(
      cycles.run(std::nullopt), [](const std::string&) -> Status { return fail(ErrorKind::Output, "gone"); }, tell);
  EXPECT_FALSE(lost.has_value());
  EXPECT_EQ(cycles.baselines().pending(), 0U);
}

TEST_F(TargetCyclesTest, EmitsLifetimeTotalsOnlyWhenAsked) {
  CycleSettings settings;
  settings.first_run = FirstRun::Emit;
  auto cycles = make(settings);
  const auto lines = cycle(cycles);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_THAT(lines[0], AllOf(HasSubstr(R"("calls":7)"), HasSubstr(R"("quality":"baseline")")));
}

TEST(Judge, FailsOnlyWhereNothingCouldBeReached) {
  const auto error = [](ErrorKind kind) { return SourceError{"statements", kind, "", "", ""}; };
  EXPECT_EQ(judge(false, false, {error(ErrorKind::Authentication)}), Outcome::Failed);
  EXPECT_EQ(judge(true, true, {}), Outcome::Ok);
  EXPECT_EQ(judge(true, true, {error(ErrorKind::Timeout)}), Outcome::Partial);
  EXPECT_EQ(judge(true, false, {error(ErrorKind::Timeout), error(ErrorKind::Timeout)}), Outcome::Failed);
  EXPECT_EQ(judge(true, false, {error(ErrorKind::MissingFeature), error(ErrorKind::Timeout)}), Outcome::Partial);
  EXPECT_EQ(judge(true, false, {error(ErrorKind::MissingFeature)}), Outcome::Partial);
}

TEST_F(TargetCyclesTest, EveryRecordIsOfItsTable) {
  server.statements.push_back({.query_id = "", .text = ""});
  auto cycles = make();
  auto lines = cycle(cycles);
  server.statements.pop_back();
  for (int i = 0; i < 2; ++i) {
    server.statements[0].calls += 1;
    for (auto& line : cycle(cycles)) lines.push_back(std::move(line));
  }
  for (const auto& line : lines) {
    record::Reader reader;
    record::Record parsed;
    const auto padded = line + std::string(record::kPadding, ' ');
    ASSERT_TRUE(reader.parse(std::string_view(padded).substr(0, line.size()), parsed).has_value()) << line;
    EXPECT_TRUE(record::schema::check_record(parsed).empty()) << line;
  }
}

}  // namespace
}  // namespace dbi::collect
