// dbi-breaker as a filter: what becomes of records, what it writes of its own, and what it keeps from run to run.
// SPDX-License-Identifier: Apache-2.0
#include "breaker/breaker.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "breaker/lines.hpp"
#include "state/overrides.hpp"
#include "state/scratch_folder.hpp"

namespace dbi::breaker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class BreakerTest : public ::testing::Test {
 protected:
  BreakerTest() : folder_(*state::StateFolder::open({scratch_.path().string(), "default"})) {
    settings_.rules.backoff.jitter = 0;
  }

  Surroundings around(bool with_files) {
    Surroundings out;
    out.tool = out.name = "dbi-breaker";
    out.clock = &clock_;
    out.log = &log_;
    if (with_files) out.files.emplace(folder_, "dbi-breaker");
    out.reread = [this]() -> Result<Reloaded> {
      if (!next_) return fail(ErrorKind::Configuration, "on purpose");
      return std::move(*next_);
    };
    return out;
  }

  void make(bool with_files = false, std::optional<stream::DivertFile> divert = std::nullopt) {
    Surroundings surroundings = around(with_files);
    surroundings.divert = std::move(divert);
    auto made = Breaker::make(settings_, std::move(surroundings));
    ASSERT_TRUE(made) << made.error().message;
    breaker_ = std::move(*made);
  }

  void feed(const std::string& line) { ASSERT_TRUE(breaker_->on_record(lines_.parse(line), out_)) << line; }
  // Opens the circuit of a target, or of its database.
  void open(std::string_view target, std::string_view database = {}) {
    feed(error(clock_.time, target, "authentication", database));
    feed(scrape(clock_.time, target, database.empty() ? "failed" : "partial"));
  }
  void load(const std::string& lines) {
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) EXPECT_TRUE(breaker_->load_line(lines_.parse(line))) << line;
  }

  // The lines that were written since the last call.
  std::vector<std::string> written() {
    std::istringstream in(std::exchange(out_.buffer(), {}));
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }

  stream::DivertFile divert_to(const std::string& name) { return *stream::DivertFile::open(scratch_ / name, {}); }

  state::ScratchFolder scratch_;
  state::StateFolder folder_;
  FakeClock clock_;
  Log log_{"dbi-breaker", LogLevel::Error, -1};
  Settings settings_;
  std::optional<Reloaded> next_;  // what a reload finds
  std::unique_ptr<Breaker> breaker_;
  Lines lines_;
  Descriptor nowhere_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  stream::Writer out_{nowhere_.get()};
};

TEST_F(BreakerTest, AHealthyStreamLeavesAsItCame) {
  make();
  std::vector<std::string> input;
  for (int i = 0; i < 20; ++i) {
    for (const auto& line : {data(clock_.time, "main", "app"), error(clock_.time, "main", "privilege"),
                             std::string(R"({ "kind" : "strange" })"), scrape(clock_.time, "main", "partial")}) {
      feed(line);
      input.push_back(line);
    }
    clock_.time += 10s;
  }
  ASSERT_TRUE(breaker_->on_end(out_));
  EXPECT_EQ(written(), input);
}

TEST_F(BreakerTest, TheEventOfAChangeStandsBeforeItsScrapeAndBlockedRecordsAreTagged) {
  make();
  open("main", "app");
  const auto opening = written();
  ASSERT_THAT(opening, SizeIs(3));
  EXPECT_THAT(opening[1], HasSubstr(R"("event":"circuit_opened","severity":"warning")"));
  EXPECT_THAT(opening[1], HasSubstr(R"("target":"main","database":"app")"));
  EXPECT_THAT(opening[1], HasSubstr(R"("circuit_state":"open","open_for_s":30)"));
  feed(data(clock_.time, "main", "app"));
  feed(data(clock_.time, "main", "other"));
  const std::string line = data(clock_.time, "main", "app");
  EXPECT_THAT(written(), ElementsAre(line.substr(0, line.size() - 1) + R"(,"circuit":"open"})",
                                     data(clock_.time, "main", "other")));
  EXPECT_EQ(breaker_->figures().tagged.value(), 1U);
  EXPECT_EQ(breaker_->figures().trips.value(), 1U);
}

TEST_F(BreakerTest, WhatIsDroppedOrDivertedIsCounted) {
  for (const OnOpen on_open : {OnOpen::Drop, OnOpen::Divert}) {
    settings_.on_open = on_open;
    make(false, on_open == OnOpen::Divert ? std::optional(divert_to("held")) : std::nullopt);
    open("main");
    written();
    for (int i = 0; i < 3; ++i) feed(data(clock_.time, "main", "app"));
    EXPECT_THAT(written(), IsEmpty());
    feed(scrape(clock_.time, "main", "skipped"));
    EXPECT_THAT(written(), ElementsAre(HasSubstr(R"("reason":"circuit","count":3,"weight":3,"calls":6)"),
                                       HasSubstr(R"("kind":"scrape")")));
    EXPECT_EQ(breaker_->figures().blocked.value(), 3U);
    ASSERT_TRUE(breaker_->flush());
  }
  const std::string line = data(clock_.time, "main", "app") + "\n";
  EXPECT_EQ(state::content_of(scratch_ / "held"), line + line + line);
}

TEST_F(BreakerTest, AReloadTakesSettingsAndFileAndABadOneNeither) {
  settings_.on_open = OnOpen::Divert;
  make(false, divert_to("first"));
  open("main");
  written();
  feed(data(clock_.time, "main"));
  EXPECT_FALSE(breaker_->on_reload());
  feed(data(clock_.time, "main"));
  next_ = Reloaded{settings_, divert_to("second")};
  ASSERT_TRUE(breaker_->on_reload());
  feed(data(clock_.time, "main"));
  ASSERT_TRUE(breaker_->flush());
  const auto lines_in = [&](const std::string& name) {
    const std::string content = state::content_of(scratch_ / name);
    return std::ranges::count(content, '\n');
  };
  EXPECT_EQ(lines_in("first"), 2);
  EXPECT_EQ(lines_in("second"), 1);
  settings_.on_open = OnOpen::Tag;
  next_ = Reloaded{settings_, std::nullopt};
  ASSERT_TRUE(breaker_->on_reload());
  feed(data(clock_.time, "main"));
  EXPECT_THAT(written(), ElementsAre(HasSubstr(R"("circuit":"open")")));  // the circuit stays as it was
}

TEST_F(BreakerTest, WhatWasCutOffIsCountedAndPending) {
  make();
  breaker_->on_cut_off(lines_.parse(data(clock_.time, "main", "app")));
  std::string pending;
  breaker_->save_pending(pending);
  EXPECT_THAT(pending, HasSubstr("shutdown"));
  make();
  load(pending);
  ASSERT_TRUE(breaker_->on_end(out_));
  EXPECT_THAT(written(), ElementsAre(HasSubstr(R"("reason":"shutdown","count":1)")));
}

// Whatever stands in front, what the file says holds.
TEST_F(BreakerTest, ARecordWithoutATimeLeavesKeptCircuitsAsTheyWere) {
  state::StoredCircuit kept;
  kept.state = state::CircuitState::Open;
  kept.opened_at = kNoon - 10s;
  kept.open_for = 30s;
  for (const auto* line : {R"({"kind":"x"})", R"({"kind":"x","target":"main"})",
                           R"({"kind":"scrape","target":"main","outcome":"ok","records":1})"}) {
    ASSERT_TRUE(state::store_circuits(folder_.circuits(), {{"main", kept}, {"@host", kept}}));
    make(true);
    feed(line);
    ASSERT_TRUE(breaker_->on_end(out_));
    for (const auto* key : {"main", "@host"}) {
      EXPECT_EQ(state::load_circuits(folder_.circuits())->circuits.at(key).opened_at, kept.opened_at) << key << line;
    }
    written();
    feed(data(kNoon, "main"));
    EXPECT_THAT(written(), ElementsAre(HasSubstr(R"("circuit":"open")"))) << line;
  }
}

// With the files of a state folder, and what --resume keeps.
TEST_F(BreakerTest, APausedRunGoesOnWhereItWas) {
  std::string saved;
  {
    make(true);
    feed(data(clock_.time, "main", "app"));
    feed(error(clock_.time, "main", "authentication", "app"));
    ASSERT_TRUE(breaker_->on_pause(out_));
    breaker_->save_state(saved);
    breaker_->save_pending(saved);
  }
  written();
  make(true);
  load(saved);
  feed(scrape(clock_.time, "main", "partial"));
  EXPECT_THAT(written(), ElementsAre(HasSubstr("circuit main/app opened"), HasSubstr("scrape")));
  ASSERT_TRUE(breaker_->on_end(out_));
  EXPECT_EQ(state::load_circuits(folder_.circuits())->circuits.at("main/app").state, state::CircuitState::Open);
  make(true);
  feed(data(clock_.time, "main", "app"));
  EXPECT_THAT(written(), ElementsAre(HasSubstr(R"("circuit":"open")")));
}

TEST_F(BreakerTest, DamagesAreEventsAndWorkStartsAfresh) {
  state::write_plainly(folder_.circuits(), "{");
  state::write_plainly(folder_.overrides(), "[]");
  make(true);
  ASSERT_TRUE(breaker_->on_deadline(clock_.monotonic(), out_));
  const auto told = written();
  ASSERT_THAT(told, SizeIs(2));
  for (const auto& line : told) EXPECT_THAT(line, HasSubstr(R"("event":"state_corrupt")"));
  EXPECT_THAT(told[0] + told[1], ::testing::Not(HasSubstr("exception")));
  EXPECT_TRUE(std::filesystem::exists(folder_.circuits().string() + ".corrupt"));
  EXPECT_TRUE(std::filesystem::exists(folder_.overrides().string() + ".corrupt"));
}

TEST_F(BreakerTest, AnOperatorsWordIsHeardWithoutARecord) {
  make(true);
  EXPECT_LE(*breaker_->next_deadline(), clock_.monotonic());
  ASSERT_TRUE(state::store_overrides(
      folder_.overrides(), {{"main", {state::Override::Order::Open, clock_.time, clock_.time + 1h, "upgrade"}}}));
  ASSERT_TRUE(breaker_->on_deadline(clock_.monotonic(), out_));
  EXPECT_THAT(written(), ElementsAre(HasSubstr("circuit main opened by an operator: upgrade")));
  feed(data(clock_.time, "main"));
  EXPECT_THAT(written(), ElementsAre(HasSubstr(R"("circuit":"open")")));
  EXPECT_EQ(*breaker_->next_deadline(), clock_.monotonic() + 1s);
}

TEST_F(BreakerTest, FilesOfANewerVersionAreTheRunsFault) {
  state::write_plainly(folder_.circuits(), R"({"format":"circuits","version":2})");
  EXPECT_EQ(Breaker::make(settings_, around(true)).error().kind, ErrorKind::State);
}

}  // namespace
}  // namespace dbi::breaker
