// What is kept on disk and when, and what operators' overrides do to the circuits of a run.
// SPDX-License-Identifier: Apache-2.0
#include "breaker/keeper.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "breaker/lines.hpp"
#include "state/folder.hpp"
#include "state/scratch_folder.hpp"

namespace dbi::breaker {
namespace {

using state::Override;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class KeeperTest : public ::testing::Test {
 protected:
  KeeperTest() : folder_(*state::StateFolder::open({scratch_.path().string(), "default"})) {}

  Keeper open() { return {CircuitFiles(folder_, "dbi-breaker"), clock_, log_}; }

  // Reads what there is, and hands it to the panel as records of its targets come.
  void start(Keeper& keeper, Panel& panel) {
    panel.on_new_target([&](std::string_view name) { keeper.hand_over(panel, name); });
    ASSERT_TRUE(keeper.load(panel));
  }

  bool note(Panel& panel, std::string_view target, std::string_view database = {}) {
    return panel.note(lines_.parse(data(clock_.time, target, database)), clock_.time, clock_.time);
  }

  void store(Keeper& keeper, Panel& panel) {
    keeper.touch(true);
    ASSERT_TRUE(keeper.store(panel));
  }

  state::Circuits stored() { return state::load_circuits(folder_.circuits())->circuits; }

  static state::StoredCircuit open_for(Timestamp opened_at, microseconds time) {
    state::StoredCircuit out;
    out.state = state::CircuitState::Open;
    out.opened_at = opened_at;
    out.open_for = time;
    return out;
  }

  void give(const state::Overrides& overrides) { ASSERT_TRUE(state::store_overrides(folder_.overrides(), overrides)); }

  // "main forced" or "main/app closed" for each change of a look.
  std::vector<std::string> look(Keeper& keeper, Panel& panel) {
    std::vector<Change> changes;
    keeper.look(panel, changes);
    std::vector<std::string> out;
    for (const auto& change : changes) {
      const bool forced = change.what == Change::What::Forced;
      const std::string word = change.what == Change::What::State ? "closed" : forced ? "forced" : "released";
      out.push_back(change.target + (change.of_database ? "/" + change.database : "") + " " + word);
    }
    return out;
  }

  void break_target(Panel& panel, std::string_view target) {
    std::vector<Change> changes;
    panel.note_error(lines_.parse(error(clock_.time, target, "authentication")));
    panel.scrape(lines_.parse(scrape(clock_.time, target, "failed")), clock_.time, clock_.time, changes);
    ASSERT_EQ(changes.size(), 1U);
  }

  [[nodiscard]] bool is_stored() const { return std::filesystem::exists(folder_.circuits()); }

  state::ScratchFolder scratch_;
  state::StateFolder folder_;
  FakeClock clock_;
  Log log_{"dbi-breaker", LogLevel::Error, -1};
  Settings settings_;
  Lines lines_;
  std::vector<Change> changes_;
};

TEST_F(KeeperTest, KeepsTheCircuitsFromRunToRun) {
  {
    Keeper keeper = open();
    Panel panel(settings_, &clock_, nullptr);
    start(keeper, panel);
    break_target(panel, "main");
    keeper.touch(true);
    ASSERT_TRUE(keeper.store(panel));
  }
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  start(keeper, panel);
  EXPECT_EQ(panel.broken() + keeper.others_broken(panel), 1U);
  EXPECT_TRUE(note(panel, "main"));
  EXPECT_EQ(panel.broken(), 1U);
  EXPECT_EQ(keeper.others(), 0U);
}

TEST_F(KeeperTest, AChangeIsStoredSoonMereCallsLater) {
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  clock_.time += 1h;
  keeper.touch(true);
  keeper.store_when_due(panel, clock_.monotonic());
  ASSERT_TRUE(is_stored());
  const auto restart = [&](bool changed) {
    std::filesystem::remove(folder_.circuits());
    keeper.touch(changed);
  };
  const auto seconds_until_stored = [&] {
    for (int i = 0; i < 20; ++i) {
      keeper.store_when_due(panel, clock_.monotonic());
      if (is_stored()) return i;
      clock_.time += 1s;
    }
    return -1;
  };
  restart(true);
  EXPECT_EQ(seconds_until_stored(), 1);
  restart(false);
  EXPECT_EQ(seconds_until_stored(), 10);
  std::filesystem::remove(folder_.circuits());
  EXPECT_EQ(seconds_until_stored(), -1);  // nothing has happened
}

TEST_F(KeeperTest, AnOverrideIsTakenOverToldOnceAndEnds) {
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  EXPECT_THAT(look(keeper, panel), IsEmpty());
  give({{"main", {Override::Order::Open, kNoon, kNoon + 1h, "why"}}, {"a/b", {Override::Order::Open, kNoon, {}, ""}}});
  EXPECT_THAT(look(keeper, panel), ElementsAre("a/b forced", "main forced"));
  EXPECT_THAT(look(keeper, panel), IsEmpty());
  EXPECT_TRUE(panel.is_forced("main"));
  clock_.time += 1h;
  EXPECT_THAT(look(keeper, panel), ElementsAre("main released"));
  give({{"a/b", {Override::Order::Close, clock_.time, {}, ""}}});
  EXPECT_THAT(look(keeper, panel), ElementsAre("a/b released"));
  EXPECT_EQ(panel.broken(), 0U);
  give({{"a/b", {Override::Order::Open, clock_.time, {}, ""}}});
  EXPECT_THAT(look(keeper, panel), ElementsAre("a/b forced"));
  give({});
  EXPECT_THAT(look(keeper, panel), ElementsAre("a/b released"));
}

TEST_F(KeeperTest, ANewerWordOnTheSameKeyIsToldAgain) {
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  give({{"main", {Override::Order::Open, kNoon, kNoon + 1h, "first"}}});
  EXPECT_THAT(look(keeper, panel), ElementsAre("main forced"));
  give({{"main", {Override::Order::Open, kNoon + 1min, kNoon + 2h, "second"}}});
  EXPECT_THAT(look(keeper, panel), ElementsAre("main forced"));
  clock_.time += 1h;
  EXPECT_THAT(look(keeper, panel), IsEmpty());
}

TEST_F(KeeperTest, WhatWasToldIsRememberedBetweenRuns) {
  std::string told;
  give({{"main", {Override::Order::Open, kNoon, kNoon + 1h, ""}}});
  {
    Keeper keeper = open();
    Panel panel(settings_, &clock_, nullptr);
    look(keeper, panel);
    keeper.save_told(told);
  }
  for (const auto& [later, expected] :
       {std::pair<microseconds, std::vector<std::string>>{10min, {}}, {2h, {"main released"}}}) {
    Keeper keeper = open();
    Panel panel(settings_, &clock_, nullptr);
    std::istringstream in(told);
    for (std::string line; std::getline(in, line);) EXPECT_TRUE(keeper.load_line(lines_.parse(line)));
    clock_.time = kNoon + later;
    EXPECT_EQ(look(keeper, panel), expected);
    EXPECT_EQ(panel.is_forced("main"), later < 1h);
  }
}

TEST_F(KeeperTest, ACloseClosesWhatAnEarlierRunOpened) {
  {
    Keeper keeper = open();
    Panel panel(settings_, &clock_, nullptr);
    break_target(panel, "main");
    keeper.touch(true);
    ASSERT_TRUE(keeper.store(panel));
  }
  clock_.time += 1s;
  give({{"main", {Override::Order::Close, clock_.time, {}, ""}}});
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  start(keeper, panel);
  EXPECT_FALSE(note(panel, "main"));  // before anybody has looked
  EXPECT_THAT(look(keeper, panel), ElementsAre("main closed"));
  clock_.time += 1s;
  break_target(panel, "main");
  EXPECT_THAT(look(keeper, panel), IsEmpty());
  EXPECT_EQ(panel.broken(), 1U);
}

TEST_F(KeeperTest, DamageIsSetAsideAndToldOnce) {
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  give({{"main", {Override::Order::Open, kNoon, {}, ""}}});
  look(keeper, panel);
  state::write_plainly(folder_.overrides(), "{");
  EXPECT_THAT(look(keeper, panel), ElementsAre("main released"));  // what is damaged says nothing
  EXPECT_EQ(keeper.take_damages().size(), 1U);
  look(keeper, panel);
  EXPECT_THAT(keeper.take_damages(), IsEmpty());
}

TEST_F(KeeperTest, NoneOfTheCircuitsIsBelievedWhereOneCannotBe) {
  state::StoredCircuit damaged;
  damaged.window = "what";
  state::StoredCircuit open_one;
  open_one.state = state::CircuitState::Open;
  open_one.opened_at = kNoon;
  open_one.open_for = 1h;
  ASSERT_TRUE(state::store_circuits(folder_.circuits(), {{"a", open_one}, {"b", damaged}}));
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  start(keeper, panel);
  EXPECT_EQ(keeper.others(), 0U);
  EXPECT_FALSE(note(panel, "a"));
  EXPECT_EQ(keeper.take_damages().size(), 1U);
}

TEST_F(KeeperTest, TwoOfOnePipelineKeepEachOthersCircuits) {
  Keeper first = open();
  Panel one(settings_, &clock_, nullptr);
  start(first, one);
  Keeper second = open();
  Panel other(settings_, &clock_, nullptr);
  start(second, other);
  for (int i = 0; i < 3; ++i) {
    clock_.time += 20min;
    break_target(one, "a" + std::to_string(i));
    first.touch(true);
    ASSERT_TRUE(first.store(one));
    break_target(other, "b" + std::to_string(i));
    second.touch(true);
    ASSERT_TRUE(second.store(other));
  }
  const auto stored = state::load_circuits(folder_.circuits())->circuits;
  for (const auto* key : {"a0", "a1", "a2", "b0", "b1", "b2"}) {
    ASSERT_TRUE(stored.contains(key)) << key;
    EXPECT_EQ(stored.at(key).state, state::CircuitState::Open) << key;
  }
  // Each goes by its own word on its own targets.
  one.close("a0", clock_.time, changes_);
  first.touch(true);
  ASSERT_TRUE(first.store(one));
  second.touch(true);
  ASSERT_TRUE(second.store(other));
  EXPECT_EQ(state::load_circuits(folder_.circuits())->circuits.at("a0").state, state::CircuitState::Closed);
}

// Whatever room each has for its own.
TEST_F(KeeperTest, CircuitsOfOthersTakeNobodysRoom) {
  state::Circuits many;
  for (int i = 0; i < 500; ++i) many["b/db" + std::to_string(i)] = open_for(kNoon, 1h);
  many["b"] = open_for(kNoon, 1h);
  ASSERT_TRUE(state::store_circuits(folder_.circuits(), many));
  settings_.max_circuits = 10;
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  start(keeper, panel);
  for (int i = 0; i < 9; ++i) note(panel, "a", "db" + std::to_string(i));
  break_target(panel, "a");
  for (int i = 0; i < 2; ++i) store(keeper, panel);
  EXPECT_EQ(panel.evictions() + panel.refusals(), 0U);
  const state::Circuits kept = stored();
  EXPECT_EQ(kept.size(), many.size() + 10);
  for (const auto& [key, circuit] : many) ASSERT_EQ(kept.at(key), circuit) << key;
}

TEST_F(KeeperTest, OfTooManyOthersClosedDatabasesGoFirst) {
  state::Circuits many;
  state::StoredCircuit closed;
  closed.window = "o";
  for (int i = 0; i < 300; ++i) many["b/db" + std::to_string(i)] = closed;
  many["b"] = closed;
  many["b/db7"] = open_for(kNoon, 1h);
  ASSERT_TRUE(state::store_circuits(folder_.circuits(), many));
  settings_.max_circuits = 10;
  Keeper keeper(CircuitFiles(folder_, "dbi-breaker"), clock_, log_, 100);
  Panel panel(settings_, &clock_, nullptr);
  start(keeper, panel);
  store(keeper, panel);
  EXPECT_EQ(stored().size(), 100U);
  EXPECT_TRUE(stored().contains("b"));
  EXPECT_TRUE(stored().contains("b/db7"));
}

TEST_F(KeeperTest, UnderPressureOfMemoryClosedOthersGo) {
  state::Circuits many;
  state::StoredCircuit closed;
  closed.window = "o";
  for (int i = 0; i < 2000; ++i) many["b/db" + std::to_string(i)] = closed;
  many["b"] = open_for(kNoon, 1h);
  ASSERT_TRUE(state::store_circuits(folder_.circuits(), many));
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  start(keeper, panel);
  keeper.shrink();
  EXPECT_EQ(keeper.others(), 1500U);
  for (int i = 0; i < 10; ++i) keeper.shrink();
  EXPECT_EQ(keeper.others(), 1000U);
  EXPECT_EQ(keeper.others_broken(panel), 1U);
}

// What it kept of its own targets holds; of those of others what they have written since.
TEST_F(KeeperTest, AResumedRunDoesNotBringBackWhatOthersHaveChanged) {
  state::StoredCircuit closed;
  closed.window = "o";
  ASSERT_TRUE(state::store_circuits(folder_.circuits(), {{"b", closed}, {"b/app", closed}}));
  std::string lines;
  {
    Keeper keeper = open();
    Panel panel(settings_, &clock_, nullptr);
    start(keeper, panel);
    note(panel, "a", "app");
    break_target(panel, "a");
    store(keeper, panel);
    panel.save(lines);
  }
  state::Circuits changed = stored();
  changed["b"] = changed["b/app"] = open_for(kNoon, 1h);
  changed["a"] = {};
  ASSERT_TRUE(state::store_circuits(folder_.circuits(), changed));
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  start(keeper, panel);
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) EXPECT_TRUE(*panel.load_line(lines_.parse(line)));
  store(keeper, panel);
  EXPECT_EQ(stored().at("a").state, state::CircuitState::Open);
  EXPECT_EQ(stored().at("b").state, state::CircuitState::Open);
  EXPECT_TRUE(note(panel, "b", "app"));
}

TEST_F(KeeperTest, WhereThereIsNoRoomOpenCircuitsComeFirstAndStayKept) {
  state::StoredCircuit closed;
  closed.window = "o";
  state::Circuits many{{"a", closed}};
  for (int i = 0; i < 20; ++i) many["a/db" + std::to_string(i)] = closed;
  many["a/y"] = many["a/z"] = open_for(kNoon, 1h);
  for (const std::size_t room : {4U, 2U}) {
    ASSERT_TRUE(state::store_circuits(folder_.circuits(), many));
    settings_.max_circuits = room;
    Keeper keeper = open();
    Panel panel(settings_, &clock_, nullptr);
    start(keeper, panel);
    note(panel, "a");
    EXPECT_TRUE(note(panel, "a", "y")) << room;
    EXPECT_EQ(note(panel, "a", "z"), room == 4);
    EXPECT_EQ(keeper.others(), room == 4 ? 0U : 1U);
    store(keeper, panel);
    for (const auto* key : {"a/y", "a/z"}) EXPECT_EQ(stored().at(key).state, state::CircuitState::Open) << key << room;
  }
}

TEST_F(KeeperTest, ADamagedFileTakesNothingFromARunThatHasReadIt) {
  ASSERT_TRUE(state::store_circuits(folder_.circuits(), {{"b", open_for(kNoon, 1h)}}));
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  start(keeper, panel);
  state::StoredCircuit damaged;
  damaged.window = "what";
  ASSERT_TRUE(state::store_circuits(folder_.circuits(), {{"c", damaged}}));
  store(keeper, panel);
  EXPECT_EQ(stored().at("b").state, state::CircuitState::Open);
  state::write_plainly(folder_.circuits(), "{");
  store(keeper, panel);
  EXPECT_TRUE(stored().contains("b"));
  EXPECT_EQ(keeper.take_damages().size(), 2U);
}

TEST_F(KeeperTest, ACircuitOfOthersThatAnOperatorOpenedCountsOnce) {
  ASSERT_TRUE(state::store_circuits(folder_.circuits(), {{"b", open_for(kNoon, 1h)}, {"c", open_for(kNoon, 1h)}}));
  give({{"b", {Override::Order::Open, kNoon, {}, ""}}});
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  start(keeper, panel);
  look(keeper, panel);
  EXPECT_EQ(panel.broken() + keeper.others_broken(panel), 2U);
}

// It is called between records.
TEST_F(KeeperTest, WhereAnotherWritesItIsStoredLater) {
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  clock_.time += 1h;
  keeper.touch(true);
  {
    const auto lock = state::Lock::acquire(folder_.circuits(), state::this_process("another"));
    ASSERT_TRUE(lock);
    const auto before = std::chrono::steady_clock::now();
    keeper.store_when_due(panel, clock_.monotonic());
    EXPECT_LT(std::chrono::steady_clock::now() - before, 1s);
    EXPECT_FALSE(is_stored());
  }
  clock_.time += 1s;
  keeper.store_when_due(panel, clock_.monotonic());
  EXPECT_TRUE(is_stored());
}

// A newer dbi-breaker wrote it: each store is refused, not only the first.
TEST_F(KeeperTest, ANewerFileStaysAsItIs) {
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  start(keeper, panel);
  break_target(panel, "main");
  const std::string newer = "{\"format\":\"circuits\",\"version\":99}\n";
  std::ofstream(folder_.circuits()) << newer;
  for (int i = 0; i < 2; ++i) {
    keeper.touch(true);
    EXPECT_FALSE(keeper.store(panel));
  }
  std::stringstream content;
  content << std::ifstream(folder_.circuits()).rdbuf();
  EXPECT_EQ(content.str(), newer);
}

TEST_F(KeeperTest, AFaultIsToldOnceUntilItIsOver) {
  const std::filesystem::path told = scratch_ / "told";
  const Descriptor file(::open(told.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR));
  log_ = Log("dbi-breaker", LogLevel::Warning, file.get());
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  const auto times_told = [&](bool works) {
    std::filesystem::remove_all(folder_.circuits());
    if (!works) std::filesystem::create_directories(folder_.circuits() / "no file");
    for (int i = 0; i < 3; ++i) {
      clock_.time += 1h;
      keeper.touch(true);
      keeper.store_when_due(panel, clock_.monotonic());
    }
    std::stringstream content;
    content << std::ifstream(told).rdbuf();
    const std::string text = content.str();
    return std::ranges::count(text, '\n');
  };
  EXPECT_EQ(times_told(true), 0);
  EXPECT_EQ(times_told(false), 1);
  EXPECT_EQ(times_told(true), 1);
  EXPECT_EQ(times_told(false), 2);
}

TEST_F(KeeperTest, AFaultOfTheFolderIsTheEndsFault) {
  Keeper keeper = open();
  Panel panel(settings_, &clock_, nullptr);
  keeper.touch(true);
  std::filesystem::remove_all(folder_.path());
  clock_.time += 1h;
  keeper.store_when_due(panel, clock_.monotonic());  // a run goes on
  EXPECT_EQ(keeper.store(panel).error().kind, ErrorKind::State);
}

}  // namespace
}  // namespace dbi::breaker
