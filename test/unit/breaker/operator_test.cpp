// Operators' commands on a folder, without a running dbi-breaker.
// SPDX-License-Identifier: Apache-2.0
#include "breaker/operator.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "breaker/lines.hpp"
#include "state/circuits.hpp"
#include "state/overrides.hpp"
#include "state/scratch_folder.hpp"

namespace dbi::breaker {
namespace {

using state::Override;
using ::testing::HasSubstr;
using ::testing::Not;

state::StoredCircuit stored_open(Timestamp at, microseconds open_for) {
  state::StoredCircuit out;
  out.state = state::CircuitState::Open;
  out.opened_at = at;
  out.open_for = open_for;
  out.reason = "5 of 5 calls failed";
  out.trips = 3;
  return out;
}

class OperatorTest : public ::testing::Test {
 protected:
  OperatorTest() : folder_(*state::StateFolder::open({scratch_.path().string(), "default"})) {
    state::StoredCircuit half_open = stored_open(kNoon - 1h, 30s);
    half_open.state = state::CircuitState::HalfOpen;
    half_open.half_open_since = kNoon - 1min;
    half_open.probes = 2;
    half_open.successes = 1;
    EXPECT_TRUE(state::store_circuits(folder_.circuits(), {{"main", stored_open(kNoon, 30s)},
                                                           {"main/app", {}},
                                                           {"main/other", half_open},
                                                           {"second", stored_open(kNoon - 1h, 30s)}}));
  }

  state::Overrides overrides() { return state::load_overrides(folder_.overrides())->overrides; }

  state::ScratchFolder scratch_;
  state::StateFolder folder_;
  FakeClock clock_;
};

TEST_F(OperatorTest, StatusHasALineForEachCircuitThatMatters) {
  const std::string text = *show_status(folder_, kNoon + 10s);
  EXPECT_EQ(text, "folder " + folder_.path().string() +
                      "\n"
                      "main        open       3 trips  until 2026-11-25T12:00:30Z (20 s left): 5 of 5 calls failed\n"
                      "main/other  half_open  3 trips  1 of 2 probes succeeded: 5 of 5 calls failed\n"
                      "second      half_open  3 trips  its open time is over, the next cycle is a probe: 5 of 5 calls "
                      "failed\n"
                      "closed circuits of databases: 1\n");
}

TEST_F(OperatorTest, StatusOfAnEmptyFolderSaysSo) {
  std::filesystem::remove(folder_.circuits());
  EXPECT_THAT(*show_status(folder_, kNoon), HasSubstr("no circuits yet\n"));
}

TEST_F(OperatorTest, StatusKeepsControlCharactersFromTheTerminal) {
  state::StoredCircuit circuit = stored_open(kNoon, 30s);
  circuit.reason = "\x1b[2J";
  ASSERT_TRUE(state::store_circuits(folder_.circuits(), {{"a\x1b[1m", circuit}}));
  EXPECT_THAT(*show_status(folder_, kNoon), Not(HasSubstr("\x1b")));
}

TEST_F(OperatorTest, DamageIsToldAndDoesNotStandInTheWay) {
  state::write_plainly(folder_.circuits(), "{");
  EXPECT_THAT(*show_status(folder_, kNoon), HasSubstr("circuits.json is damaged (no JSON from byte 2 on)"));
  EXPECT_TRUE(std::filesystem::exists(folder_.circuits()));  // who looks moves nothing
  state::write_plainly(folder_.overrides(), "{");
  EXPECT_THAT(*open_circuit(folder_, {"@host", 1h, ""}, clock_), HasSubstr("overrides.json was damaged"));
  EXPECT_EQ(overrides().size(), 1U);
}

TEST_F(OperatorTest, OpenWritesAnOverrideAndNamesTheFolder) {
  const auto said = open_circuit(folder_, {"main/app", 1h, "upgrade"}, clock_);
  ASSERT_TRUE(said);
  EXPECT_EQ(*said, "folder " + folder_.path().string() + "\nmain/app is open until 2026-11-25T13:00:00Z\n");
  EXPECT_EQ(overrides(), (state::Overrides{{"main/app", {Override::Order::Open, kNoon, kNoon + 1h, "upgrade"}}}));
  ASSERT_TRUE(open_circuit(folder_, {"main", std::nullopt, ""}, clock_));
  EXPECT_EQ(overrides().size(), 2U);
  EXPECT_EQ(overrides().at("main").until, std::nullopt);
}

TEST_F(OperatorTest, CloseTakesThePlaceOfOpen) {
  ASSERT_TRUE(open_circuit(folder_, {"main", 1h, ""}, clock_));
  clock_.time += 1min;
  ASSERT_TRUE(close_circuit(folder_, "main", clock_));
  EXPECT_EQ(overrides(), (state::Overrides{{"main", {Override::Order::Close, clock_.time, std::nullopt, ""}}}));
}

TEST_F(OperatorTest, WhatIsOverIsForgotten) {
  ASSERT_TRUE(open_circuit(folder_, {"main/app", 1min, ""}, clock_));
  ASSERT_TRUE(close_circuit(folder_, "main", clock_));
  ASSERT_TRUE(close_circuit(folder_, "main/app", clock_));
  ASSERT_TRUE(open_circuit(folder_, {"second", 1min, ""}, clock_));
  clock_.time += 1h;
  ASSERT_TRUE(open_circuit(folder_, {"@host", std::nullopt, ""}, clock_));
  // `close main` still holds: circuits.json says that it is open, since before.
  ASSERT_EQ(overrides().size(), 2U);
  EXPECT_EQ(overrides().count("main"), 1U);
  EXPECT_EQ(overrides().count("@host"), 1U);
}

TEST_F(OperatorTest, AnUnknownKeyIsRefusedWithTheNearest) {
  for (const auto* key : {"man", "main/ap", "secnd", "nothing", "main/never", "", "/app", "@hots"}) {
    const auto said = open_circuit(folder_, {key, 1h, ""}, clock_);
    ASSERT_FALSE(said) << key;
    EXPECT_EQ(said.error().kind, ErrorKind::Usage) << key;
    EXPECT_FALSE(said.error().hint.empty()) << key;
  }
  EXPECT_EQ(close_circuit(folder_, "man", clock_).error().hint, "Did you mean main?");
  EXPECT_TRUE(overrides().empty());
}

TEST_F(OperatorTest, ATargetThatLeftTracesIsKnown) {
  for (const auto* path : {"baselines/b.json", "texts/t.lz4", "acks/a/dbi-export"}) {
    std::filesystem::create_directories((folder_.path() / path).parent_path());
    std::ofstream(folder_.path() / path) << "x";
  }
  for (const auto* key : {"b", "t", "a", "a/any database", "second/any"}) {
    EXPECT_TRUE(open_circuit(folder_, {key, 1h, ""}, clock_)) << key;
  }
}

// One slip where no database is known must not make the right name unknown.
TEST_F(OperatorTest, WhatAnOperatorSaidMakesNoDatabaseKnown) {
  ASSERT_TRUE(open_circuit(folder_, {"second/nosuch", 1h, ""}, clock_));
  EXPECT_TRUE(open_circuit(folder_, {"second/app", 1h, ""}, clock_));
  EXPECT_TRUE(close_circuit(folder_, "second/nosuch", clock_));
}

TEST_F(OperatorTest, APipelineThatNobodyRunsIsRefused) {
  const auto none = [](const std::string&) -> std::optional<std::string> { return std::nullopt; };
  EXPECT_TRUE(find_folder({scratch_.path().string(), "default"}, none));
  const auto refused = find_folder({scratch_.path().string(), "other"}, none);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Usage);
  EXPECT_EQ(refused.error().hint, "There are: default.");
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "other"));
}

}  // namespace
}  // namespace dbi::breaker
