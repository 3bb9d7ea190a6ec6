// What a reader makes of circuits and overrides: table by table, at moments around the turns.
// SPDX-License-Identifier: Apache-2.0
#include "circuit/view.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "state/scratch_folder.hpp"

namespace dbi::circuit {
namespace {

using namespace std::chrono_literals;
using state::CircuitState;
using state::Override;
using state::StoredCircuit;

constexpr Timestamp kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + 12h};

StoredCircuit open_circuit(microseconds open_for = 30s) {
  StoredCircuit circuit;
  circuit.state = CircuitState::Open;
  circuit.opened_at = kNoon;
  circuit.open_for = open_for;
  circuit.reason = "5 of 5 calls failed";
  return circuit;
}

StoredCircuit half_open_circuit() {
  StoredCircuit circuit = open_circuit();
  circuit.state = CircuitState::HalfOpen;
  circuit.half_open_since = kNoon + 30s;
  return circuit;
}

StoredCircuit closed_circuit(double strain = 0) {
  StoredCircuit circuit;
  circuit.strain = strain;
  return circuit;
}

TEST(Standing, FollowsTheCircuitAndItsTime) {
  const StoredCircuit open = open_circuit();
  const StoredCircuit half_open = half_open_circuit();
  const StoredCircuit closed = closed_circuit();
  EXPECT_EQ(standing_of(nullptr, nullptr, kNoon), Standing{});
  EXPECT_EQ(standing_of(&closed, nullptr, kNoon), Standing{});
  EXPECT_EQ(standing_of(&open, nullptr, kNoon), (Standing{CircuitState::Open, kNoon + 30s, false, open.reason}));
  EXPECT_EQ(standing_of(&open, nullptr, kNoon + 30s - 1us).state, CircuitState::Open);
  EXPECT_EQ(standing_of(&open, nullptr, kNoon + 30s).state, CircuitState::HalfOpen);
  EXPECT_EQ(standing_of(&half_open, nullptr, kNoon).state, CircuitState::HalfOpen);
}

TEST(Standing, AClockThatWasSetBackBlocksNoLongerThanTwiceTheOpenTime) {
  const StoredCircuit open = open_circuit();
  EXPECT_EQ(standing_of(&open, nullptr, kNoon - 30s).state, CircuitState::Open);
  EXPECT_EQ(standing_of(&open, nullptr, kNoon - 30s - 1us).state, CircuitState::HalfOpen);
}

TEST(Standing, AnOverrideWins) {
  const StoredCircuit closed = closed_circuit();
  const Override open{Override::Order::Open, kNoon, kNoon + 1h, "upgrade"};
  for (const auto* circuit : {static_cast<const StoredCircuit*>(nullptr), &closed}) {
    EXPECT_EQ(standing_of(circuit, &open, kNoon), (Standing{CircuitState::Open, kNoon + 1h, true, "upgrade"}));
    EXPECT_EQ(standing_of(circuit, &open, kNoon + 1h), Standing{});
  }
  const StoredCircuit half_open = half_open_circuit();
  EXPECT_EQ(standing_of(&half_open, &open, kNoon + 1min).state, CircuitState::Open);
  EXPECT_EQ(standing_of(&half_open, &open, kNoon + 1h).state, CircuitState::HalfOpen);
  const Override for_good{Override::Order::Open, kNoon, std::nullopt, ""};
  EXPECT_EQ(standing_of(nullptr, &for_good, kNoon + 24h * 365), (Standing{CircuitState::Open, std::nullopt, true, ""}));
}

TEST(Standing, CloseClosesWhatOpenedBeforeItAndNothingLater) {
  const StoredCircuit open = open_circuit();
  const StoredCircuit half_open = half_open_circuit();
  const Override later{Override::Order::Close, kNoon + 10s, std::nullopt, ""};
  EXPECT_EQ(standing_of(&open, &later, kNoon + 11s).state, CircuitState::Closed);
  EXPECT_EQ(standing_of(&half_open, &later, kNoon + 11s).state, CircuitState::Closed);
  const Override at_once{Override::Order::Close, kNoon, std::nullopt, ""};
  EXPECT_EQ(standing_of(&open, &at_once, kNoon + 11s).state, CircuitState::Closed);
  const Override earlier{Override::Order::Close, kNoon - 1us, std::nullopt, ""};
  EXPECT_EQ(standing_of(&open, &earlier, kNoon + 11s).state, CircuitState::Open);
  EXPECT_EQ(standing_of(nullptr, &later, kNoon + 11s), Standing{});
}

TEST(View, ATargetIsReadAsItsCircuitAndTheHostsAllow) {
  const View quiet({{"main", closed_circuit()}}, {});
  EXPECT_EQ(quiet.target("main", kNoon).admission, Admission::Full);
  EXPECT_EQ(quiet.target("other", kNoon).admission, Admission::Full);

  const View open({{"main", open_circuit()}}, {});
  EXPECT_EQ(open.target("main", kNoon).admission, Admission::Skip);
  EXPECT_EQ(open.target("main", kNoon).key, "main");
  EXPECT_EQ(open.target("main", kNoon + 30s).admission, Admission::Probe);
  EXPECT_EQ(open.target("other", kNoon).admission, Admission::Full);

  const View host({{"@host", open_circuit(60s)}, {"main", open_circuit(30s)}}, {});
  EXPECT_EQ(host.target("other", kNoon).key, "@host");
  EXPECT_EQ(host.target("main", kNoon).key, "main");
  EXPECT_EQ(host.target("main", kNoon + 30s).admission, Admission::Skip);
  EXPECT_EQ(host.target("main", kNoon + 30s).key, "@host");
  EXPECT_EQ(host.target("main", kNoon + 60s).admission, Admission::Probe);
}

TEST(View, ATargetThatOnlyAnOverrideNamesIsSkippedToo) {
  const View view({}, {{"main", {Override::Order::Open, kNoon, std::nullopt, "upgrade"}}});
  const Verdict verdict = view.target("main", kNoon);
  EXPECT_EQ(verdict.admission, Admission::Skip);
  EXPECT_EQ(verdict.standing.why, "upgrade");
}

TEST(View, ReliefGoesByTheStrainOfClosedCircuits) {
  const auto relief = [](double own, double host) {
    return View({{"main", closed_circuit(own)}, {"@host", closed_circuit(host)}}, {}).relief("main", kNoon);
  };
  EXPECT_EQ(relief(0, 0), Relief::None);
  EXPECT_EQ(relief(0.49, 0.2), Relief::None);
  EXPECT_EQ(relief(0.5, 0), Relief::LongerInterval);
  EXPECT_EQ(relief(0, 0.6), Relief::LongerInterval);
  EXPECT_EQ(relief(0.75, 0.6), Relief::FewerKinds);
  EXPECT_EQ(View({{"main", half_open_circuit()}}, {}).relief("main", kNoon), Relief::None);
  EXPECT_EQ(View().relief("main", kNoon), Relief::None);
}

TEST(View, GivesTheAdvisedTimeoutOfTheTarget) {
  StoredCircuit circuit = closed_circuit();
  circuit.timeout = 7s;
  const View view({{"main", circuit}}, {});
  EXPECT_EQ(view.timeout("main"), 7s);
  EXPECT_EQ(view.timeout("other"), std::nullopt);
}

TEST(View, IsReadFromBothFiles) {
  const state::ScratchFolder folder;
  ASSERT_TRUE(state::store_circuits(folder / "circuits.json", {{"main", open_circuit()}}));
  ASSERT_TRUE(
      state::store_overrides(folder / "overrides.json", {{"main", {Override::Order::Close, kNoon, std::nullopt, ""}}}));
  const auto loaded = load_view(folder / "circuits.json", folder / "overrides.json");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->view.target("main", kNoon).admission, Admission::Full);
  EXPECT_TRUE(loaded->damages.empty());

  const auto none = load_view(folder / "no", folder / "none");
  ASSERT_TRUE(none);
  EXPECT_EQ(none->view.target("main", kNoon).admission, Admission::Full);
}

TEST(View, DamageOfAFileIsToldAndTheOtherOneHolds) {
  const state::ScratchFolder folder;
  std::ofstream(folder / "overrides.json") << "{";
  ASSERT_TRUE(state::store_circuits(folder / "circuits.json", {{"main", open_circuit()}}));
  const auto loaded = load_view(folder / "circuits.json", folder / "overrides.json");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->damages.size(), 1U);
  EXPECT_EQ(loaded->view.target("main", kNoon).admission, Admission::Skip);
}

}  // namespace
}  // namespace dbi::circuit
