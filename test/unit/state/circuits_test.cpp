// circuits.json reads back what was stored, member by member, and never believes what is damaged.
// SPDX-License-Identifier: Apache-2.0
#include "state/circuits.hpp"

#include <gmock/gmock.h>

#include <string>

#include "state/scratch_folder.hpp"

namespace dbi::state {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + 12h};

Circuits some_circuits() {
  StoredCircuit well;
  well.window = "oooo";
  well.good_since = kNoon;
  well.timeout = 5s;
  StoredCircuit strained = well;
  strained.window = "ooff";
  strained.strain = 0.8;
  strained.openings = 2;
  strained.trips = 7;
  StoredCircuit open;
  open.state = CircuitState::Open;
  open.opened_at = kNoon + 123456us;
  open.open_for = 28500ms;
  open.broken_since = kNoon - 1h;
  open.openings = 1;
  open.trips = 1;
  open.reason = "5 of 5 calls failed";
  StoredCircuit half_open = open;
  half_open.state = CircuitState::HalfOpen;
  half_open.half_open_since = kNoon + 1min;
  half_open.probes = 2;
  half_open.successes = 1;
  return {{"@host", well}, {"main", strained}, {"main/app", open}, {"main/a \"b\"/\xC3\xA9", half_open}};
}

Result<LoadedCircuits> load_text_of(std::string_view circuits) {
  const ScratchFolder folder;
  write_plainly(folder / "c", R"({"format":"circuits","version":1,"circuits":)" + std::string(circuits) + "}");
  return load_circuits(folder / "c");
}

TEST(Circuits, ReadsBackWhatWasStored) {
  const ScratchFolder folder;
  for (const auto& circuits : {Circuits{}, some_circuits()}) {
    ASSERT_TRUE(store_circuits(folder / "circuits.json", circuits));
    const auto loaded = load_circuits(folder / "circuits.json");
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->circuits, circuits);
    EXPECT_FALSE(loaded->damage);
  }
}

TEST(Circuits, AreALineEachOfWhatAppliesToThem) {
  const ScratchFolder folder;
  StoredCircuit well;
  well.window = "oo";
  StoredCircuit open;
  open.state = CircuitState::Open;
  open.opened_at = kNoon;
  open.open_for = 1500ms;
  ASSERT_TRUE(store_circuits(folder / "circuits.json", {{"main", well}, {"main/app", open}}));
  EXPECT_EQ(
      content_of(folder / "circuits.json"),
      "{\n \"format\": \"circuits\",\n \"version\": 1,\n \"circuits\": {\n"
      "  \"main\": {\"state\":\"closed\",\"window\":\"oo\"},\n"
      "  \"main/app\": {\"state\":\"open\",\"opened_at\":\"2026-11-25T12:00:00.000000Z\",\"open_for_ms\":1500.0}\n"
      " }\n}\n");
}

TEST(Circuits, OneReadsBackFromItsText) {
  for (const auto& [key, circuit] : some_circuits()) {
    const auto read = parse_circuit(format_circuit(circuit));
    ASSERT_TRUE(read) << key;
    EXPECT_EQ(*read, circuit) << key;
  }
  for (const auto* text : {"", "{", "7", "{}", R"({"state":"open"})", R"({"state":"closed","window":7})"}) {
    const auto read = parse_circuit(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::Malformed) << text;
  }
}

// A search through all keys for each one would take a minute here.
TEST(Circuits, ManyAreReadInTheTimeThatTheirTextTakes) {
  const ScratchFolder folder;
  Circuits many;
  for (int i = 0; i < 50'000; ++i) many["main/db" + std::to_string(i)] = some_circuits()["main/app"];
  ASSERT_TRUE(store_circuits(folder / "c", many));
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(load_circuits(folder / "c")->circuits.size(), many.size());
  EXPECT_LT(std::chrono::steady_clock::now() - before, 20s);
}

TEST(Circuits, NoFileHasNoCircuits) {
  const ScratchFolder folder;
  const auto loaded = load_circuits(folder / "circuits.json");
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->circuits.empty());
  EXPECT_FALSE(loaded->damage);
}

TEST(Circuits, DamageIsSetAside) {
  for (const auto* circuits :
       {"[1]", "7", R"({"a":7})", R"({"a":[{"state":"closed"}]})", R"({"a":{"state":"closed","window":{}}})",
        R"({"a":{}})", R"({"a":{"state":"ajar"}})", R"({"a":{"state":"open"}})",
        R"({"a":{"state":"half_open","opened_at":"2026-11-25T12:00:00Z"}})",
        R"({"a":{"state":"open","opened_at":"yesterday"}})",
        R"({"a":{"state":"open","opened_at":"2026-11-25T12:00:00Z","open_for_ms":-1}})",
        R"({"a":{"state":"open","opened_at":"2026-11-25T12:00:00Z","open_for_ms":1e300}})",
        R"({"a":{"state":"closed","trips":-1}})", R"({"a":{"state":"closed","trips":1.5}})",
        R"({"a":{"state":"closed","probes":4294967296}})", R"({"a":{"state":"closed","strain":2}})",
        R"({"a":{"state":"closed","window":7}})"}) {
    const auto loaded = load_text_of(circuits);
    ASSERT_TRUE(loaded) << circuits;
    EXPECT_TRUE(loaded->circuits.empty()) << circuits;
    EXPECT_TRUE(loaded->damage) << circuits;
  }
}

TEST(Circuits, OneDamagedCircuitIsNamedAndNoneIsTaken) {
  const auto loaded = load_text_of(R"({"good":{"state":"closed"},"bad":{"state":"ajar"}})");
  ASSERT_TRUE(loaded && loaded->damage);
  EXPECT_TRUE(loaded->circuits.empty());
  EXPECT_THAT(loaded->damage->message, testing::HasSubstr("circuit 'bad': 'ajar' is no state"));
}

TEST(Circuits, ANewerVersionIsLeftAlone) {
  const ScratchFolder folder;
  write_plainly(folder / "c", R"({"format":"circuits","version":2,"circuits":{}})");
  EXPECT_EQ(load_circuits(folder / "c").error().kind, ErrorKind::State);
  EXPECT_TRUE(std::filesystem::exists(folder / "c"));
}

}  // namespace
}  // namespace dbi::state
