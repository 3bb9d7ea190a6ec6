// SPDX-License-Identifier: Apache-2.0
#include "collect/target_run.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "collect/fake_server.hpp"
#include "collect/postgresql_source.hpp"
#include "state/scratch_folder.hpp"

namespace dbi::collect {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Moves only when somebody waits.
class WaitingClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return Timestamp(std::chrono::seconds{1'700'000'000}) + passed; }
  [[nodiscard]] MonotonicTime monotonic() const override { return MonotonicTime(passed); }
  microseconds passed{0};
};

class TargetRunTest : public ::testing::Test {
 protected:
  RunResult run(const RunSettings& settings, FirstRun first_run = FirstRun::Skip) {
    CycleSettings cycle;
    cycle.first_run = first_run;
    TargetCycles cycles("db1:5432", postgresql(), open_fake(server), std::move(baselines), TextStore(), {}, cycle,
                        clock);
    if (ack) {
      cycles.wait_for("main", [this] { return Result<state::LoadedAck>(state::LoadedAck{*ack, {}}); });
    }
    RunPorts ports;
    ports.wait_idle = [] { return true; };
    ports.wait_until = [&](MonotonicTime until) {
      clock.passed = std::max(clock.passed, until.time_since_epoch());
      if (on_wait) on_wait();
      return true;
    };
    ports.write = [&](std::string records) -> Status {
      const auto scrape = records.substr(records.rfind("\"kind\":\"scrape\""));
      const auto begin = scrape.find("\"outcome\":\"") + 11;
      written.push_back(scrape.substr(begin, scrape.find('"', begin) - begin));
      times.push_back(clock.passed / 1s);
      last = std::move(records);
      return write_status;
    };
    ports.tell = [&](const Error& error) { told.push_back(error.message); };
    ports.tell_first_wait = [&](microseconds wait) { waits.push_back(wait / 1s); };
    return run_target(cycles, settings, ports, clock);
  }

  WaitingClock clock;
  FakeServer server;
  BaselineStore baselines;
  std::optional<state::Ack> ack;  ///< set: what is acknowledged, under --commit exported
  std::function<void()> on_wait;
  std::vector<std::string> written;
  std::vector<long> times;
  std::vector<long> waits;
  std::vector<std::string> told;
  std::string last;
  Status write_status;
};

TEST_F(TargetRunTest, OneCycleAnInterval) {
  const auto result = run({.interval = 10s, .count = 3, .first_wait = {}});
  EXPECT_THAT(times, ElementsAre(0, 10, 20));
  EXPECT_FALSE(result.last_failed);
}

TEST_F(TargetRunTest, WaitingForTheFirstDifferenceWritesNothingBefore) {
  server.statements = {{.query_id = "1", .calls = 5, .text = "select 1"}};
  run({.interval = {}, .count = 1, .first_wait = 5s}, FirstRun::Wait);
  EXPECT_THAT(times, ElementsAre(5));
  EXPECT_THAT(waits, ElementsAre(5));
  EXPECT_THAT(last, HasSubstr("\"interval_s\":1,"));
}

TEST_F(TargetRunTest, AServerThatDoesNotAnswerIsAskedLessAndLess) {
  server.refuses_connections = true;
  const auto result = run({.interval = 1s, .count = 8, .first_wait = {}});
  EXPECT_THAT(written, ElementsAre("failed", "failed", "skipped", "failed", "skipped", "skipped", "skipped", "failed"));
  EXPECT_TRUE(result.last_failed);
}

TEST_F(TargetRunTest, AFaultOfTheOutputEndsTheRun) {
  write_status = fail(ErrorKind::Output, "no space left on device");
  const auto result = run({.interval = 1s, .count = 8, .first_wait = {}});
  EXPECT_EQ(written.size(), 1U);
  ASSERT_FALSE(result.status.has_value());
  EXPECT_EQ(result.status.error().kind, ErrorKind::Output);
}

// Nothing leaves that the next start would not know of.
TEST_F(TargetRunTest, WhereTheBaselineCannotBeStoredNothingIsWrittenAndTheNextCycleTriesAgain) {
  const state::ScratchFolder folder;
  baselines = BaselineStore::open(folder / "later/b.json").value();
  on_wait = [&] {
    if (clock.passed == 2s) std::filesystem::create_directory(folder / "later");
  };
  const auto result = run({.interval = 1s, .count = 4, .first_wait = {}});
  EXPECT_THAT(times, ElementsAre(2, 3));
  EXPECT_EQ(told.size(), 2U);
  EXPECT_TRUE(result.status.has_value());
}

TEST_F(TargetRunTest, AStateFolderThatFailsToTheEndIsTheRunsFault) {
  const state::ScratchFolder folder;
  baselines = BaselineStore::open(folder / "absent/b.json").value();
  const auto result = run({.interval = 1s, .count = 1, .first_wait = {}});
  EXPECT_THAT(written, ElementsAre());
  ASSERT_FALSE(result.status.has_value());
  EXPECT_EQ(result.status.error().kind, ErrorKind::State);
}

TEST_F(TargetRunTest, AnExporterThatIsWaitedForGetsTheFirstReadingToo) {
  ack.emplace();
  run({.interval = {}, .count = 1, .first_wait = 5s}, FirstRun::Wait);
  EXPECT_THAT(times, ElementsAre(0, 5));
  EXPECT_THAT(waits, ElementsAre(5));
  EXPECT_THAT(last, HasSubstr("\"since_cycle\":"));
}

TEST_F(TargetRunTest, AFullQueueIsToldOnceUntilItIsFree) {
  ack.emplace();
  run({.interval = 1s, .count = 11, .first_wait = {}});
  EXPECT_EQ(std::ranges::count(written, "skipped"), 3);
  EXPECT_THAT(told, ElementsAre("db1:5432: 8 cycles wait for the acknowledgement of main, which has said nothing"));
}

TEST_F(TargetRunTest, AQueueThatIsFullAgainIsToldAgainWithWhatWasSaidLast) {
  ack.emplace();
  on_wait = [&] {
    if (clock.passed == 10s) ack->seen = last.substr(last.find("\"cycle\":\"") + 9, 32);
  };
  run({.interval = 1s, .count = 20, .first_wait = {}});
  EXPECT_THAT(told, ElementsAre(HasSubstr("has said nothing"), HasSubstr("last spoke of " + ack->seen)));
}

TEST_F(TargetRunTest, WhatIsThrownCostsTheCycleAndNotTheTarget) {
  server.throws = 1;
  run({.interval = 1s, .count = 3, .first_wait = {}});
  EXPECT_EQ(server.connections, 2U);
  EXPECT_THAT(written, ElementsAre("ok", "ok"));
  EXPECT_THAT(told, ElementsAre(HasSubstr("bad_alloc")));
}

TEST_F(TargetRunTest, PatienceDoublesToAMinute) {
  EXPECT_EQ(retry_delay(0), 0s);
  EXPECT_EQ(retry_delay(1), 1s);
  EXPECT_EQ(retry_delay(4), 8s);
  EXPECT_EQ(retry_delay(100), 60s);
}

}  // namespace
}  // namespace dbi::collect
