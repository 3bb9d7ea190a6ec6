// The commit protocol (DESIGN.md section 4) explored: dbi-collect's BaselineStore and dbi-export's cycle gate take
// every step in every order, are killed between any two, lose what is in the pipe, a record of it or the database, and
// change between --commit written and exported. No count may be held twice; under --commit exported none may be lost;
// and from everywhere the two find back to holding what the server counted.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "collect/baseline.hpp"
#include "collect/snapshots.hpp"
#include "export/cycle_gate.hpp"

namespace dbi::exporting {
namespace {

using collect::BaselineStore;

std::string id(int number) {
  return fmt::format("{:032x}", number);
}

std::int64_t calls_of(const collect::StatementSnapshot& snapshot) {
  return snapshot.rows.at(0).counters[0].integer;
}

void expect(const Status& status) {
  EXPECT_TRUE(status.has_value());
}

/// A cycle on its way. It covers the server's count from `from` (exclusive, -1: no deltas) to `to`.
struct Cycle {
  std::string name;
  std::optional<std::string> since;
  int from = -1;
  int to = -1;           // -1: skipped, it read nothing
  bool awaited = false;  // under --commit exported
  bool damaged = false;
};

enum class Stage : std::uint8_t { Idle, Read, Stored };
enum class Step : std::uint8_t {
  Collect,
  KillCollector,
  Export,
  KillExporter,
  LosePipe,
  DamageHead,
  LoseDatabase,
  DeliverAgain,
  SwitchCommit
};
constexpr std::array kSteps{Step::Collect,      Step::KillCollector, Step::Export,
                            Step::KillExporter, Step::LosePipe,      Step::DamageHead,
                            Step::LoseDatabase, Step::DeliverAgain,  Step::SwitchCommit};

std::string_view name_of(Step step) {
  constexpr std::array<std::string_view, 9> kNames{"collect",       "kill-collector", "export",
                                                   "kill-exporter", "lose-pipe",      "damage-head",
                                                   "lose-database", "deliver-again",  "switch-commit"};
  return kNames.at(static_cast<std::size_t>(step));
}

// A full queue is freed in the first, refused cycles are forgotten in the second; a database that was deleted refuses
// one more, and a new baseline is begun.
constexpr int kRecoveryRounds = 5;
// How many cycles, the first ones, an archive keeps that somebody delivers again.
constexpr std::size_t kArchived = 3;

/// Everything that there is: two processes, the pipe, what each keeps on disk, and the server's count.
class World {
 public:
  /// One step of one party; false where it changes nothing.
  bool take(Step step) {
    switch (step) {
      case Step::Collect:
        return collect();
      case Step::KillCollector:
        if (stage_ == Stage::Idle) return false;
        stage_ = Stage::Idle;
        return true;
      case Step::Export:
        return decide();
      case Step::KillExporter:
        // What it has taken out of the pipe and not decided on is gone; its start tells what it holds.
        if (pipe_.empty() && !owes_ack_) return false;
        if (!owes_ack_) pipe_.pop_front();
        acknowledge();
        return true;
      case Step::LosePipe:
        if (pipe_.empty()) return false;
        pipe_.clear();
        return true;
      case Step::DamageHead:
        if (pipe_.empty() || pipe_.front().damaged) return false;
        return pipe_.front().damaged = true;
      case Step::LoseDatabase:
        if (!holding_ || has_delivered_again_) return false;
        holding_.reset();
        upto_ = -1;
        has_lost_database_ = true;
        return true;
      case Step::DeliverAgain:
        // Once; into an empty database it would be a restore.
        if (archive_.empty() || has_lost_database_ || has_delivered_again_) return false;
        pipe_.insert(pipe_.end(), archive_.begin(), archive_.end());
        return has_delivered_again_ = true;
      case Step::SwitchCommit:
        if (stage_ != Stage::Idle) return false;
        exported_ = !exported_;
        has_switched_ = true;
        return true;
    }
    return false;
  }

  /// Nothing goes wrong any more: whether the two come to hold the newest cycle, under --commit exported.
  [[nodiscard]] bool recovers() {
    while (stage_ != Stage::Idle) collect();
    exported_ = true;
    for (int round = 0; round < kRecoveryRounds; ++round) {
      do collect();
      while (stage_ != Stage::Idle);
      while (take(Step::Export)) {
      }
    }
    return fault_.empty() && holding_ && holding_->held == last_read_ && upto_ == count_;
  }

  [[nodiscard]] const std::string& fault() const { return fault_; }

  /// The state by the order of the cycles and counts in it, which is all that the parties look at.
  [[nodiscard]] std::string key() const {
    const state::Ack holding = holding_.value_or(state::Ack{});
    std::set<std::string_view> cycles{store_.committed_cycle(), holding.held, holding.seen, ack_.held, ack_.seen};
    std::set<int> counts{upto_, count_};
    const auto pending = store_.pending_cycles();
    cycles.insert(pending.begin(), pending.end());
    const auto look_at = [&](const Cycle& cycle) {
      cycles.insert({cycle.name, cycle.since ? std::string_view(*cycle.since) : ""});
      counts.insert({cycle.from, cycle.to});
    };
    for (const auto& cycle : pipe_) look_at(cycle);
    for (const auto& cycle : archive_) look_at(cycle);
    if (stage_ != Stage::Idle) look_at(flight_);
    for (const auto cycle : pending) counts.insert(counts_.at(std::string(cycle)));
    if (store_.start() != nullptr) counts.insert(static_cast<int>(calls_of(*store_.start())));
    if (!store_.committed_cycle().empty()) counts.insert(counts_.at(std::string(store_.committed_cycle())));

    const auto rank = [&](std::string_view cycle) { return std::distance(cycles.begin(), cycles.find(cycle)); };
    const auto place = [&](int count) { return std::distance(counts.begin(), counts.find(count)); };
    std::string key = fmt::format("{}{}{}{}{}{}{}|", static_cast<int>(stage_), exported_, has_switched_, owes_ack_,
                                  holding_.has_value(), has_lost_database_, has_delivered_again_);
    const auto append_stored = [&](std::string_view cycle) {
      key += fmt::format("{}@{} ", rank(cycle), place(counts_.at(std::string(cycle))));
    };
    const auto append = [&](const Cycle& cycle) {
      key += fmt::format("{}<{}:{}-{}{} ", rank(cycle.name), cycle.since ? rank(*cycle.since) : -1, place(cycle.from),
                         place(cycle.to), cycle.damaged);
    };
    if (!store_.committed_cycle().empty()) append_stored(store_.committed_cycle());
    key += '|';
    for (const auto cycle : pending) append_stored(cycle);
    key += '|';
    if (stage_ != Stage::Idle) append(flight_);
    key += '|';
    for (const auto& cycle : pipe_) append(cycle);
    key += '|';
    for (const auto& cycle : archive_) append(cycle);
    return key + fmt::format("|{} {} {} {} {} {}", rank(holding.held), rank(holding.seen), rank(ack_.held),
                             rank(ack_.seen), place(upto_), place(count_));
  }

 private:
  // Reads, stores, writes: three steps, as the process can die between them.
  bool collect() {
    if (stage_ == Stage::Idle) return read();
    if (stage_ == Stage::Read) return store();
    pipe_.push_back(flight_);
    if (!exported_ && flight_.to >= 0) expect(store_.promote(flight_.name));
    stage_ = Stage::Idle;
    return true;
  }

  bool read() {
    if (exported_) expect(store_.settle(ack_.held, ack_.seen));
    flight_ = {.name = id(++cycles_), .since = {}, .awaited = exported_};
    stage_ = Stage::Read;
    if (exported_ && store_.pending() == collect::kMaxPending) return true;
    flight_.to = ++count_;
    last_read_ = flight_.name;
    counts_[flight_.name] = count_;
    if (store_.start() == nullptr) return true;
    flight_.from = static_cast<int>(calls_of(*store_.start()));
    if (exported_) flight_.since = std::string(store_.start_cycle());
    return true;
  }

  bool store() {
    stage_ = Stage::Stored;
    if (flight_.to < 0) return true;
    if (!exported_) expect(store_.promote(store_.start_cycle()));
    EXPECT_TRUE(
        store_.store_pending(flight_.name, collect::snapshot(10, {collect::statement("5/10/-77/t", flight_.to, 0)})));
    return true;
  }

  // Decides on a cycle in one transaction, then tells: two steps.
  bool decide() {
    if (owes_ack_) {
      acknowledge();
      return true;
    }
    if (pipe_.empty()) return false;
    const Cycle cycle = pipe_.front();
    pipe_.pop_front();
    const ScrapeFacts facts{.cycle = cycle.name,
                            .ts = {},
                            .ack_from = cycle.awaited ? "dbi-export" : "",
                            .since_cycle = cycle.since,
                            .records = 1,
                            .stores_baseline = cycle.to >= 0};
    if (cycle.awaited && !holding_) holding_.emplace();
    const auto verdict = cycle.awaited ? judge_cycle(*holding_, facts, cycle.damaged ? 0 : 1, false) : Verdict::Take;
    if (verdict == Verdict::Take) hold(cycle);
    if (holding_) holding_ = advance(*holding_, facts, verdict);
    if (cycle.awaited && !cycle.damaged && !has_delivered_again_ && archive_.size() < kArchived) {
      archive_.push_back(cycle);
    }
    owes_ack_ = holding_.has_value();
    return true;
  }

  void hold(const Cycle& cycle) {
    if (cycle.to < 0) return;
    const bool is_first = upto_ < 0;
    if (!is_first && cycle.from >= 0 && cycle.from < upto_) {
      fault_ = fmt::format("counts {} to {} are held twice", cycle.from, upto_);
    } else if (!is_first && cycle.from != upto_ && !has_switched_) {
      fault_ = fmt::format("counts from {} on are lost", upto_);
    }
    upto_ = cycle.to;
  }

  void acknowledge() {
    if (holding_) ack_ = *holding_;
    owes_ack_ = false;
  }

  // dbi-collect
  BaselineStore store_;
  bool exported_ = true;
  Stage stage_ = Stage::Idle;
  Cycle flight_;
  int cycles_ = 0;
  std::string last_read_;
  // between them
  std::deque<Cycle> pipe_;
  state::Ack ack_;
  // dbi-export
  std::optional<state::Ack> holding_;  // nothing: the target was never awaited
  bool owes_ack_ = false;
  int upto_ = -1;  // the server's count up to which everything is held; -1: nothing is
  // the truth
  int count_ = 0;
  bool has_switched_ = false;
  bool has_lost_database_ = false;
  bool has_delivered_again_ = false;
  std::vector<Cycle> archive_;
  std::map<std::string, int> counts_;  // of each cycle that read
  std::string fault_;
};

/// What was found, with the steps that led there.
struct Finding {
  std::string fault;
  std::vector<Step> path;
};

/// Every order of steps up to `depth` from `start`, each state once; the first finding, and how many states there are.
std::pair<std::optional<Finding>, std::size_t> explore(const World& start, int depth, std::span<const Step> steps) {
  std::unordered_set<std::string> known{start.key()};
  std::vector<std::pair<World, std::vector<Step>>> frontier{{start, {}}};
  for (int level = 0; level < depth; ++level) {
    std::vector<std::pair<World, std::vector<Step>>> next;
    for (const auto& [world, path] : frontier) {
      for (const auto step : steps) {
        World after = world;
        if (!after.take(step) || !known.insert(after.key()).second) continue;
        auto way = path;
        way.push_back(step);
        if (!after.fault().empty()) return {Finding{after.fault(), way}, known.size()};
        if (!World(after).recovers()) return {Finding{"does not recover", way}, known.size()};
        next.emplace_back(std::move(after), std::move(way));
      }
    }
    frontier = std::move(next);
  }
  return {std::nullopt, known.size()};
}

std::string describe(const std::vector<Step>& path) {
  std::string text;
  for (const auto step : path) text += fmt::format(" {}", name_of(step));
  return text;
}

void expect_no_finding(const World& start, int depth, std::span<const Step> steps) {
  const auto [finding, states] = explore(start, depth, steps);
  testing::Test::RecordProperty("states", static_cast<int>(states));
  fmt::print("{} states up to depth {}\n", states, depth);
  ASSERT_FALSE(finding) << finding->fault << " after" << describe(finding->path);
}

// As deep as some seconds allow; a deeper run sets DBI_MODEL_DEPTH.
int depth_or(int usual) {
  const char* asked = std::getenv("DBI_MODEL_DEPTH");
  return asked != nullptr ? std::atoi(asked) : usual;
}

TEST(CommitProtocol, NoKillLosesOrDoublesACount) {
  expect_no_finding(World(), depth_or(18), std::span(kSteps).first(8));
}

TEST(CommitProtocol, ChangingTheCommitNeverDoublesACount) {
  expect_no_finding(World(), depth_or(14), kSteps);
}

TEST(CommitProtocol, AFullQueueOfLostCyclesIsFreed) {
  World world;
  for (int cycle = 0; cycle < 12; ++cycle) {
    for (int i = 0; i < 3; ++i) world.take(Step::Collect);
    world.take(Step::LosePipe);
  }
  EXPECT_TRUE(World(world).recovers());
  expect_no_finding(world, depth_or(14), std::span(kSteps).first(8));
}

}  // namespace
}  // namespace dbi::exporting
