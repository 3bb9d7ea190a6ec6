// A target's run under circuits: what is asked of the server, cycle by cycle, on a clock that a test moves.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <map>

#include "collect/circuit_watch.hpp"
#include "collect/fake_server.hpp"
#include "collect/postgresql_source.hpp"
#include "collect/target_run.hpp"
#include "state/scratch_folder.hpp"

namespace dbi::collect {
namespace {

using namespace std::chrono_literals;
using state::CircuitState;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr Timestamp kStart{std::chrono::seconds{1'700'000'000}};

// Moves only when somebody waits.
class WaitingClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return kStart + passed; }
  [[nodiscard]] MonotonicTime monotonic() const override { return MonotonicTime(passed); }
  microseconds passed{0};
};

class TargetCircuitsTest : public ::testing::Test {
 protected:
  TargetCircuitsTest() {
    settings.interval = 1s;
    engine.make_sessions = [this](const SessionOptions&) -> ReadSessions {
      return [this](ServerReader&, const TextStore&, CycleAccount& account) -> std::optional<WriteSessions> {
        server.reads.emplace_back("sessions");
        if (server.faults.contains("sessions")) {
          account.errors.push_back(server.faults["sessions"]);
          return std::nullopt;
        }
        return [this](std::string&, const Routing&, Timestamp, double each) {
          intervals.push_back(each);
          return std::size_t{0};
        };
      };
    };
  }

  void store(const state::StoredCircuit& circuit, const std::string& key = "main") const {
    ASSERT_TRUE(state::store_circuits(folder.circuits(), {{key, circuit}}).has_value());
  }
  void open_for(microseconds time) const {
    state::StoredCircuit circuit;
    circuit.state = CircuitState::Open;
    circuit.opened_at = clock.now();
    circuit.open_for = time;
    circuit.reason = "5 of 5 calls failed";
    store(circuit);
  }
  void strain(double strain) const {
    state::StoredCircuit circuit;
    circuit.strain = strain;
    store(circuit);
  }
  void advise(microseconds timeout) const {
    state::StoredCircuit circuit;
    circuit.timeout = timeout;
    store(circuit);
  }

  void run(std::uint64_t cycles, FirstRun first_run = FirstRun::Skip) {
    settings.count = cycles;
    cycle.first_run = first_run;
    TargetCycles target("main", engine, open_fake(server), BaselineStore(), TextStore(), {}, cycle, clock);
    RunPorts ports;
    ports.circuits = [&] { return permit_for(*watch.look(), "main", clock.now(), {}); };
    ports.wait_idle = [] { return true; };
    ports.wait_until = [&](MonotonicTime until) {
      clock.passed = std::max(clock.passed, until.time_since_epoch());
      if (const auto step = steps.find(clock.passed / 1s); step != steps.end()) step->second();
      return true;
    };
    ports.write = [&](const std::string& records) -> Status {
      scrapes.push_back(records.substr(records.rfind("{\"v\"")));
      const auto begin = scrapes.back().find("\"outcome\":\"") + 11;
      outcomes.push_back(scrapes.back().substr(begin, scrapes.back().find('"', begin) - begin));
      times.push_back(clock.passed / 1s);
      return {};
    };
    ports.tell = [](const Error& error) { ADD_FAILURE() << error.message; };
    ports.tell_first_wait = [](microseconds) {};
    run_target(target, settings, ports, clock);
  }

  state::ScratchFolder scratch;
  state::StateFolder folder = state::StateFolder::open({.state_dir = scratch / "state"}).value();
  CircuitWatch watch{folder, [](const Error& error) { ADD_FAILURE() << error.message; },
                     [](const state::Damage& damage) { ADD_FAILURE() << damage.message; }};
  WaitingClock clock;
  FakeServer server;
  Engine engine = postgresql();
  RunSettings settings;
  CycleSettings cycle;
  std::map<long, std::function<void()>> steps;  ///< before the cycle of that second
  std::vector<std::string> scrapes;
  std::vector<std::string> outcomes;
  std::vector<long> times;
  std::vector<double> intervals;  ///< that the samples of sessions stand for
};

TEST_F(TargetCircuitsTest, AnOpenCircuitLeavesTheServerAloneAndItsEndNeedsNobody) {
  std::size_t before = 0;
  std::size_t during = 0;
  steps[2] = [&] {
    open_for(3s);
    before = server.reads.size();
  };
  steps[5] = [&] { during = server.reads.size(); };
  run(7);
  EXPECT_THAT(outcomes, ElementsAre("ok", "ok", "skipped", "skipped", "skipped", "ok", "ok"));
  EXPECT_THAT(scrapes[2], HasSubstr(R"("reason":"circuit main is open until 2023-11-14T22:13:25.000000Z: 5 of 5)"));
  EXPECT_EQ(during, before);
  EXPECT_EQ(server.connections, 2U) << "the connection is given back, and there is a new one after";
}

// No failure of before keeps the first attempt back, and its own failure costs only the cheapest read.
TEST_F(TargetCircuitsTest, TheFirstCycleAfterIsAProbeAtOnce) {
  server.refuses_connections = true;
  steps[3] = [&] { open_for(2s); };  // after failures at 0 and 1, and patience until 3
  steps[5] = [&] {
    server.refuses_connections = false;
    server.faults["server"] = {"server", ErrorKind::Timeout, "57014", "canceling statement", ""};
  };
  run(6);
  EXPECT_THAT(outcomes, ElementsAre("failed", "failed", "skipped", "skipped", "skipped", "failed"));
  EXPECT_EQ(server.connections, 1U);
  EXPECT_THAT(server.reads, ElementsAre("server"));
}

// What cron does where dbi-breaker has gone: the file says open for ever.
TEST_F(TargetCircuitsTest, WithoutABreakerTheTargetIsReadInFullOnceTheTimeIsOver) {
  open_for(10s);
  clock.passed = 11s;
  settings.interval.reset();
  cycle.sessions.emplace();
  run(1);
  EXPECT_THAT(outcomes, ElementsAre("ok"));
  EXPECT_THAT(server.reads, AllOf(Contains("statements"), Contains("sessions")));
}

TEST_F(TargetCircuitsTest, AnOpenCircuitAlsoKeepsTheFirstReadingOfAWaitingRun) {
  open_for(1h);
  run(1, FirstRun::Wait);
  EXPECT_THAT(outcomes, ElementsAre("skipped"));
  EXPECT_EQ(server.connections, 0U);
}

TEST_F(TargetCircuitsTest, AnOverrideCountsWithoutACircuit) {
  const auto order = [&](state::Override::Order word) {
    ASSERT_TRUE(state::store_overrides(folder.overrides(), {{"main", {word, clock.now(), {}, "migration"}}}));
  };
  steps[1] = [&] { order(state::Override::Order::Open); };
  steps[3] = [&] { order(state::Override::Order::Close); };
  run(4);
  EXPECT_THAT(outcomes, ElementsAre("ok", "skipped", "skipped", "ok"));
  EXPECT_THAT(scrapes[1], HasSubstr("by an operator: migration"));
}

TEST_F(TargetCircuitsTest, InTroubleEverySecondCycleIsLeftOut) {
  cycle.sessions.emplace();
  steps[2] = [&] { strain(0.5); };
  steps[6] = [&] { strain(0.4); };
  run(7);
  EXPECT_THAT(times, ElementsAre(0, 1, 2, 4, 6, 7, 8));
  EXPECT_THAT(outcomes, Each("ok"));
  EXPECT_THAT(scrapes[3], Not(HasSubstr("late_s")));
  EXPECT_THAT(intervals, ElementsAre(1, 1, 2, 2, 1, 1, 1));  // from each to the next
  EXPECT_EQ(server.connections, 1U);
}

TEST_F(TargetCircuitsTest, InGreatTroubleTheSessionsStayAndTheNextDifferenceCoversTheGap) {
  cycle.sessions.emplace();
  server.statements = {{.query_id = "1", .calls = 5, .total_ms = 50, .text = "select $1"}};
  std::ptrdiff_t before = 0;
  std::ptrdiff_t during = 0;
  const auto statement_reads = [&] { return std::ranges::count(server.reads, "statements"); };
  steps[1] = [&] {
    strain(0.75);
    before = statement_reads();
  };
  steps[3] = [&] {
    during = statement_reads();
    strain(0);
  };
  run(3);
  EXPECT_EQ(during, before);
  EXPECT_EQ(std::ranges::count(server.reads, "sessions"), 3);
  EXPECT_THAT(outcomes, Each("ok"));
  EXPECT_THAT(scrapes[1], AllOf(HasSubstr(R"("reason":"query_stats left out: a circuit is near opening")"),
                                Not(HasSubstr("interval_s")), Not(HasSubstr("baseline"))));
  EXPECT_THAT(scrapes[2], AllOf(HasSubstr(R"("interval_s":2)"), Not(HasSubstr("reason"))))
      << "by the server's clock, which the fake moves a second a cycle";
}

TEST_F(TargetCircuitsTest, TheLastKindStaysWithoutItsTexts) {
  server.statements = {{.query_id = "1", .calls = 5, .total_ms = 50, .text = "select $1"}};
  steps[1] = [&] { strain(1); };
  run(2);
  EXPECT_THAT(scrapes[1], AllOf(HasSubstr(R"("interval_s":1)"), HasSubstr(R"("reason":"texts left out)")));
  EXPECT_THAT(server.reads, Not(Contains("texts")));
}

TEST_F(TargetCircuitsTest, AnotherTimeLimitTakesAnotherConnection) {
  std::vector<std::optional<microseconds>> limits;
  const auto note = [&] { limits.push_back(server.statement_timeout); };
  steps[1] = [&] { advise(8s); };
  steps[2] = note;
  steps[3] = [&] {
    note();
    advise(4s);
  };
  steps[4] = note;
  run(5);
  EXPECT_THAT(limits, ElementsAre(microseconds(8s), microseconds(8s), microseconds(4s)));
  EXPECT_EQ(server.connections, 3U);
}

}  // namespace
}  // namespace dbi::collect
