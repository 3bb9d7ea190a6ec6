// Random histories: whatever happens, every circuit follows the rules, is told apart from every other one, and closes
// again once its database is well.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "circuit/circuit.hpp"

namespace dbi::circuit {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + 12h};

using Random = std::mt19937_64;

std::uint64_t pick(Random& random, std::uint64_t below) {
  return random() % below;
}

Rules random_rules(Random& random) {
  Rules rules;
  rules.window.calls = static_cast<std::uint32_t>(1 + pick(random, 20));
  if (pick(random, 3) == 0) rules.window.time = std::chrono::seconds(1 + pick(random, 7200));
  rules.minimum_calls = static_cast<std::uint32_t>(1 + pick(random, 8));
  rules.failure_rate = 0.05 * static_cast<double>(1 + pick(random, 20));
  rules.slow_rate = 0.05 * static_cast<double>(1 + pick(random, 20));
  rules.probes = static_cast<std::uint32_t>(1 + pick(random, 5));
  rules.half_open_timeout = std::chrono::seconds(1 + pick(random, 1200));
  rules.backoff.base = std::chrono::seconds(1 + pick(random, 120));
  rules.backoff.cap = rules.backoff.base * static_cast<int>(1 + pick(random, 60));
  rules.backoff.factor = 1 + 0.25 * static_cast<double>(pick(random, 9));
  rules.backoff.jitter = 0.1 * static_cast<double>(pick(random, 11));
  rules.backoff.seed = random();
  rules.reset_after = std::chrono::seconds(pick(random, 3600));
  return rules;
}

// A circuit with what must hold of it after each scrape.
class Watched {
 public:
  Watched(std::string key, const Rules& rules) : key_(std::move(key)), rules_(rules) {}

  void scrape(const Call* call, Timestamp now) {
    const Circuit before = circuit_;
    Transitions changes;
    if (call != nullptr) {
      circuit_.call(rules_, key_, *call, now, changes);
    } else {
      circuit_.pass(rules_, now, changes);
    }
    look_at(before, call, now, changes);
    // A restart between any two scrapes changes nothing.
    const auto restored = Circuit::restore(circuit_.store({}));
    ASSERT_TRUE(restored);
    ASSERT_EQ(restored->store({}), circuit_.store({}));
    circuit_ = *restored;
  }

  [[nodiscard]] CircuitState state() const { return circuit_.state(); }
  [[nodiscard]] Circuit circuit() const { return circuit_; }

 private:
  void look_at(Circuit before, const Call* call, Timestamp now, const Transitions& changes) {
    CircuitState at = before.state();
    for (const auto& change : changes) {
      ASSERT_EQ(change.from, at);
      ASSERT_FALSE(change.reason.empty());
      at = change.to;
    }
    ASSERT_EQ(at, circuit_.state());
    ASSERT_LE(changes.size(), 2U);
    const bool untouched = call == nullptr && before.state() == CircuitState::Open;
    if (before.is_blocking(now) || untouched) {
      ASSERT_TRUE(changes.empty());
    }
    if (call != nullptr && call->result == CallResult::Success) {
      ASSERT_FALSE(before.state() == CircuitState::Closed && at != CircuitState::Closed);
    }
    for (const auto& change : changes) look_at_change(change, call);
    const auto stored = circuit_.store({});
    ASSERT_LE(stored.probes, rules_.probes);
    ASSERT_LE(stored.successes, stored.probes);
    // Half-open never lives longer than to the first scrape past its deadline.
    if (at == CircuitState::HalfOpen) {
      ASSERT_LT(now - *stored.half_open_since, rules_.half_open_timeout);
    }
    ASSERT_EQ(circuit_.broken_since().has_value(), at != CircuitState::Closed);
  }

  void look_at_change(const Transition& change, const Call* call) {
    if (change.to == CircuitState::HalfOpen) {
      ASSERT_EQ(change.from, CircuitState::Open);
      ASSERT_NE(call, nullptr);
    }
    if (change.to != CircuitState::Open) return;
    ASSERT_GT(change.open_for, 0s);
    ASSERT_LE(change.open_for, rules_.backoff.cap);
    const bool failed_probe =
        change.from == CircuitState::HalfOpen && call != nullptr && call->result == CallResult::Failure;
    const auto openings = circuit_.store({}).openings;
    if (failed_probe) {
      ASSERT_EQ(openings, last_openings_ + 1);
    }
    if (change.from == CircuitState::HalfOpen && !failed_probe) {
      ASSERT_EQ(openings, last_openings_);
      ASSERT_EQ(change.open_for, last_time_);
    }
    ASSERT_EQ(change.open_for, open_time(rules_.backoff, key_, openings));
    last_openings_ = openings;
    last_time_ = change.open_for;
  }

  std::string key_;
  Rules rules_;
  Circuit circuit_;
  std::uint32_t last_openings_ = 0;
  microseconds last_time_{0};
};

TEST(History, EveryCircuitFollowsTheRulesAndARestartChangesNothing) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Watched circuit("target" + std::to_string(seed % 7), random_rules(random));
    Timestamp now = kNoon;
    std::uint64_t badness = 50;
    for (int i = 0; i < 200; ++i) {
      if (pick(random, 20) == 0) badness = pick(random, 101);
      now += std::chrono::milliseconds(pick(random, 2) == 0 ? pick(random, 20'000) : pick(random, 4'000'000));
      Call call;
      call.why = "timeout";
      const bool bad = pick(random, 100) < badness;
      call.result = !bad ? CallResult::Success : pick(random, 3) == 0 ? CallResult::Slow : CallResult::Failure;
      call.at_once = call.result == CallResult::Failure && pick(random, 20) == 0;
      ASSERT_NO_FATAL_FAILURE(circuit.scrape(pick(random, 5) == 0 ? nullptr : &call, now));
    }
  }
}

// dbi-collect as DESIGN.md says: an open circuit whose time is not over is skipped, everything else is read; a target
// that is not closed is read by a probe first, which fails when the database does.
TEST(History, UnderAnyScheduleACircuitClosesOnceItsDatabaseIsWell) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Rules rules = random_rules(random);
    if (seed % 2 == 0) rules.probes = 3;
    const microseconds interval = seed % 4 < 2 ? microseconds(1h) : std::chrono::seconds(1 + pick(random, 600));
    Watched circuit("main", rules);
    Timestamp now = kNoon;
    const auto cycle = [&](CallResult result) {
      now += interval + std::chrono::seconds(pick(random, 30));
      const Call call{result, false, "timeout"};
      circuit.scrape(circuit.circuit().is_blocking(now) ? nullptr : &call, now);
    };
    const auto bad_cycles = 5 + pick(random, 60);
    for (std::uint64_t i = 0; i < bad_cycles; ++i) {
      ASSERT_NO_FATAL_FAILURE(cycle(pick(random, 4) == 0 ? CallResult::Slow : CallResult::Failure));
    }
    // Well again: the open time, then the probes or the deadline, whichever comes first.
    const auto enough = rules.backoff.cap / interval + rules.probes + 2;
    for (int i = 0; i < enough && circuit.state() != CircuitState::Closed; ++i) {
      ASSERT_NO_FATAL_FAILURE(cycle(CallResult::Success));
    }
    ASSERT_EQ(circuit.state(), CircuitState::Closed);
    for (int i = 0; i < 100; ++i) {
      ASSERT_NO_FATAL_FAILURE(cycle(CallResult::Success));
      ASSERT_EQ(circuit.state(), CircuitState::Closed);
    }
  }
}

// Both ways, by seconds and by decades: once the clock goes on as it should, so does the circuit.
TEST(History, AfterAnyWalkOfTheClockAHealthyDatabaseClosesItsCircuit) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const Rules rules = random_rules(random);
    Circuit circuit;
    Transitions changes;
    Timestamp now = kNoon;
    for (int i = 0; i < 100; ++i) {
      const auto step = std::chrono::seconds(1 + pick(random, pick(random, 4) == 0 ? 315'360'000 : 600));
      now += pick(random, 3) == 0 ? -step : step;
      Call call{CallResult::Failure, pick(random, 20) == 0, "timeout"};
      if (pick(random, 3) == 0) call = {pick(random, 2) == 0 ? CallResult::Slow : CallResult::Success, false, "slow"};
      if (pick(random, 4) == 0) {
        circuit.pass(rules, now, changes);
      } else {
        circuit.call(rules, "main", call, now, changes);
      }
      ASSERT_TRUE(Circuit::restore(circuit.store(microseconds(0))));
      if (circuit.broken_since()) {
        ASSERT_LE(*circuit.broken_since(), now);
      }
    }
    now -= std::chrono::hours(24 * 3650);
    const microseconds interval = std::chrono::seconds(1 + pick(random, 600));
    const auto enough = rules.backoff.cap / interval + rules.probes + 2;
    for (int i = 0; i < enough; ++i) {
      EXPECT_TRUE(i == 0 || i * interval < rules.backoff.cap || !circuit.is_blocking(now));
      circuit.call(rules, "main", {}, now, changes);
      now += interval;
    }
    ASSERT_EQ(circuit.state(), CircuitState::Closed);
    // And once a window and a good spell have passed nothing of the past is left.
    const microseconds window = rules.window.time.value_or(interval * static_cast<int>(rules.window.calls));
    for (const Timestamp end = now + std::max(window, rules.reset_after) + interval; now <= end; now += interval) {
      circuit.call(rules, "main", {}, now, changes);
    }
    ASSERT_EQ(circuit.strain(rules, now), 0);
    ASSERT_EQ(circuit.store({}).openings, 0U);
  }
}

TEST(History, HalfOpenAdmitsAtMostTheConfiguredProbes) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Rules rules = random_rules(random);
    rules.half_open_timeout = 24h * 365;  // it is the number that ends it
    Circuit circuit;
    Transitions changes;
    Timestamp now = kNoon;
    circuit.call(rules, "main", {CallResult::Failure, true, "authentication"}, now, changes);
    now += rules.backoff.cap;
    std::uint32_t admitted = 0;
    do {
      const bool slow = pick(random, 3) == 0;
      circuit.call(rules, "main", {slow ? CallResult::Slow : CallResult::Success, false, "12 s"}, now += 1s, changes);
      ++admitted;
    } while (circuit.state() == CircuitState::HalfOpen);
    ASSERT_EQ(admitted, rules.probes);
  }
}

}  // namespace
}  // namespace dbi::circuit
