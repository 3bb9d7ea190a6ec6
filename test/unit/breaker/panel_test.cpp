// Which records charge which circuit, and whose records are blocked: scripts of records with what must come of them.
// SPDX-License-Identifier: Apache-2.0
#include "breaker/panel.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "breaker/lines.hpp"

namespace dbi::breaker {
namespace {

using circuit::CircuitState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FakeHost final : public resource::HostProbe {
 public:
  resource::HostFigures read() override {
    ++readings;
    return {cpu_pct, std::nullopt, std::nullopt, std::nullopt};
  }
  double cpu_pct = 10;
  int readings = 0;
};

Settings exact_settings() {
  Settings settings;
  settings.rules.backoff.jitter = 0;
  return settings;
}

class PanelTest : public ::testing::Test {
 protected:
  // Hands a record in by its kind. True where it is blocked.
  bool hand(const std::string& line) {
    const record::Record& record = lines_.parse(line);
    std::string scratch;
    const std::string kind(record.text("kind", scratch).value());
    if (kind == "scrape") {
      panel_.scrape(record, now_, now_, changes_);
    } else if (kind == "error") {
      panel_.note_error(record);
    } else if (kind == "dropped") {
      panel_.note_dropped(record);
    } else {
      return panel_.note(record, now_, now_);
    }
    return false;
  }

  // A cycle of `target`: its errors as "class" or "class@database", a record of each database, the scrape.
  void cycle(const std::string& target, const std::string& outcome, const std::vector<std::string>& errors = {},
             const std::vector<std::string>& databases = {}, const std::string& more = R"(,"cycle_ms":12)") {
    for (const auto& each : databases) hand(data(now_, target, each));
    for (const auto& each : errors) {
      const auto at = each.find('@');
      hand(error(now_, target, each.substr(0, at), at == std::string::npos ? "" : each.substr(at + 1)));
    }
    hand(scrape(now_, target, outcome, more));
    advance(10s);
  }

  void advance(microseconds time) {
    now_ += time;
    clock_.time += time;
  }

  // The state of each circuit that is known, "main:open".
  std::vector<std::string> states() const {
    std::vector<std::string> out;
    panel_.for_each(false, [&](std::string_view key, const state::StoredCircuit& stored) {
      if (stored.state == CircuitState::Closed) return;
      out.push_back(std::string(key) + ":" + std::string(state::circuit_state_word(stored.state)));
    });
    std::ranges::sort(out);
    return out;
  }

  [[nodiscard]] state::StoredCircuit stored(std::string_view wanted, bool by_host_clock = false) const {
    state::StoredCircuit out;
    panel_.for_each(by_host_clock, [&](std::string_view key, const state::StoredCircuit& each) {
      if (key == wanted) out = each;
    });
    return out;
  }

  // "main open" or "main/app closed".
  std::vector<std::string> take_changes() {
    std::vector<std::string> out;
    for (const auto& change : changes_) {
      std::string text = change.target + (change.of_database ? "/" + change.database : "") + " ";
      if (change.what == Change::What::Forced) text += "forced";
      if (change.what == Change::What::Released) text += "released";
      if (change.what == Change::What::State) text += state::circuit_state_word(change.transition.to);
      out.push_back(text);
    }
    changes_.clear();
    return out;
  }

  FakeClock clock_;
  FakeHost host_;
  Timestamp now_ = kNoon;
  Settings settings_ = exact_settings();
  Panel panel_{settings_, &clock_, nullptr};
  std::vector<Change> changes_;
  Lines lines_;
};

// --- Targets ---

TEST_F(PanelTest, ADeadServerOpensTheCircuitOfItsTargetAndNoOther) {
  for (int i = 0; i < 5; ++i) {
    cycle("dead", "failed", {"connection"});
    cycle("well", "ok", {}, {"app"});
  }
  EXPECT_THAT(states(), ElementsAre("dead:open"));
  EXPECT_THAT(take_changes(), ElementsAre("dead open"));
  EXPECT_EQ(stored("dead").reason, "5 of 5 calls failed, the last one: connection");
  EXPECT_TRUE(hand(data(now_, "dead")));
  EXPECT_TRUE(hand(data(now_, "dead", "app")));
  EXPECT_FALSE(hand(data(now_, "well", "app")));
  EXPECT_FALSE(hand(data(now_, "new", "app")));
}

TEST_F(PanelTest, WhatFailsATargetIsAFailedCycleOrAPartialOneByTroubleOfItsOwn) {
  struct Case {
    std::string outcome;
    std::vector<std::string> errors;
    bool fails;
  };
  int number = 0;
  for (const Case& each :
       {Case{"failed", {}, true}, Case{"failed", {"privilege"}, true}, Case{"partial", {"timeout"}, true},
        Case{"partial", {"connection"}, true}, Case{"partial", {"missing_feature", "too_many_connections"}, true},
        Case{"partial", {"timeout@app"}, false},  // a database's own
        Case{"partial", {"missing_feature"}, false}, Case{"partial", {"privilege"}, false},
        Case{"partial", {"other"}, false}, Case{"partial", {"unsupported"}, false},
        Case{"partial", {"authentication"}, true}, Case{"partial", {}, false},
        Case{"ok", {"timeout"}, false},  // nothing of it was missing in the end
        Case{"ok", {}, false}, Case{"skipped", {"timeout"}, false}, Case{"strange", {"timeout"}, false}}) {
    const std::string target = "t" + std::to_string(++number);
    for (int i = 0; i < 10; ++i) cycle(target, each.outcome, each.errors, {"other"});
    EXPECT_EQ(stored(target).state == CircuitState::Open, each.fails) << each.outcome << number;
  }
}

TEST_F(PanelTest, AHealthyServerWithoutItsExtensionNeverOpens) {
  for (int i = 0; i < 100; ++i) cycle("main", "partial", {"missing_feature", "privilege@app"}, {"app", "other"});
  EXPECT_THAT(states(), IsEmpty());
  EXPECT_EQ(stored("main").strain, 0);
}

TEST_F(PanelTest, SkippedCyclesAreNoCalls) {
  for (int i = 0; i < 4; ++i) cycle("main", "failed");
  for (int i = 0; i < 100; ++i) cycle("main", "skipped");
  EXPECT_EQ(stored("main").window, "ffff");
  cycle("main", "failed");
  EXPECT_THAT(states(), ElementsAre("main:open"));
  for (int i = 0; i < 100; ++i) cycle("main", "skipped");
  EXPECT_THAT(states(), ElementsAre("main:open"));
}

TEST_F(PanelTest, SlowCyclesOpenATarget) {
  for (int i = 0; i < 4; ++i) cycle("main", "ok", {}, {}, R"(,"cycle_ms":10001)");
  cycle("main", "ok", {}, {}, R"(,"cycle_ms":10000)");
  EXPECT_EQ(stored("main").window, "sssso");
  for (int i = 0; i < 10; ++i) cycle("main", "ok", {}, {}, R"(,"cycle_ms":10001)");
  EXPECT_THAT(states(), ElementsAre("main:open"));
  EXPECT_EQ(stored("main").reason, "10 of 10 calls were slow or failed, the last one: the cycle took 10.0 s");
  settings_.slow_over = 0s;
  panel_.set(settings_);
  for (int i = 0; i < 20; ++i) cycle("other", "ok", {}, {}, R"(,"cycle_ms":100000)");
  EXPECT_THAT(states(), ElementsAre("main:open"));
}

TEST_F(PanelTest, ConnectionsAndLagCountOnlyWhereAsked) {
  const std::string loaded = R"(,"cycle_ms":1,"connections_used_pct":97.5,"replica_lag_s":120)";
  for (int i = 0; i < 10; ++i) cycle("main", "ok", {}, {}, loaded);
  EXPECT_THAT(states(), IsEmpty());
  settings_.connections_pct = 97.5;
  panel_.set(settings_);
  for (int i = 0; i < 5; ++i) cycle("a", "ok", {}, {}, loaded);
  EXPECT_EQ(stored("a").reason, "5 of 5 calls failed, the last one: 98 % of the connections in use");
  settings_.connections_pct = 0;
  settings_.replica_lag = 2min;
  panel_.set(settings_);
  for (int i = 0; i < 5; ++i) cycle("b", "ok", {}, {}, loaded);
  EXPECT_EQ(stored("b").reason, "5 of 5 calls failed, the last one: the replica lags 120.0 s");
}

TEST_F(PanelTest, ARefusedLoginOpensAtOnceWhatItNames) {
  cycle("main", "partial", {"authentication@app"}, {"other"});
  EXPECT_THAT(states(), ElementsAre("main/app:open"));
  cycle("second", "failed", {"authentication"});
  EXPECT_THAT(states(), ElementsAre("main/app:open", "second:open"));
  EXPECT_EQ(stored("second").reason, "authentication, which opens at once");
}

TEST_F(PanelTest, ErrorsOfACycleWithoutAScrapeSayNothingAboutTheNext) {
  for (int i = 0; i < 10; ++i) {
    const std::string lost = fmt::format(R"(,"error_class":"timeout","cycle":"{}1")", i);
    hand(line_of("error", now_, "main", "", lost));
    hand(line_of("error", now_, "main", "app", lost));
    hand(scrape(now_, "main", "partial", fmt::format(R"(,"cycle_ms":1,"cycle":"{}2")", i)));
    advance(10s);
  }
  EXPECT_THAT(states(), IsEmpty());
  EXPECT_EQ(stored("main").window, "oooooooooo");
  EXPECT_EQ(stored("main/app").window, "oooooooooo");
}

// An error of somewhere else, without a cycle or of an earlier one, leaves what this one has shown.
TEST_F(PanelTest, AnErrorOfNoCycleDoesNotForgetThoseOfTheCycleUnderWay) {
  for (int i = 0; i < 5; ++i) {
    hand(line_of("error", now_, "main", "", fmt::format(R"(,"error_class":"timeout","cycle":"{}")", 5 + i)));
    hand(error(now_, "main", "other"));
    hand(line_of("error", now_, "main", "", R"(,"error_class":"connection","cycle":"3")"));
    hand(line_of("error", now_, "main", "app", R"(,"error_class":"connection","cycle":"3")"));
    hand(scrape(now_, "main", "partial", fmt::format(R"(,"cycle_ms":1,"cycle":"{}")", 5 + i)));
    advance(10s);
  }
  EXPECT_EQ(stored("main").reason, "5 of 5 calls failed, the last one: timeout");
  EXPECT_THAT(states(), ElementsAre("main:open"));
  hand(error(now_, "other", "timeout"));  // without a cycle at all
  hand(scrape(now_, "other", "partial"));
  EXPECT_EQ(stored("other").window, "f");
}

// A scrape says which cycle it is, whatever came before.
TEST_F(PanelTest, ACollectorThatBeginsAnewIsHeard) {
  hand(scrape(now_, "main", "ok", R"(,"cycle":"9")"));
  for (int i = 0; i < 2; ++i) {
    hand(line_of("error", now_, "main", "", R"(,"error_class":"timeout","cycle":"1")"));
    hand(scrape(now_, "main", "partial", R"(,"cycle":"1")"));
  }
  EXPECT_EQ(stored("main").window, "oof");
}

// --- Databases ---

TEST_F(PanelTest, ADatabaseWithErrorsOfItsOwnOpensItsOwnAndNoOther) {
  for (int i = 0; i < 5; ++i) cycle("main", "partial", {"timeout@bad"}, {"good", "bad"});
  EXPECT_THAT(states(), ElementsAre("main/bad:open"));
  EXPECT_TRUE(hand(data(now_, "main", "bad")));
  EXPECT_FALSE(hand(data(now_, "main", "good")));
  EXPECT_FALSE(hand(data(now_, "main")));
  EXPECT_FALSE(hand(data(now_, "other", "bad")));
}

TEST_F(PanelTest, ADatabaseIsCalledWhereTheCycleHadRecordsOrErrorsOfIt) {
  cycle("main", "ok", {}, {"a"});
  cycle("main", "ok", {}, {"b"});
  cycle("main", "failed", {"timeout@c"}, {"a"});
  cycle("main", "ok", {"timeout@a"}, {"a", "a", "a"});
  EXPECT_EQ(stored("main/a").window, "oof");
  EXPECT_EQ(stored("main/b").window, "o");
  EXPECT_EQ(stored("main/c").window, "f");
  hand(line_of("dropped", now_, "main", "d", R"(,"reason":"sampled","count":7)"));
  cycle("main", "ok");
  EXPECT_EQ(stored("main/d").window, "o");
  cycle("main", "skipped", {}, {"a"});
  EXPECT_EQ(stored("main/a").window, "oof");
}

TEST_F(PanelTest, ADatabaseThatWasLeftOutCountsForNothing) {
  for (int i = 0; i < 9; ++i) {
    cycle("main", "ok", {"timeout@a"}, {"b"}, R"(,"cycle_ms":1,"left_out":["a"])");
  }
  EXPECT_EQ(stored("main/a").window, "");
  EXPECT_EQ(stored("main/b").window, "ooooooooo");
}

TEST_F(PanelTest, AnOpenDatabaseIsProbedByEveryCycleThatCouldReadIt) {
  cycle("main", "ok", {"authentication@a"});
  EXPECT_THAT(states(), ElementsAre("main/a:open"));
  advance(30s);
  cycle("main", "ok", {}, {"b"}, R"(,"cycle_ms":1,"left_out":["a"])");
  cycle("main", "failed", {"connection"});
  cycle("main", "skipped");
  EXPECT_THAT(states(), ElementsAre("main/a:open"));
  cycle("main", "ok", {}, {"b"});  // no record of it, and no error: it could have been read
  EXPECT_THAT(states(), ElementsAre("main/a:half_open"));
  cycle("main", "ok", {"timeout@a"});
  EXPECT_THAT(states(), ElementsAre("main/a:open"));
  advance(60s);
  for (int i = 0; i < 3; ++i) cycle("main", i == 1 ? "partial" : "ok");
  EXPECT_THAT(states(), IsEmpty());
  EXPECT_THAT(take_changes(),
              ElementsAre("main/a open", "main/a half_open", "main/a open", "main/a half_open", "main/a closed"));
}

TEST_F(PanelTest, OneBadDatabaseNeverTouchesTheRecordsOfAnother) {
  for (int i = 0; i < 200; ++i) {
    const bool bad = i % 3 != 2;
    for (const auto* name : {"a", "b", "c"}) EXPECT_FALSE(hand(data(now_, "main", name)));
    EXPECT_FALSE(hand(data(now_, "main")));
    cycle("main", bad ? "partial" : "ok", bad ? std::vector<std::string>{"timeout@bad"} : std::vector<std::string>{},
          {"bad"});
  }
  EXPECT_EQ(stored("main/a").trips + stored("main/b").trips + stored("main/c").trips + stored("main").trips, 0U);
  EXPECT_GT(stored("main/bad").trips, 0U);
}

// --- Half-open ---

TEST_F(PanelTest, RecordsOfTheFirstProbePassAndItsScrapeMakesItHalfOpen) {
  cycle("main", "failed", {"authentication"});
  advance(19s);
  EXPECT_TRUE(hand(data(now_, "main")));
  advance(1s);
  EXPECT_FALSE(hand(data(now_, "main")));
  EXPECT_THAT(states(), ElementsAre("main:open"));
  cycle("main", "ok");
  EXPECT_THAT(states(), ElementsAre("main:half_open"));
  EXPECT_FALSE(hand(data(now_, "main")));
}

TEST_F(PanelTest, TheDeadlineIsSeenAtAScrapeThatTouchesNothing) {
  cycle("main", "ok", {"authentication@a"});
  advance(30s);
  cycle("main", "ok");
  advance(5min);
  cycle("main", "skipped");
  EXPECT_THAT(states(), IsEmpty());
}

// --- The host ---

class HostTest : public PanelTest {
 protected:
  HostTest() { settings_.host_interval = 0s; }
};

TEST_F(HostTest, ABusyHostBlocksAllTargetsAndCountsACallForEachScrape) {
  Panel panel(settings_, &clock_, &host_);
  EXPECT_EQ(host_.readings, 1);  // where the share of CPU begins
  host_.cpu_pct = 95;
  for (int i = 0; i < 5; ++i) {
    panel.scrape(lines_.parse(scrape(now_, "t" + std::to_string(i))), now_, now_, changes_);
  }
  EXPECT_EQ(host_.readings, 6);
  EXPECT_THAT(take_changes(), ElementsAre("@host open"));
  EXPECT_TRUE(panel.note(lines_.parse(data(now_, "main", "app")), now_, now_));
  EXPECT_TRUE(panel.note(lines_.parse(line_of("plan", now_, "")), now_, now_));
  panel.scrape(lines_.parse(scrape(now_, "main", "skipped")), now_ + 1min, now_ + 1min, changes_);
  EXPECT_THAT(take_changes(), IsEmpty());
  host_.cpu_pct = 10;
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(panel.note(lines_.parse(data(now_, "main")), now_ + 1min, now_ + 1min));
    panel.scrape(lines_.parse(scrape(now_, "main")), now_ + 1min, now_ + 1min, changes_);
  }
  EXPECT_THAT(take_changes(), ElementsAre("@host half_open", "@host closed"));
}

TEST_F(HostTest, FiguresAreReadAtMostOnceInTheInterval) {
  settings_.host_interval = 10s;
  Panel panel(settings_, &clock_, &host_);
  for (int i = 0; i < 20; ++i) {
    panel.scrape(lines_.parse(scrape(now_, "main")), now_, now_, changes_);
    clock_.time += 1s;
  }
  EXPECT_EQ(host_.readings, 1 + 2);
}

TEST_F(HostTest, ACircuitOfTheHostThatNobodyChargesAnyMoreCloses) {
  Panel panel(settings_, &clock_, &host_);
  host_.cpu_pct = 95;
  for (int i = 0; i < 5; ++i) panel.scrape(lines_.parse(scrape(now_, "main")), now_, now_, changes_);
  EXPECT_THAT(take_changes(), ElementsAre("@host open"));
  settings_.host = {.cpu_pct = 0, .memory_available = 0, .memory_pressure_pct = 0};
  panel.set(settings_);
  now_ += 30s + settings_.rules.half_open_timeout - 1us;
  panel.scrape(lines_.parse(scrape(now_, "main")), now_, now_, changes_);
  EXPECT_THAT(take_changes(), IsEmpty());
  now_ += 1us;
  panel.scrape(lines_.parse(scrape(now_, "main")), now_, now_, changes_);
  ASSERT_EQ(changes_.size(), 1U);
  EXPECT_EQ(changes_[0].broken_for, 30s + settings_.rules.half_open_timeout);
  EXPECT_THAT(take_changes(), ElementsAre("@host closed"));
  EXPECT_EQ(panel.broken(), 0U);
}

TEST_F(PanelTest, WithoutLimitsTheHostIsNotLookedAt) {
  settings_.host = {.cpu_pct = 0, .memory_available = 0, .memory_pressure_pct = 0};
  Panel panel(settings_, &clock_, &host_);
  panel.scrape(lines_.parse(scrape(now_, "main")), now_, now_, changes_);
  EXPECT_EQ(host_.readings, 0);
}

// --- Advice ---

TEST_F(PanelTest, TheAdvisedTimeoutRisesOnSuccessesNearItOnly) {
  const auto costs = [](int ms) { return fmt::format(R"(,"cycle_ms":9000,"cost":{{"statements":{{"ms":{}}}}})", ms); };
  cycle("main", "ok", {}, {}, costs(4500));
  EXPECT_EQ(stored("main").timeout, 6250ms);
  cycle("main", "partial", {"timeout"}, {}, costs(6250));
  cycle("main", "partial", {"timeout@app"}, {}, costs(6250));
  cycle("main", "failed", {"timeout"}, {}, costs(6250));
  cycle("main", "skipped", {}, {}, costs(6250));
  cycle("main", "ok", {}, {}, R"(,"cycle_ms":10001,"cost":{"statements":{"ms":6000}})");  // a slow one
  cycle("main", "ok", {}, {}, R"(,"cycle_ms":6250)");
  EXPECT_EQ(stored("main").timeout, 6250ms);
  for (int i = 0; i < 50; ++i) cycle("main", "ok", {}, {}, costs(29000));
  EXPECT_EQ(stored("main").timeout, 30s);
  for (int i = 0; i < 50; ++i) cycle("main", "partial", {"missing_feature"}, {}, costs(10));
  EXPECT_EQ(stored("main").timeout, 5s);
  settings_.adaptive_timeout = false;
  panel_.set(settings_);
  cycle("other", "ok", {}, {}, costs(4500));
  EXPECT_EQ(stored("other").timeout, std::nullopt);
}

// --- Operators ---

TEST_F(PanelTest, AnOperatorsOpenBlocksWhatIsKnownAndWhatComes) {
  hand(data(now_, "main", "known"));
  for (const auto* key : {"main/known", "main/new", "other", "third/app"}) panel_.force(key, true, "why", changes_);
  EXPECT_EQ(take_changes().size(), 4U);
  EXPECT_TRUE(hand(data(now_, "main", "known")));
  EXPECT_TRUE(hand(data(now_, "main", "new")));
  EXPECT_FALSE(hand(data(now_, "main", "free")));
  EXPECT_TRUE(hand(data(now_, "other", "any")));
  EXPECT_TRUE(hand(data(now_, "third", "app")));
  EXPECT_FALSE(hand(data(now_, "third", "free")));
  EXPECT_EQ(panel_.broken(), 4U);
  panel_.force("@host", true, "", changes_);
  EXPECT_TRUE(hand(data(now_, "main", "free")));
  for (const auto* key : {"main/known", "main/new", "other", "third/app", "@host"}) {
    panel_.force(key, false, "", changes_);
  }
  EXPECT_FALSE(hand(data(now_, "main", "known")));
  EXPECT_FALSE(hand(data(now_, "other", "any")));
  EXPECT_EQ(panel_.broken(), 0U);
}

TEST_F(PanelTest, AnOperatorsOpenHoldsForWhatHasNoRoom) {
  settings_.max_circuits = 2;
  panel_.set(settings_);
  const std::string long_name(300, 'x');
  panel_.force("main/second", true, "", changes_);
  panel_.force("main/" + long_name, true, "", changes_);
  panel_.force(long_name, true, "", changes_);
  EXPECT_FALSE(hand(data(now_, "main", "first")));
  EXPECT_TRUE(hand(data(now_, "main", "second")));
  EXPECT_FALSE(hand(data(now_, "main", "third")));
  EXPECT_TRUE(hand(data(now_, "main", long_name)));
  EXPECT_TRUE(hand(data(now_, long_name)));
  EXPECT_EQ(panel_.refusals(), 2U);
}

TEST_F(PanelTest, AnOperatorsCloseClosesWhatOpenedBeforeIt) {
  cycle("main", "failed", {"authentication"});  // at noon, by both clocks
  cycle("main", "ok", {"authentication@app"});
  EXPECT_EQ(panel_.broken(), 2U);
  panel_.close("main", kNoon - 1us, changes_);
  EXPECT_EQ(panel_.broken(), 2U);
  changes_.clear();
  panel_.close("main", kNoon + 1min, changes_);
  panel_.close("main/app", kNoon + 1min, changes_);
  panel_.close("main/none", kNoon + 1min, changes_);
  panel_.close("none", kNoon + 1min, changes_);
  EXPECT_THAT(take_changes(), ElementsAre("main closed", "main/app closed"));
  EXPECT_FALSE(hand(data(now_, "main", "app")));
  panel_.close("main", kNoon + 1min, changes_);
  EXPECT_THAT(take_changes(), IsEmpty());
  clock_.time += 1h;
  cycle("main", "failed", {"authentication"});
  panel_.close("main", kNoon + 1min, changes_);
  EXPECT_THAT(states(), ElementsAre("main:open"));
}

// --- Times, restarts ---

TEST_F(PanelTest, CircuitsJsonGoesByTheMachinesClock) {
  clock_.time = kNoon + 12s;  // the cycle took that long
  cycle("main", "failed", {"authentication"});
  EXPECT_EQ(stored("main", false).opened_at, kNoon);
  EXPECT_EQ(stored("main", true).opened_at, kNoon + 12s);
  clock_.time += 1h;
  EXPECT_EQ(stored("main", true).opened_at, kNoon + 12s);
}

TEST_F(PanelTest, CircuitsJsonStaysRightWhereAServersClockIsSetBack) {
  const Timestamp ahead = now_ + 24h * 3650;
  panel_.note_error(lines_.parse(error(ahead, "main", "authentication")));
  panel_.scrape(lines_.parse(scrape(ahead, "main", "failed")), ahead, ahead, changes_);
  EXPECT_EQ(stored("main", true).opened_at, clock_.time);
  advance(10s);
  EXPECT_TRUE(hand(data(now_, "main")));
  hand(scrape(now_, "main", "skipped"));
  EXPECT_EQ(stored("main").opened_at, now_);  // by either clock
  EXPECT_EQ(stored("main", true).opened_at, clock_.time);
  advance(30s);
  EXPECT_FALSE(hand(data(now_, "main")));
}

// Of several targets, each with a clock of its own that walks anywhere: all are well again soon after the clocks are.
TEST_F(PanelTest, AfterAnyWalkOfTheClocksHealthyCyclesCloseAllCircuits) {
  std::mt19937_64 random(7);
  const auto below = [&](std::uint64_t end) { return random() % end; };
  for (int history = 0; history < 10; ++history) {
    Panel panel(settings_, &clock_, nullptr);
    std::vector<Timestamp> clocks(3, clock_.time);
    const auto cycle_of = [&](std::size_t i, const std::string& outcome, std::string_view fault) {
      const std::string target = "t" + std::to_string(i);
      panel.note(lines_.parse(data(clocks[i], target, "app")), clocks[i], clocks[i]);
      if (!fault.empty()) panel.note_error(lines_.parse(error(clocks[i], target, fault, below(2) == 0 ? "app" : "")));
      panel.scrape(lines_.parse(scrape(clocks[i], target, outcome)), clocks[i], clocks[i], changes_);
    };
    for (int i = 0; i < 300; ++i) {
      const auto which = below(clocks.size());
      const auto step = std::chrono::seconds(below(below(5) == 0 ? 1'000'000'000 : 100));
      clocks[which] += below(3) == 0 ? -step : step;
      clock_.time += 10s;
      cycle_of(which, below(3) == 0 ? "failed" : "partial", below(2) == 0 ? "timeout" : "authentication");
      panel.for_each(true, [&](std::string_view key, const state::StoredCircuit& each) {
        const auto read = state::parse_circuit(state::format_circuit(each));
        ASSERT_TRUE(read && *read == each && circuit::Circuit::restore(*read)) << key;
      });
    }
    clocks.assign(3, clock_.time);
    for (int i = 0; i < 15 * 6 + 4; ++i) {  // the longest open time, then the probes
      for (std::size_t which = 0; which < clocks.size(); ++which) cycle_of(which, "ok", "");
      for (Timestamp& each : clocks) each += 10s;
      clock_.time += 10s;
    }
    EXPECT_EQ(panel.broken(), 0U);
  }
}

TEST_F(PanelTest, ARestartWhileOpenStaysOpen) {
  cycle("main", "failed", {"authentication"});
  cycle("well", "ok", {"authentication@app"}, {"other"});
  Panel next(settings_, &clock_, nullptr);
  panel_.for_each(true, [&](std::string_view key, const state::StoredCircuit& each) {
    EXPECT_TRUE(next.restore(key, each)) << key;
  });
  EXPECT_TRUE(next.note(lines_.parse(data(now_, "main")), now_, now_));
  EXPECT_TRUE(next.note(lines_.parse(data(now_, "well", "app")), now_, now_));
  EXPECT_FALSE(next.note(lines_.parse(data(now_, "well", "other")), now_, now_));
  EXPECT_EQ(next.broken(), 2U);
  // And goes on: both are half-open from the cycle past the open time.
  now_ += 30s;
  next.scrape(lines_.parse(scrape(now_, "main")), now_, now_, changes_);
  next.scrape(lines_.parse(scrape(now_, "well")), now_, now_, changes_);
  changes_.erase(changes_.begin(), changes_.begin() + 2);
  EXPECT_THAT(take_changes(), ElementsAre("main half_open", "well/app half_open"));
}

TEST_F(PanelTest, AResumedRunGoesOnInTheMiddleOfACycle) {
  std::vector<std::string> input;
  for (int i = 0; i < 40; ++i) {
    const Timestamp at = kNoon + i * 17s;
    for (const auto* name : {"z", "a", "m"}) input.push_back(data(at, "main", name));
    if (i % 4 != 3) input.push_back(error(at, "main", i % 5 == 0 ? "authentication" : "timeout", "a"));
    if (i % 7 < 5) input.push_back(error(at, "main", "timeout"));
    if (i % 3 == 0) input.push_back(error(at, "main", "timeout", "z"));
    input.push_back(scrape(at, "main", i % 7 < 5 ? "partial" : "ok",
                           R"(,"cycle_ms":1,"cost":{"statements":{"ms":4800}},"left_out":["m"])"));
  }
  const auto run = [&](std::size_t restart_every) {
    auto panel = std::make_unique<Panel>(settings_, nullptr, nullptr);
    std::vector<Change> changes;
    std::string blocked;
    for (std::size_t i = 0; i < input.size(); ++i) {
      if (i % restart_every == restart_every - 1) {
        std::string saved;
        panel->save(saved);
        panel = std::make_unique<Panel>(settings_, nullptr, nullptr);
        std::istringstream in(saved);
        for (std::string line; std::getline(in, line);) EXPECT_TRUE(*panel->load_line(lines_.parse(line))) << line;
      }
      const record::Record& record = lines_.parse(input[i]);
      std::string scratch;
      const Timestamp at = *parse_timestamp(record.text("ts", scratch).value());
      if (input[i].find("\"scrape\"") != std::string::npos) {
        panel->scrape(record, at, at, changes);
      } else if (input[i].find("\"error\"") != std::string::npos) {
        panel->note_error(record);
      } else {
        blocked += panel->note(record, at, at) ? 'b' : '.';
      }
    }
    for (const auto& change : changes)
      blocked += "\n" + change.target + "/" + change.database + change.transition.reason;
    std::string saved;
    panel->save(saved);
    return blocked + saved;
  };
  for (const std::size_t room : {100U, 3U}) {  // all in one target, and a table that is full
    settings_.max_circuits = room;
    const std::string whole = run(input.size() + 1);
    EXPECT_GT(std::ranges::count(whole, '\n'), 10);
    for (const std::size_t every : {1U, 2U, 3U, 7U}) EXPECT_EQ(run(every), whole) << every << " " << room;
  }
}

// Where there is no room for all, who is evicted does not depend on where the run was cut.
TEST_F(PanelTest, AResumedRunEvictsTheSameCircuits) {
  std::mt19937_64 random(3);
  std::vector<std::string> input;
  for (int i = 0; i < 400; ++i) {
    const std::string target = "t" + std::to_string(random() % 3);
    const Timestamp at = kNoon + i * 1s;
    for (auto left = random() % 6; left > 0; --left) {
      input.push_back(data(at, target, "db" + std::to_string(random() % 5)));
    }
    if (random() % 4 == 0) input.push_back(error(at, target, "authentication", "db" + std::to_string(random() % 5)));
    if (random() % 2 == 0) input.push_back(scrape(at, target, "ok"));
  }
  settings_.max_circuits = 9;
  const auto run = [&](std::size_t restart_every) {
    auto panel = std::make_unique<Panel>(settings_, nullptr, nullptr);
    std::vector<Change> changes;
    for (std::size_t i = 0; i < input.size(); ++i) {
      if (i % restart_every == restart_every - 1) {
        std::string saved;
        panel->save(saved);
        panel = std::make_unique<Panel>(settings_, nullptr, nullptr);
        std::istringstream in(saved);
        for (std::string line; std::getline(in, line);) EXPECT_TRUE(*panel->load_line(lines_.parse(line))) << line;
      }
      const record::Record& record = lines_.parse(input[i]);
      std::string scratch;
      const Timestamp at = *parse_timestamp(record.text("ts", scratch).value());
      if (input[i].find("\"scrape\"") != std::string::npos) {
        panel->scrape(record, at, at, changes);
      } else if (input[i].find("\"error\"") != std::string::npos) {
        panel->note_error(record);
      } else {
        panel->note(record, at, at);
      }
    }
    std::string saved;
    panel->save(saved);
    return saved;
  };
  const std::string whole = run(input.size() + 1);
  for (const std::size_t every : {1U, 2U, 3U, 7U}) EXPECT_EQ(run(every), whole) << every;
}

TEST_F(PanelTest, LinesOfOthersAreLeftToThem) {
  EXPECT_FALSE(*panel_.load_line(lines_.parse(R"({"kind":"record_clock","target":"main"})")));
  EXPECT_FALSE(*panel_.load_line(lines_.parse("{}")));
  EXPECT_FALSE(panel_.load_line(lines_.parse(R"({"kind":"circuit","key":"a"})")));
  EXPECT_FALSE(
      panel_.load_line(lines_.parse(R"({"kind":"circuit","key":"a","circuit":{"state":"closed","window":"?"}})")));
  EXPECT_TRUE(
      *panel_.load_line(lines_.parse(R"({"kind":"circuit","key":"a","circuit":{"state":"closed"},"shift_us":9e18})")));
}

// Their names would read as those of other circuits.
TEST_F(PanelTest, TargetsOfNoTargetsNameHaveNoCircuit) {
  for (const auto* name : {"@host", "main/app"}) {
    for (int i = 0; i < 5; ++i) cycle(name, "failed", {"authentication"}, {"app"});
    EXPECT_FALSE(hand(data(now_, name, "app")));
  }
  EXPECT_EQ(panel_.size(), 1U);
}

TEST_F(PanelTest, RecordsWithoutATargetHaveNoCircuit) {
  EXPECT_FALSE(hand(R"({"kind":"plan"})"));
  EXPECT_FALSE(hand(R"({"kind":"plan","target":7})"));
  EXPECT_FALSE(hand(R"({"kind":"plan","target":""})"));
  hand(R"({"kind":"scrape","outcome":"failed"})");
  hand(R"({"kind":"error","error_class":"timeout"})");
  hand(R"({"kind":"dropped","count":1})");
  EXPECT_EQ(panel_.size(), 1U);
}

TEST_F(PanelTest, TenThousandDatabasesStayWithinTheBound) {
  settings_.max_circuits = 1000;
  panel_.set(settings_);
  for (int i = 0; i < 20'000; ++i) hand(data(now_, "main", "db" + std::to_string(i % 10'000)));
  cycle("main", "ok");
  EXPECT_LE(panel_.size(), 1001U);
  EXPECT_GE(panel_.refusals(), 18'000U);
}

}  // namespace
}  // namespace dbi::breaker
