// The commit of baselines under kills at every step: an interval may be lost, none is ever counted twice.
// SPDX-License-Identifier: Apache-2.0
#include "collect/baseline.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <csignal>
#include <random>

#include "collect/delta.hpp"
#include "collect/snapshots.hpp"
#include "state/scratch_folder.hpp"

namespace dbi::collect {
namespace {

using state::content_of;
using state::ScratchFolder;
using state::write_plainly;

std::string cycle(int number) {
  return fmt::format("{:032x}", number);
}

std::int64_t calls_of(const StatementSnapshot* snapshot) {
  return snapshot != nullptr ? snapshot->rows.at(0).counters[0].integer : -1;
}

StatementSnapshot calls(std::int64_t count) {
  return snapshot(10, {statement("5/10/-77/t", count, 2.5, at(2))});
}

void expect_same(const StatementSnapshot& read, const StatementSnapshot& written) {
  EXPECT_EQ(read.taken, written.taken);
  EXPECT_EQ(read.server, written.server);
  EXPECT_EQ(read.before, written.before);
  EXPECT_EQ(read.key_columns, written.key_columns);
  EXPECT_EQ(read.null_query_ids, written.null_query_ids);
  EXPECT_EQ(read.since_in_whole_seconds, written.since_in_whole_seconds);
  EXPECT_EQ(read.columns, written.columns);
  ASSERT_EQ(read.rows.size(), written.rows.size());
  for (std::size_t i = 0; i < read.rows.size(); ++i) {
    EXPECT_EQ(read.rows[i].key, written.rows[i].key);
    EXPECT_EQ(read.rows[i].since, written.rows[i].since);
    EXPECT_EQ(read.rows[i].counters, written.rows[i].counters);
  }
}

TEST(Baseline, AFirstRunHasNothingToStartFrom) {
  const ScratchFolder folder;
  const auto store = BaselineStore::open(folder / "b.json").value();
  EXPECT_EQ(store.start(), nullptr);
  EXPECT_EQ(store.start_cycle(), "");
  EXPECT_FALSE(store.damage());
}

TEST(Baseline, EveryCounterReadsBackToTheSameValue) {
  std::mt19937_64 random(3);
  auto written = snapshot(10.123456, {});
  written.null_query_ids = written.since_in_whole_seconds = true;
  written.server.system_identifier = "7\"3\\";
  for (int i = 0; i < 500; ++i) {
    auto row = statement(fmt::format("{}/\xC3\xA4\"\n/{}", i, static_cast<std::int64_t>(random())), 0, 0);
    if (i % 3 != 0) row.since = at(static_cast<double>(i) / 7);
    const auto huge = static_cast<std::int64_t>(random());
    const double tiny = std::bit_cast<double>(random() & 0x7FEF'FFFF'FFFF'FFFFULL);
    row.counters = {{huge, 0}, {0, tiny}, {0, 1e-300}, {0, 0.1 + 0.2}, {INT64_MAX, 0}};
    written.rows.push_back(std::move(row));
  }
  const ScratchFolder folder;
  ASSERT_TRUE(BaselineStore::open(folder / "b.json").value().store_pending(cycle(1), written));
  const auto store = BaselineStore::open(folder / "b.json").value();
  ASSERT_NE(store.start(), nullptr);
  expect_same(*store.start(), written);
}

TEST(Baseline, MarksThatAServerDoesNotHaveStayAbsent) {
  const ScratchFolder folder;
  auto written = digests(10, {statement("app/abc", 1, 1, at(2))});
  ASSERT_TRUE(BaselineStore::open(folder / "b.json").value().store_pending(cycle(1), written));
  expect_same(*BaselineStore::open(folder / "b.json").value().start(), written);
}

TEST(Baseline, TheFileIsReadableByAPersonOneRowALine) {
  const ScratchFolder folder;
  auto store = BaselineStore::open(folder / "b.json").value();
  ASSERT_TRUE(store.store_pending(cycle(1), calls(7)));
  ASSERT_TRUE(store.promote(cycle(1)));
  EXPECT_THAT(content_of(folder / "b.json"),
              testing::AllOf(testing::StartsWith("{\"format\":\"baselines\",\"version\":1,\n\"committed\":{\"cycle\":"),
                             testing::HasSubstr("\n[\"5/10/-77/t\",\"2026-05-28T20:26:42.000000Z\",[7,2.5,")));
}

TEST(Baseline, ACycleStartsFromTheNewestPendingElseFromTheCommitted) {
  const ScratchFolder folder;
  auto store = BaselineStore::open(folder / "b.json").value();
  ASSERT_TRUE(store.store_pending(cycle(1), calls(1)));
  ASSERT_TRUE(store.promote(cycle(1)));
  EXPECT_EQ(store.committed_cycle(), cycle(1));
  ASSERT_TRUE(store.store_pending(cycle(2), calls(2)));
  ASSERT_TRUE(store.store_pending(cycle(3), calls(3)));
  EXPECT_EQ(store.committed_cycle(), cycle(1));
  EXPECT_EQ(store.start_cycle(), cycle(3));
  EXPECT_EQ(calls_of(store.start()), 3);
  EXPECT_THAT(content_of(folder / "b.json"), testing::HasSubstr("\"starts_from\":\"" + cycle(2) + "\""));
  ASSERT_TRUE(store.withdraw(cycle(3)));
  EXPECT_EQ(calls_of(store.start()), 2);
  ASSERT_TRUE(store.withdraw(cycle(2)));
  EXPECT_EQ(calls_of(store.start()), 1);
  EXPECT_EQ(calls_of(BaselineStore::open(folder / "b.json").value().start()), 1);
}

TEST(Baseline, WithdrawingACycleTakesThoseThatStartFromItAlong) {
  BaselineStore store;
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(store.store_pending(cycle(i), calls(i)));
  ASSERT_TRUE(store.withdraw(cycle(2)));
  EXPECT_EQ(store.pending(), 1U);
  EXPECT_EQ(store.start_cycle(), cycle(1));
}

TEST(Baseline, PromotingACycleKeepsTheNewerOnesPending) {
  BaselineStore store;
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(store.store_pending(cycle(i), calls(i)));
  ASSERT_TRUE(store.promote(cycle(2)));
  EXPECT_EQ(store.committed_cycle(), cycle(2));
  EXPECT_EQ(store.pending(), 2U);
  EXPECT_EQ(calls_of(store.start()), 4);
}

TEST(Baseline, ChangesOfAnUnknownCycleChangeNothing) {
  const ScratchFolder folder;
  auto store = BaselineStore::open(folder / "b.json").value();
  ASSERT_TRUE(store.store_pending(cycle(5), calls(5)));
  const auto content = content_of(folder / "b.json");
  EXPECT_TRUE(store.withdraw(cycle(4)));
  EXPECT_TRUE(store.promote(cycle(6)));
  EXPECT_EQ(content_of(folder / "b.json"), content);
}

TEST(Baseline, CyclesAscendAndOnlyEightMayWait) {
  BaselineStore store;
  for (int i = 1; i <= 8; ++i) ASSERT_TRUE(store.store_pending(cycle(i), calls(i)));
  EXPECT_FALSE(store.store_pending(cycle(9), calls(9)));
  ASSERT_TRUE(store.promote(cycle(8)));
  for (const auto& bad : {cycle(8), cycle(7), std::string("x"), std::string()}) {
    const auto stored = store.store_pending(bad, calls(9));
    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().kind, ErrorKind::Internal);
  }
  EXPECT_TRUE(store.store_pending(cycle(9), calls(9)));
}

TEST(Baseline, AFailedWriteChangesNothing) {
  const ScratchFolder folder;
  auto store = BaselineStore::open(folder / "b.json").value();
  ASSERT_TRUE(store.store_pending(cycle(1), calls(1)));
  const auto content = content_of(folder / "b.json");
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  // Root may write anyway; then a folder in the place of the file stops it.
  if (::geteuid() == 0) {
    std::filesystem::rename(folder / "b.json", folder / "saved");
    std::filesystem::create_directories(folder / "b.json/full");
  }
  for (const auto& status :
       {store.store_pending(cycle(2), calls(2)), store.promote(cycle(1)), store.withdraw(cycle(1))}) {
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::State);
  }
  EXPECT_EQ(calls_of(store.start()), 1);
  EXPECT_EQ(store.pending(), 1U);
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
  if (::geteuid() == 0) {
    std::filesystem::remove_all(folder / "b.json");
    std::filesystem::rename(folder / "saved", folder / "b.json");
  }
  EXPECT_EQ(content_of(folder / "b.json"), content);
}

TEST(Baseline, DamageAtAnyByteIsSetAsideAndWorkStartsAfresh) {
  std::string good;
  {
    const ScratchFolder folder;
    auto store = BaselineStore::open(folder / "b.json").value();
    ASSERT_TRUE(store.store_pending(cycle(1), calls(1)));
    ASSERT_TRUE(store.promote(cycle(1)));
    ASSERT_TRUE(store.store_pending(cycle(2), calls(2)));
    good = content_of(folder / "b.json");
  }
  const ScratchFolder folder;
  for (std::size_t size = 0; size + 1 < good.size(); ++size) {
    write_plainly(folder / "b.json", std::string_view(good).substr(0, size));
    auto store = BaselineStore::open(folder / "b.json").value();
    ASSERT_TRUE(store.damage()) << size;
    EXPECT_EQ(store.start(), nullptr);
    EXPECT_EQ(content_of(folder / "b.json.corrupt"), good.substr(0, size));
    ASSERT_TRUE(store.store_pending(cycle(1), calls(9)));
  }
}

TEST(Baseline, CountersThatDoNotFitTheColumnsAreDamage) {
  const ScratchFolder folder;
  ASSERT_TRUE(BaselineStore::open(folder / "b.json").value().store_pending(cycle(1), calls(7)));
  const auto good = content_of(folder / "b.json");
  const auto at_row = good.find("[7,2.5,");
  ASSERT_NE(at_row, std::string::npos);
  for (const auto* row : {"[7,2.5]", "[]", "[7,2.5,1,1,1,1]", "[\"7\",2.5,1,1,1]", "[7.5,2.5,1,1,1]", "null"}) {
    auto bad = good;
    bad.replace(at_row, good.find(']', at_row) + 1 - at_row, row);
    write_plainly(folder / "b.json", bad);
    EXPECT_TRUE(BaselineStore::open(folder / "b.json").value().damage()) << row;
  }
}

TEST(Baseline, AnEntryWithoutCycleOrCountersIsDamage) {
  const ScratchFolder folder;
  BaselineStore store = BaselineStore::open(folder / "b.json").value();
  ASSERT_TRUE(store.store_pending(cycle(1), calls(5)));
  ASSERT_TRUE(store.promote(cycle(1)));
  const auto good = content_of(folder / "b.json");
  auto no_cycle = good;
  const auto named = fmt::format("\"cycle\":\"{}\",", cycle(1));
  no_cycle.erase(no_cycle.find(named), named.size());
  const auto no_counters =
      fmt::format(R"({{"format":"baselines","version":1,"committed":{{"cycle":"{}"}}}})", cycle(1));
  for (const auto& text : {no_cycle, no_counters}) {
    write_plainly(folder / "b.json", text);
    const auto read = BaselineStore::open(folder / "b.json").value();
    EXPECT_TRUE(read.damage()) << text;
    EXPECT_EQ(read.start(), nullptr);
  }
}

TEST(Baseline, ANewerFileIsRefusedUntouched) {
  const ScratchFolder folder;
  const std::string text = R"({"format":"baselines","version":2,"committed":{"new":[1]},"more":1})";
  write_plainly(folder / "b.json", text);
  const auto store = BaselineStore::open(folder / "b.json");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::State);
  EXPECT_EQ(content_of(folder / "b.json"), text);
}

// ---- the protocol of --commit written under kills ----

// How far a collector gets in its cycle before it dies: DESIGN.md section 4, "Commit". Refused: the write of the scrape
// fails, so the baseline is withdrawn.
enum class Fate : std::uint8_t { KilledBeforeStore, KilledBeforeWrite, Refused, KilledBeforePromotion, Whole };

// One cycle in a process of its own; gives the calls that reached the reader downstream.
std::int64_t run_cycle(const std::filesystem::path& path, int number, std::int64_t server_calls, Fate fate) {
  auto store = BaselineStore::open(path).value();
  EXPECT_TRUE(store.promote(store.start_cycle()));
  const auto later = calls(server_calls);
  std::int64_t difference = 0;
  if (store.start() != nullptr) {
    const auto deltas = compute_deltas(*store.start(), later);
    for (const auto& row : deltas.rows) difference += deltas.calls(row);
  }
  if (fate == Fate::KilledBeforeStore) return 0;
  EXPECT_TRUE(store.store_pending(cycle(number), later));
  if (fate == Fate::KilledBeforeWrite) return 0;
  if (fate == Fate::Refused) {
    EXPECT_TRUE(store.withdraw(cycle(number)));
    return 0;
  }
  if (fate == Fate::KilledBeforePromotion) return difference;
  EXPECT_TRUE(store.promote(cycle(number)));
  return difference;
}

TEST(BaselineCommit, AKillAtAnyStepLosesAtMostItsIntervalAndNeverDoublesIt) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 200; ++round) {
    const ScratchFolder folder;
    std::int64_t server = 0;
    std::optional<std::int64_t> counted_to;  // everything up to here was written, or lost by one kill
    for (int number = 1; number <= 12; ++number) {
      server += static_cast<std::int64_t>(1 + random() % 50);
      const auto fate = static_cast<Fate>(random() % 5);
      const auto received = run_cycle(folder / "b.json", number, server, fate);
      const bool is_written = fate == Fate::KilledBeforePromotion || fate == Fate::Whole;
      EXPECT_EQ(received, is_written && counted_to ? server - *counted_to : 0);
      if (is_written || fate == Fate::KilledBeforeWrite) counted_to = server;
    }
  }
}

TEST(BaselineCommit, ARealKillInTheMiddleOfAWriteLeavesAWholeFile) {
  const ScratchFolder folder;
  ASSERT_TRUE(BaselineStore::open(folder / "b.json").value().store_pending(cycle(1), calls(1)));
  for (useconds_t delay = 0; delay < 6000; delay += 300) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto store = BaselineStore::open(folder / "b.json").value();
      for (int i = 1;; ++i) {
        const auto next = fmt::format("{:032x}", std::stoll(std::string(store.start_cycle()), nullptr, 16) + 1);
        // What a killed run left pending is promoted first, as a cycle's commit does it.
        if (!store.promote(store.start_cycle()) || !store.store_pending(next, calls(i)) || !store.promote(next)) {
          ::_exit(1);
        }
      }
    }
    ::usleep(delay);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    const auto store = BaselineStore::open(folder / "b.json").value();
    EXPECT_FALSE(store.damage());
    EXPECT_NE(store.start(), nullptr);
  }
}

}  // namespace
}  // namespace dbi::collect
