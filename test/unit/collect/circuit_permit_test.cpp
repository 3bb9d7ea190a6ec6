// What circuits and overrides leave to a target's next cycle, case by case.
// SPDX-License-Identifier: Apache-2.0
#include "collect/circuit_permit.hpp"

#include <gmock/gmock.h>

#include <utility>

#include "collect/database_reader.hpp"

namespace dbi::collect {
namespace {

using namespace std::chrono_literals;
using state::CircuitState;
using state::Override;
using state::StoredCircuit;

constexpr Timestamp kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + 12h};

StoredCircuit circuit(CircuitState state) {
  StoredCircuit out;
  out.state = state;
  if (state == CircuitState::Closed) return out;
  out.opened_at = kNoon;
  out.open_for = 30s;
  if (state == CircuitState::HalfOpen) out.half_open_since = kNoon + 30s;
  out.reason = "5 of 5 calls failed";
  return out;
}

StoredCircuit strained(double strain) {
  auto out = circuit(CircuitState::Closed);
  out.strain = strain;
  return out;
}

CircuitPermit permit(state::Circuits circuits, Timestamp now, state::Overrides overrides = {},
                     std::optional<microseconds> longest = {}) {
  return permit_for(circuit::View(std::move(circuits), std::move(overrides)), "main", now, longest);
}

TEST(CircuitPermit, AllowsEverythingWhereNothingIsSaid) {
  EXPECT_EQ(permit({}, kNoon), CircuitPermit{});
  EXPECT_EQ(permit({{"other", circuit(CircuitState::Open)}, {"main2", circuit(CircuitState::Open)}}, kNoon),
            CircuitPermit{});
}

TEST(CircuitPermit, SkipsUntilTheTimeIsOverAndThenTriesInFull) {
  const state::Circuits open{{"main", circuit(CircuitState::Open)}};
  EXPECT_EQ(permit(open, kNoon + 30s - 1us).skip,
            "circuit main is open until 2026-11-25T12:00:30.000000Z: 5 of 5 calls failed");
  EXPECT_EQ(permit(open, kNoon + 30s), CircuitPermit{}) << "also where no dbi-breaker runs that would say half-open";
  EXPECT_EQ(permit({{"main", circuit(CircuitState::HalfOpen)}}, kNoon), CircuitPermit{});
}

TEST(CircuitPermit, TheHostsCircuitSkipsEveryTarget) {
  EXPECT_EQ(permit({{"@host", circuit(CircuitState::Open)}}, kNoon).skip,
            "circuit @host is open until 2026-11-25T12:00:30.000000Z: 5 of 5 calls failed");
}

// Every reading is of the whole server, so that none can leave a database out.
TEST(CircuitPermit, ACircuitOfOneDatabaseKeepsNoServerFromBeingRead) {
  EXPECT_EQ(permit({{"main/app", circuit(CircuitState::Open)}}, kNoon), CircuitPermit{});
}

TEST(CircuitPermit, AnOperatorsWordWinsWithoutACircuitToo) {
  const Override open{Override::Order::Open, kNoon, {}, "migration"};
  EXPECT_EQ(permit({}, kNoon, {{"main", open}}).skip,
            "circuit main is held open until it is closed by an operator: migration");
  const Override an_hour{Override::Order::Open, kNoon, kNoon + 1h, ""};
  EXPECT_EQ(permit({}, kNoon, {{"main", an_hour}}).skip,
            "circuit main is held open until 2026-11-25T13:00:00.000000Z by an operator");
  EXPECT_EQ(permit({}, kNoon + 1h, {{"main", an_hour}}), CircuitPermit{});
  const Override close{Override::Order::Close, kNoon + 1s, {}, ""};
  EXPECT_EQ(permit({{"main", circuit(CircuitState::Open)}}, kNoon + 2s, {{"main", close}}), CircuitPermit{});
}

TEST(CircuitPermit, TroubleFirstLengthensTheIntervalThenShedsKinds) {
  const auto relief = [](double strain) {
    const auto one = permit({{"main", strained(strain)}}, kNoon);
    return std::pair(one.longer_interval, one.fewer_kinds);
  };
  EXPECT_EQ(relief(0.49), std::pair(false, false));
  EXPECT_EQ(relief(0.5), std::pair(true, false));
  EXPECT_EQ(relief(0.75), std::pair(true, true));
}

TEST(CircuitPermit, TheAdvisedTimeLimitIsBounded) {
  const auto limit = [](microseconds advised, std::optional<microseconds> longest) {
    StoredCircuit advising;
    advising.timeout = advised;
    return permit({{"main", advising}}, kNoon, {}, longest).statement_timeout;
  };
  EXPECT_EQ(permit({{"main", circuit(CircuitState::Closed)}}, kNoon).statement_timeout, std::nullopt);
  EXPECT_EQ(limit(8s, {}), 8s);
  EXPECT_EQ(limit(8s, 2s), 2s) << "somebody configured no more";
  EXPECT_EQ(limit(1s, 2s), 1s);
  EXPECT_EQ(limit(0s, {}), kShortestTimeout) << "0 would be no limit to the server";
  EXPECT_EQ(limit(48h, {}), kLongestTimeout);
}

}  // namespace
}  // namespace dbi::collect
