// SPDX-License-Identifier: Apache-2.0
#include "collect/target_run.hpp"

#include <gmock/gmock.h>

#include "collect/fake_server.hpp"
#include "collect/postgresql_source.hpp"

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
    TargetCycles cycles("db1:5432", postgresql(), open_fake(server), BaselineStore(), TextStore(), {}, cycle, clock);
    RunPorts ports;
    ports.wait_idle = [] { return true; };
    ports.wait_until = [&](MonotonicTime until) {
      clock.passed = std::max(clock.passed, until.time_since_epoch());
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

TEST_F(TargetRunTest, PatienceDoublesToAMinute) {
  EXPECT_EQ(retry_delay(0), 0s);
  EXPECT_EQ(retry_delay(1), 1s);
  EXPECT_EQ(retry_delay(4), 8s);
  EXPECT_EQ(retry_delay(100), 60s);
}

}  // namespace
}  // namespace dbi::collect
