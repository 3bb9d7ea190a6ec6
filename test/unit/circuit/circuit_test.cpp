// The state machine, move by move: each case is a script of scrapes with the state that each must lead to.
// SPDX-License-Identifier: Apache-2.0
#include "circuit/circuit.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <vector>

namespace dbi::circuit {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Timestamp kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + 12h};
constexpr std::string_view kKey = "main";

// 5 of 10 calls, half of them; 3 probes; 30 s, 60 s, 120 s ... 15 min without jitter; deadline 5 min.
Rules exact_rules() {
  Rules rules;
  rules.backoff.jitter = 0;
  return rules;
}

// o: success, s: slow, f: failure, a: failure that opens at once, p: a scrape that does not touch it, x: closed by an
// operator.
void tell(Circuit& circuit, const Rules& rules, char step, Timestamp now, Transitions& out) {
  switch (step) {
    case 'p':
      return circuit.pass(rules, now, out);
    case 'x':
      return circuit.close(now, out);
    case 'a':
      return circuit.call(rules, kKey, {CallResult::Failure, true, "authentication"}, now, out);
    case 'f':
      return circuit.call(rules, kKey, {CallResult::Failure, false, "timeout"}, now, out);
    case 's':
      return circuit.call(rules, kKey, {CallResult::Slow, false, "12 s"}, now, out);
    default:
      return circuit.call(rules, kKey, {}, now, out);
  }
}

char letter_of(CircuitState state) {
  return state == CircuitState::Closed ? 'C' : state == CircuitState::Open ? 'O' : 'H';
}

struct Step {
  microseconds at;
  char what;
};

// The states after each step: "CCO".
std::string states(const Rules& rules, const std::vector<Step>& steps) {
  Circuit circuit;
  std::string out;
  Transitions changes;
  for (const Step& step : steps) {
    tell(circuit, rules, step.what, kNoon + step.at, changes);
    out += letter_of(circuit.state());
  }
  return out;
}

// Steps 10 s apart.
std::vector<Step> every_10s(std::string_view script) {
  std::vector<Step> out;
  for (const char what : script) out.push_back({10s * static_cast<int>(out.size()), what});
  return out;
}

// The step at which it first opens, counted from 1; 0 for never.
std::size_t opening_step(const Rules& rules, std::string_view script) {
  return states(rules, every_10s(script)).find('O') + 1;
}

TEST(Closed, OpensByTheRateOfFailuresAmongEnoughCalls) {
  struct Case {
    std::string_view script;
    std::size_t step;
  };
  for (const Case& each : {
           Case{"ffff", 0},                 // too few calls
           Case{"fffff", 5},                //
           Case{"oooooooooofffff", 15},     // five in a row open it, whatever came before
           Case{"oooooooooooooooffff", 0},  //
           Case{"ofofo", 0},                // 2 of 5
           Case{"ofoff", 5},                // 3 of 5
           Case{"fofoo", 0},                //
           Case{"ffffo", 0},                // a success never opens
           Case{"ffffof", 6},               // but the failure after it does
           Case{"ffffoooooooooofffo", 0},   // the first four have left the window
           Case{"ofofofofof", 6},           // half of six
           Case{"oofoofoofoofoofoof", 0},   // a third
           Case{"fpfpfpfpf", 9},            // what does not touch it is no call
           Case{"pppppppppp", 0},           //
           Case{"a", 1},                    // opens at once
           Case{"oooooooooa", 10},          //
       }) {
    EXPECT_EQ(opening_step(exact_rules(), each.script), each.step) << each.script;
  }
}

TEST(Closed, OpensByTheRateOfSlowCalls) {
  Rules rules = exact_rules();
  EXPECT_EQ(opening_step(rules, "sssss"), 5U);
  EXPECT_EQ(opening_step(rules, "sssso"), 0U);
  EXPECT_EQ(opening_step(rules, "ffsss"), 5U);  // failed calls were no quicker
  EXPECT_EQ(opening_step(rules, "osssssssss"), 0U);
  EXPECT_EQ(opening_step(rules, "ossssssssss"), 11U);
  rules.slow_rate = 0.5;
  EXPECT_EQ(opening_step(rules, "oosos"), 0U);
  EXPECT_EQ(opening_step(rules, "osoososss"), 8U);
  EXPECT_EQ(opening_step(rules, "ffooo"), 0U);  // no slow one
}

TEST(Closed, MinimumRateAndWindowAreTheRules) {
  Rules rules = exact_rules();
  rules.minimum_calls = 1;
  EXPECT_EQ(opening_step(rules, "f"), 1U);
  rules.failure_rate = 1;
  rules.window.calls = 3;
  EXPECT_EQ(opening_step(rules, "offf"), 4U);
  rules.minimum_calls = 4;
  EXPECT_EQ(opening_step(rules, "ffffffff"), 0U);  // a window of three never holds four
}

TEST(Closed, AWindowByTimeForgets) {
  Rules rules = exact_rules();
  rules.window.time = 60s;
  EXPECT_EQ(states(rules, {{0s, 'f'}, {10s, 'f'}, {20s, 'f'}, {30s, 'f'}, {40s, 'f'}}), "CCCCO");
  EXPECT_EQ(states(rules, {{0s, 'f'}, {10s, 'f'}, {20s, 'f'}, {30s, 'f'}, {65s, 'f'}}), "CCCCC");
}

TEST(Open, CallsCountForNothingUntilItsTimeIsOver) {
  std::vector<Step> steps{{0s, 'a'}};
  for (int i = 1; i < 300; ++i) steps.push_back({i * 100ms, "ofsap"[i % 5]});
  steps.push_back({30s - 1us, 'o'});
  EXPECT_EQ(states(exact_rules(), steps), std::string(steps.size(), 'O'));
}

TEST(Open, IsHalfOpenFromTheFirstCycleThatTouchesItAndThatIsAProbe) {
  const Rules rules = exact_rules();
  EXPECT_EQ(states(rules, {{0s, 'a'}, {30s, 'o'}}), "OH");
  EXPECT_EQ(states(rules, {{0s, 'a'}, {30s, 'p'}, {1h, 'p'}, {2h, 'o'}}), "OOOH");
  EXPECT_EQ(states(rules, {{0s, 'a'}, {30s, 'f'}}), "OO");
  EXPECT_EQ(states(rules, {{0s, 'a'}, {24h, 'o'}, {24h + 1s, 'o'}, {24h + 2s, 'o'}}), "OHHC");
  Rules one = rules;
  one.probes = 1;
  EXPECT_EQ(states(one, {{0s, 'a'}, {30s, 'o'}}), "OC");
}

TEST(ClockThatGoesBack, AnOpenOneIsOpenForItsTimeFromThereOn) {
  const Rules rules = exact_rules();
  for (const microseconds back : {microseconds(10s), microseconds(1h), microseconds(24h * 3650)}) {
    for (const char what : {'o', 'p'}) {
      EXPECT_EQ(states(rules, {{0s, 'a'}, {-back, what}, {30s - 1us - back, 'o'}, {30s - back, 'o'}}), "OOOH");
    }
    Circuit circuit;
    Transitions changes;
    tell(circuit, rules, 'a', kNoon, changes);
    const Circuit opened = circuit;
    EXPECT_TRUE(circuit.is_blocking(kNoon - back));
    EXPECT_EQ(circuit, opened);
    EXPECT_TRUE(circuit.is_blocking(kNoon + 29s)) << "a record of a wrong time has closed it";
    tell(circuit, rules, 'p', kNoon - back, changes);
    EXPECT_TRUE(circuit.is_blocking(kNoon - back));
    EXPECT_FALSE(circuit.is_blocking(kNoon - back + 30s));
  }
}

TEST(ClockThatGoesBack, TheDeadlineOfHalfOpenCountsFromThereOn) {
  const Rules rules = exact_rules();
  EXPECT_EQ(states(rules, {{0s, 'a'}, {30s, 'o'}, {-24h, 'p'}, {5min - 24h - 1us, 'p'}, {5min - 24h, 'p'}}), "OHHHC");
}

TEST(ClockThatGoesBack, AGoodSpellCountsFromThereOn) {
  const Rules rules = exact_rules();
  Circuit circuit;
  Transitions changes;
  const auto say = [&](char what, Timestamp now) {
    changes.clear();
    tell(circuit, rules, what, now, changes);
  };
  for (const char what : std::string("aff")) say(what, kNoon + 1h * circuit.trips());
  for (int i = 0; i < 3; ++i) say('o', kNoon + 10h + i * 1min);
  ASSERT_EQ(circuit.state(), CircuitState::Closed);
  say('o', kNoon - 24h);
  say('o', kNoon - 24h + 10min);
  say('a', kNoon - 24h + 11min);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].open_for, 30s);
  say('x', kNoon - 48h);
  EXPECT_FALSE(circuit.broken_since());
}

TEST(Abandoned, ClosesOnceItHasWaitedForTheTimeOfHalfOpen) {
  const Rules rules = exact_rules();
  for (const bool half_open : {false, true}) {
    Circuit circuit;
    Transitions changes;
    tell(circuit, rules, 'a', kNoon, changes);
    if (half_open) tell(circuit, rules, 'o', kNoon + 30s, changes);
    circuit.abandon(rules, "why", kNoon + 330s - 1us, changes);
    EXPECT_NE(circuit.state(), CircuitState::Closed);
    circuit.abandon(rules, "why", kNoon + 330s, changes);
    EXPECT_EQ(circuit.state(), CircuitState::Closed);
    EXPECT_EQ(changes.back().reason, "why");
    const auto count = changes.size();
    circuit.abandon(rules, "why", kNoon + 1h, changes);
    EXPECT_EQ(changes.size(), count);
  }
}

TEST(HalfOpen, ClosesWhenAllProbesSucceeded) {
  EXPECT_EQ(states(exact_rules(), {{0s, 'a'}, {30s, 'o'}, {40s, 'o'}, {50s, 'o'}, {60s, 'o'}}), "OHHCC");
}

TEST(HalfOpen, AFailedProbeOpensItForTheNextLongerTime) {
  const Rules rules = exact_rules();
  EXPECT_EQ(states(rules, {{0s, 'a'}, {30s, 'o'}, {40s, 'o'}, {50s, 'f'}}), "OHHO");
  EXPECT_EQ(states(rules, {{0s, 'a'}, {30s, 'f'}, {90s - 1us, 'o'}, {90s, 'o'}}), "OOOH");
  EXPECT_EQ(states(rules, {{0s, 'a'}, {30s, 'f'}, {90s, 'f'}, {210s - 1us, 'o'}, {210s, 'o'}}), "OOOOH");
}

TEST(HalfOpen, AtTheDeadlineItClosesWhereOneSucceeded) {
  const Rules rules = exact_rules();
  EXPECT_EQ(states(rules, {{0s, 'a'}, {30s, 'o'}, {330s - 1us, 'p'}, {330s, 'p'}}), "OHHC");
  EXPECT_EQ(states(rules, {{0s, 'a'}, {30s, 'o'}, {330s - 1us, 'o'}, {330s, 'p'}}), "OHHC");
  EXPECT_EQ(states(rules, {{0s, 'a'}, {1h, 'o'}, {2h, 'o'}}), "OHC");  // hourly, with three probes
  EXPECT_EQ(states(rules, {{0s, 'a'}, {1h, 'o'}, {2h, 's'}}), "OHC");
  EXPECT_EQ(states(rules, {{0s, 'a'}, {1h, 'o'}, {2h, 'f'}}), "OHO");  // that cycle is still a probe
}

TEST(HalfOpen, AtTheDeadlineItOpensForTheSameTimeWhereNoneSucceeded) {
  const Rules rules = exact_rules();
  EXPECT_EQ(states(rules, {{0s, 'a'}, {30s, 's'}, {330s, 'p'}, {360s - 1us, 'o'}, {360s, 'o'}}), "OHOOH");
  EXPECT_EQ(states(rules, {{0s, 'a'}, {1h, 's'}, {2h, 's'}, {2h + 30s - 1us, 'o'}, {2h + 30s, 'o'}}), "OHOOH");
}

TEST(HalfOpen, SlowProbesAreUsedUpAndNeitherFailNorSucceed) {
  const Rules rules = exact_rules();
  EXPECT_EQ(states(rules, {{0s, 'a'}, {30s, 's'}, {40s, 's'}, {50s, 's'}, {80s - 1us, 'o'}, {80s, 'o'}}), "OHHOOH");
  EXPECT_EQ(states(rules, {{0s, 'a'}, {30s, 's'}, {40s, 'o'}, {50s, 's'}}), "OHHC");
}

TEST(Backoff, GrowsWhileItOpensInARowAndResetsAfterAGoodSpell) {
  const Rules rules = exact_rules();
  Circuit circuit;
  Transitions changes;
  Timestamp now = kNoon;
  const auto say = [&](std::string_view script, microseconds step) {
    for (const char what : script) {
      tell(circuit, rules, what, now, changes);
      now += step;
    }
  };
  const auto times = [&] {
    std::vector<microseconds> out;
    for (const auto& change : changes) {
      if (change.to == CircuitState::Open) out.push_back(change.open_for);
    }
    changes.clear();
    return out;
  };
  say("afff", 20min);  // opens, three failed probes
  EXPECT_THAT(times(), ElementsAre(30s, 60s, 120s, 240s));
  say("ooo", 1min);  // closes
  EXPECT_EQ(circuit.state(), CircuitState::Closed);
  say("oooooooofa", 59s);  // 7.9 min of success, a failure, opens: no good spell
  EXPECT_THAT(times(), ElementsAre(480s));
  now += 20min;
  say("ooo", 1min);
  say("oooooofoooooooooa", 59s);  // 9.8 min after the failure
  EXPECT_THAT(times(), ElementsAre(900s));
  now += 20min;
  say("ooo", 1min);
  say("oooooooooooa", 1min);  // a good spell of ten minutes
  EXPECT_THAT(times(), ElementsAre(30s));
}

TEST(Backoff, FailuresAloneAreNoGoodSpellHoweverLongTheyTake) {
  EXPECT_EQ(states(exact_rules(), {{0s, 'a'},
                                   {1min, 'o'},
                                   {2min, 'o'},
                                   {3min, 'o'},
                                   {1h, 'f'},
                                   {2h, 'f'},
                                   {3h, 'f'},
                                   {4h, 'f'},
                                   {5h, 'f'},
                                   {5h + 60s - 1us, 'o'},
                                   {5h + 60s, 'o'}}),
            "OHHCCCCCOOH");
}

TEST(Operator, ClosesOnceAndTheOpenTimeBeginsAnew) {
  const Rules rules = exact_rules();
  EXPECT_EQ(states(rules, {{0s, 'a'}, {1s, 'x'}, {2s, 'o'}}), "OCC");
  EXPECT_EQ(states(rules, {{0s, 'a'}, {30s, 'o'}, {31s, 'x'}}), "OHC");
  EXPECT_EQ(states(rules, {{0s, 'x'}, {1s, 'f'}}), "CC");
  EXPECT_EQ(states(rules, {{0s, 'a'}, {30s, 'f'}, {31s, 'x'}, {32s, 'a'}, {62s - 1us, 'o'}, {62s, 'o'}}), "OOCOOH");
  EXPECT_EQ(states(rules, every_10s("ffffxf")), "CCCCCO");  // of a closed one it only forgets the open times
}

TEST(Transitions, AreToldInOrderWithTheirNumbers) {
  const Rules rules = exact_rules();
  Circuit circuit;
  Transitions changes;
  for (int i = 0; i < 5; ++i) tell(circuit, rules, 'f', kNoon + i * 1s, changes);
  EXPECT_THAT(changes, ElementsAre(Transition{CircuitState::Closed, CircuitState::Open, 30s,
                                              "5 of 5 calls failed, the last one: timeout"}));
  changes.clear();
  tell(circuit, rules, 'f', kNoon + 1min, changes);
  EXPECT_THAT(changes,
              ElementsAre(Transition{CircuitState::Open, CircuitState::HalfOpen, 0s, "its open time is over"},
                          Transition{CircuitState::HalfOpen, CircuitState::Open, 60s, "a probe failed: timeout"}));
  changes.clear();
  for (int i = 2; i < 5; ++i) tell(circuit, rules, 'o', kNoon + i * 1min, changes);
  EXPECT_THAT(changes, ElementsAre(Transition{CircuitState::Open, CircuitState::HalfOpen, 0s, "its open time is over"},
                                   Transition{CircuitState::HalfOpen, CircuitState::Closed, 0s, "3 probes succeeded"}));
  EXPECT_EQ(circuit.trips(), 2U);
  changes.clear();
  tell(circuit, rules, 'p', kNoon + 5min, changes);
  tell(circuit, rules, 'o', kNoon + 6min, changes);
  EXPECT_THAT(changes, IsEmpty());
}

TEST(Blocking, IsOpenAndItsTimeIsNotOver) {
  const Rules rules = exact_rules();
  Circuit circuit;
  Transitions changes;
  EXPECT_FALSE(circuit.is_blocking(kNoon));
  tell(circuit, rules, 'a', kNoon, changes);
  EXPECT_TRUE(circuit.is_blocking(kNoon));
  EXPECT_TRUE(circuit.is_blocking(kNoon + 30s - 1us));
  EXPECT_FALSE(circuit.is_blocking(kNoon + 30s));
  EXPECT_EQ(circuit.state(), CircuitState::Open);  // the records of the first probe pass; the state waits for a scrape
  tell(circuit, rules, 'o', kNoon + 30s, changes);
  EXPECT_FALSE(circuit.is_blocking(kNoon + 30s));
}

TEST(Strain, GrowsTowardsTheRateThatOpens) {
  const Rules rules = exact_rules();
  const auto strain = [&](std::string_view script) {
    Circuit circuit;
    Transitions changes;
    for (const Step& step : every_10s(script)) tell(circuit, rules, step.what, kNoon + step.at, changes);
    return circuit.strain(rules, kNoon + 1h);
  };
  EXPECT_DOUBLE_EQ(strain(""), 0);
  EXPECT_DOUBLE_EQ(strain("oooooooooo"), 0);
  EXPECT_DOUBLE_EQ(strain("f"), 0.4);  // 1 of the 2.5 that 5 calls take
  EXPECT_DOUBLE_EQ(strain("ff"), 0.8);
  EXPECT_DOUBLE_EQ(strain("ooooooooff"), 0.4);
  EXPECT_DOUBLE_EQ(strain("ooooooosss"), 0.3);
  EXPECT_DOUBLE_EQ(strain("ffff"), 1);
  EXPECT_DOUBLE_EQ(strain("fffff"), 0);  // open
}

TEST(Restart, GoesOnWhereItWas) {
  const Rules rules = exact_rules();
  for (const std::string_view script : {"oofo", "fffff", "aoo", "affo", "asss", "aooooffooof", "axof"}) {
    Circuit without;
    Circuit with;
    for (const Step& step : every_10s(script)) {
      Transitions expected;
      Transitions changes;
      tell(without, rules, step.what, kNoon + step.at, expected);
      tell(with, rules, step.what, kNoon + step.at, changes);
      EXPECT_EQ(changes, expected) << script;
      const auto restored = Circuit::restore(with.store({}));
      ASSERT_TRUE(restored);
      EXPECT_EQ(restored->store({}), without.store({})) << script;
      with = *restored;
    }
  }
}

TEST(Restart, TimesMoveToTheHostsClock) {
  const Rules rules = exact_rules();
  Circuit circuit;
  Transitions changes;
  tell(circuit, rules, 'a', kNoon, changes);
  tell(circuit, rules, 'o', kNoon + 30s, changes);
  const auto stored = circuit.store(1h);
  EXPECT_EQ(stored.opened_at, kNoon + 1h);
  EXPECT_EQ(stored.broken_since, kNoon + 1h);
  EXPECT_EQ(stored.half_open_since, kNoon + 1h + 30s);
  EXPECT_EQ(stored.good_since, kNoon + 1h);
  EXPECT_EQ(stored.open_for, 30s);
  EXPECT_EQ(stored.probes, 1U);
  EXPECT_EQ(stored.successes, 1U);
}

TEST(Restart, ADamagedWindowIsRefused) {
  state::StoredCircuit stored;
  stored.window = "what";
  EXPECT_EQ(Circuit::restore(stored).error().kind, ErrorKind::Malformed);
}

}  // namespace
}  // namespace dbi::circuit
