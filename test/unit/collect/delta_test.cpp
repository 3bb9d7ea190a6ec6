// The quality of a delta, rule by rule and with the events that were measured on real servers: a known key ran 10 times
// before the earlier read, then 2 times, the event, 14 times; a new key ran 5 times, the event, 3 times.
// SPDX-License-Identifier: Apache-2.0
#include "collect/delta.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <functional>

#include "collect/snapshots.hpp"

namespace dbi::collect {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

struct Claim {
  Quality quality = Quality::Exact;
  std::int64_t calls = 0;
  friend bool operator==(const Claim&, const Claim&) = default;
};

void PrintTo(const Claim& claim, std::ostream* out) {
  *out << claim.calls << ' ' << quality_word(claim.quality);
}

// What the deltas say of a key; nothing where it has no row.
std::optional<Claim> claim(const StatementSnapshot& later, const Deltas& deltas, std::string_view key) {
  for (const auto& row : deltas.rows) {
    if (later.rows[row.row].key == key) return Claim{row.quality, deltas.calls(row)};
  }
  return std::nullopt;
}

// ---- the table of events, known and new key, with stats_since (17, 18) and without (14 to 16) ----

struct Event {
  std::string name;
  std::function<void(StatementSnapshot& later)> marks;  // what the event does to the server's own marks
  std::int64_t known_calls;                             // as the later read shows them
  bool known_reborn;
  std::int64_t new_calls;
  bool new_reborn;
  Claim known_with_since, new_with_since;
  Claim known_without, new_without;
};

void PrintTo(const Event& event, std::ostream* out) {
  *out << event.name;
}

class MeasuredEvent : public testing::TestWithParam<Event> {};

const Claim kWhole14{Quality::LowerBound, 14};
const Claim kWhole3{Quality::LowerBound, 3};
const auto kNothing = [](StatementSnapshot&) {};
const auto kResetMoves = [](StatementSnapshot& later) { later.after.stats_reset = at(50); };
const auto kRestarts = [](StatementSnapshot& later) { later.server.started = at(50); };
const auto kRestartsAfresh = [](StatementSnapshot& later) {
  later.server.started = at(50);
  later.after.stats_reset = at(50);
};

// Without stats_since a fallen counter gives the whole, an overtaken one the difference: here 14 > 10, so 4.
const Claim kDifference4{Quality::LowerBound, 4};

INSTANTIATE_TEST_SUITE_P(
    PostgreSql, MeasuredEvent,
    testing::Values(
        Event{"reset_of_all", kResetMoves, 14, true, 3, true, kWhole14, kWhole3, kDifference4, kWhole3},
        Event{"restart_with_save_off", kRestartsAfresh, 14, true, 3, true, kWhole14, kWhole3, kDifference4, kWhole3},
        Event{"kill_of_the_postmaster", kRestartsAfresh, 14, true, 3, true, kWhole14, kWhole3, kDifference4, kWhole3},
        Event{"kill_of_a_backend", kResetMoves, 14, true, 3, true, kWhole14, kWhole3, kDifference4, kWhole3},
        // The known key's single entry was reset; on 14 to 16 nothing shows it, which the manual says.
        Event{"reset_of_the_known_key", kNothing, 14, true, 8, false, kWhole14, Claim{Quality::LowerBound, 8},
              Claim{Quality::Exact, 4}, Claim{Quality::Exact, 8}},
        // Reset of the new key alone: undetectable with any version.
        Event{"reset_of_the_new_key", kNothing, 26, false, 3, true, Claim{Quality::Exact, 16}, Claim{Quality::Exact, 3},
              Claim{Quality::Exact, 16}, Claim{Quality::Exact, 3}},
        Event{"minmax_only_reset", kNothing, 15, false, 6, false, Claim{Quality::Exact, 5}, Claim{Quality::Exact, 6},
              Claim{Quality::Exact, 5}, Claim{Quality::Exact, 6}},
        Event{"restart_with_save_on", kRestarts, 15, false, 8, false, Claim{Quality::Exact, 5},
              Claim{Quality::LowerBound, 8}, Claim{Quality::LowerBound, 5}, Claim{Quality::LowerBound, 8}},
        Event{"eviction_and_return", [](StatementSnapshot& later) { later.after.dealloc = 7; }, 4, true, 8, false,
              Claim{Quality::LowerBound, 4}, Claim{Quality::LowerBound, 8}, Claim{Quality::LowerBound, 4},
              Claim{Quality::LowerBound, 8}}),
    [](const auto& event) { return event.param.name; });

TEST_P(MeasuredEvent, GivesTheMeasuredClaimWithStatsSince) {
  const auto& event = GetParam();
  const auto earlier = snapshot(10, {statement("known", 10, 10, at(2)), statement("idle", 1, 1, at(2))});
  auto later = snapshot(
      100, {statement("known", event.known_calls, 30, event.known_reborn ? at(51) : at(2)),
            statement("idle", 1, 1, at(2)), statement("new", event.new_calls, 9, event.new_reborn ? at(52) : at(20))});
  event.marks(later);
  const auto deltas = compute_deltas(earlier, later);
  EXPECT_EQ(claim(later, deltas, "known"), event.known_with_since);
  EXPECT_EQ(claim(later, deltas, "new"), event.new_with_since);
  EXPECT_EQ(claim(later, deltas, "idle"), std::nullopt);
}

TEST_P(MeasuredEvent, GivesTheClaimOfTheCleanIntervalWithoutStatsSince) {
  const auto& event = GetParam();
  const auto earlier = snapshot(10, {statement("known", 10, 10)});
  auto later = snapshot(100, {statement("known", event.known_calls, 30), statement("new", event.new_calls, 9)});
  event.marks(later);
  const auto deltas = compute_deltas(earlier, later);
  EXPECT_EQ(claim(later, deltas, "known"), event.known_without);
  EXPECT_EQ(claim(later, deltas, "new"), event.new_without);
}

// ---- what makes an interval unclean ----

struct Blemish {
  Unclean reason;
  std::function<void(StatementSnapshot& earlier, StatementSnapshot& later)> make;
};

TEST(CleanInterval, EachSignAloneSpoilsIt) {
  const std::vector<Blemish> blemishes{
      {Unclean::Restarted, [](auto&, auto& later) { later.server.started = at(60); }},
      {Unclean::Reset, [](auto&, auto& later) { later.after.stats_reset = at(60); }},
      {Unclean::Reset, [](auto& earlier, auto&) { earlier.before.stats_reset.reset(); }},
      {Unclean::Evicted, [](auto&, auto& later) { later.after.dealloc = 1; }},
      {Unclean::Unmarked,
       [](auto& earlier, auto& later) {
         earlier.before = {};
         later.after = {};
       }},
      {Unclean::KeyVanished, [](auto& earlier, auto&) { earlier.rows.push_back(statement("gone", 1, 1)); }},
      {Unclean::CounterFell, [](auto& earlier, auto&) { earlier.rows[0].counters[0].integer = 21; }},
      {Unclean::CounterFell, [](auto& earlier, auto&) { earlier.rows[0].counters[1].real = 20.0001; }},
      {Unclean::SinceChanged,
       [](auto& earlier, auto& later) {
         earlier.rows[0].since = at(2);
         later.rows[0].since = at(3);
       }},
  };
  for (const auto& blemish : blemishes) {
    auto earlier = snapshot(10, {statement("a", 10, 10), statement("b", 10, 10)});
    auto later = snapshot(100, {statement("a", 20, 20), statement("b", 20, 20)});
    ASSERT_TRUE(compute_deltas(earlier, later).clean());
    blemish.make(earlier, later);
    const auto deltas = compute_deltas(earlier, later);
    EXPECT_THAT(deltas.unclean, ElementsAre(blemish.reason)) << unclean_word(blemish.reason);
    EXPECT_EQ(claim(later, deltas, "b"), (Claim{Quality::LowerBound, 10})) << unclean_word(blemish.reason);
  }
}

TEST(CleanInterval, MarksCountFromBeforeTheEarlierRowsToAfterTheLaterOnes) {
  auto earlier = snapshot(10, {statement("a", 10, 10)});
  auto later = snapshot(100, {statement("a", 20, 20)});
  earlier.after.stats_reset = at(10);  // a reset while the earlier rows were read
  later.before.stats_reset = at(10);
  later.after.stats_reset = at(10);
  EXPECT_THAT(compute_deltas(earlier, later).unclean, ElementsAre(Unclean::Reset));
  later.after.stats_reset = at(1);
  EXPECT_TRUE(compute_deltas(earlier, later).clean());
}

TEST(CleanInterval, AMomentMayFall) {
  const auto earlier = snapshot(10, {statement("a", 10, 100)});
  const auto later = snapshot(100, {statement("a", 20, 101)});
  EXPECT_LT(later.rows[0].counters[2].real, earlier.rows[0].counters[2].real);
  EXPECT_TRUE(compute_deltas(earlier, later).clean());
}

TEST(CleanInterval, RowsThatDidNothingStillCountAsWitnesses) {
  const auto earlier = snapshot(10, {statement("a", 10, 10), statement("idle", 5, 5)});
  const auto later = snapshot(100, {statement("a", 20, 20), statement("idle", 4, 5)});
  const auto deltas = compute_deltas(earlier, later);
  EXPECT_EQ(claim(later, deltas, "a"), (Claim{Quality::LowerBound, 10}));
}

// ---- comparable at all? ----

TEST(Comparable, NotAfterNullQueryIds) {
  auto earlier = snapshot(10, {statement("a", 10, 10)});
  auto later = snapshot(100, {statement("a", 20, 20), statement("granted", 1002, 1)});
  earlier.null_query_ids = true;
  const auto deltas = compute_deltas(earlier, later);
  EXPECT_EQ(deltas.incomparable, Incomparable::NullQueryIds);
  EXPECT_THAT(deltas.rows, IsEmpty());
}

TEST(Comparable, ARevokedPrivilegeMakesKeysVanish) {
  const auto earlier = snapshot(10, {statement("a", 10, 10), statement("b", 10, 10)});
  auto later = snapshot(100, {statement("a", 20, 20)});
  later.null_query_ids = true;
  const auto deltas = compute_deltas(earlier, later);
  EXPECT_FALSE(deltas.incomparable);
  EXPECT_THAT(deltas.unclean, ElementsAre(Unclean::KeyVanished));
}

TEST(Comparable, NotWithOtherKeyColumns) {
  auto earlier = snapshot(10, {statement("5/10/1", 10, 10)});
  earlier.key_columns.pop_back();
  const auto later = snapshot(100, {statement("5/10/1/t", 20, 20)});
  EXPECT_EQ(compute_deltas(earlier, later).incomparable, Incomparable::KeyColumns);
}

TEST(Comparable, NotWithAnotherServer) {
  const auto earlier = snapshot(10, {statement("a", 10, 10)});
  auto later = snapshot(100, {statement("a", 20, 20)});
  later.server.system_identifier = "7300000000000000002";
  EXPECT_EQ(compute_deltas(earlier, later).incomparable, Incomparable::OtherServer);
  // A standby of the same cluster that was already running at the earlier read.
  later.server = {earlier.server.system_identifier, at(5)};
  EXPECT_EQ(compute_deltas(earlier, later).incomparable, Incomparable::OtherServer);
  later.server.started = at(11);
  EXPECT_EQ(compute_deltas(earlier, later).incomparable, std::nullopt);
}

// ---- columns ----

TEST(Columns, OnlyThoseOfBothReadsAreCompared) {
  // ALTER EXTENSION UPDATE from 1.10 to 1.11 renames blk_read_time and brings stats_since.
  auto earlier = snapshot(10, {statement("a", 10, 10)});
  auto later = snapshot(100, {statement("a", 20, 20, at(2))});
  earlier.columns.push_back({"blk_read_time", CounterType::Real});
  earlier.rows[0].counters.push_back({0, 7});
  later.columns.push_back({"shared_blk_read_time", CounterType::Real});
  later.rows[0].counters.push_back({0, 8});
  const auto deltas = compute_deltas(earlier, later);
  EXPECT_THAT(deltas.columns, ElementsAre(columns()[0], columns()[1], columns()[4]));
  EXPECT_EQ(claim(later, deltas, "a"), (Claim{Quality::Exact, 10}));
}

TEST(Columns, AreFoundByNameWhateverTheirPlace) {
  auto earlier = snapshot(10, {statement("a", 10, 100)});
  std::ranges::reverse(earlier.columns);
  std::ranges::reverse(earlier.rows[0].counters);
  const auto later = snapshot(100, {statement("a", 12, 104)});
  const auto deltas = compute_deltas(earlier, later);
  ASSERT_EQ(deltas.rows.size(), 1U);
  EXPECT_EQ(deltas.calls(deltas.rows[0]), 2);
  EXPECT_EQ(deltas.total_ms(deltas.rows[0]), 4);
  EXPECT_EQ(deltas.rows[0].mean_ms, 2);
}

TEST(Columns, TheNamesOfPostgreSql12AreKnown) {
  auto earlier = snapshot(10, {statement("a", 10, 100)});
  earlier.columns[1].name = "total_time";
  earlier.columns[2].name = "mean_time";
  earlier.columns[3].name = "stddev_time";
  auto later = snapshot(100, {statement("a", 14, 108)});
  later.columns = earlier.columns;
  const auto deltas = compute_deltas(earlier, later);
  EXPECT_EQ(deltas.rows.at(0).mean_ms, 2);
  EXPECT_TRUE(deltas.rows[0].stddev_ms);
}

TEST(Columns, AStatementThatWasOnlyPlannedIsARow) {
  auto earlier = snapshot(10, {statement("a", 10, 10)});
  earlier.columns.push_back({"plans", CounterType::Integer});
  earlier.rows[0].counters.push_back({3, 0});
  auto later = snapshot(100, {statement("a", 10, 10)});
  later.columns = earlier.columns;
  later.rows[0].counters.push_back({4, 0});
  const auto deltas = compute_deltas(earlier, later);
  ASSERT_EQ(deltas.rows.size(), 1U);
  EXPECT_EQ(deltas.calls(deltas.rows[0]), 0);
  EXPECT_FALSE(deltas.rows[0].mean_ms);
}

// ---- several rows of one key: PostgreSQL 15 with the extension left at 1.8 ----

TEST(SharedKey, IsComparedAsASum) {
  const auto earlier = snapshot(10, {statement("a", 10, 10), statement("a", 2, 4)});
  const auto later = snapshot(100, {statement("a", 3, 5), statement("a", 15, 18)});
  const auto deltas = compute_deltas(earlier, later);
  ASSERT_EQ(deltas.rows.size(), 1U);
  EXPECT_EQ(claim(later, deltas, "a"), (Claim{Quality::Exact, 6}));
  EXPECT_EQ(deltas.total_ms(deltas.rows[0]), 9);
  EXPECT_EQ(deltas.rows[0].mean_ms, 1.5);
  EXPECT_FALSE(deltas.rows[0].stddev_ms);
}

TEST(SharedKey, ACopyThatIsGoneIsAVanishedKey) {
  const auto earlier = snapshot(10, {statement("a", 10, 10), statement("a", 2, 2)});
  const auto later = snapshot(100, {statement("a", 20, 20)});
  const auto deltas = compute_deltas(earlier, later);
  EXPECT_THAT(deltas.unclean, ElementsAre(Unclean::KeyVanished));
  EXPECT_EQ(claim(later, deltas, "a"), (Claim{Quality::LowerBound, 8}));
}

TEST(SharedKey, ACopyThatCameCountsInFull) {
  const auto earlier = snapshot(10, {statement("a", 10, 10)});
  const auto later = snapshot(100, {statement("a", 11, 11), statement("a", 2, 2)});
  EXPECT_EQ(claim(later, compute_deltas(earlier, later), "a"), (Claim{Quality::Exact, 3}));
}

// ---- means ----

TEST(Mean, IsThatOfTheIntervalNotOfTheLifetime) {
  const auto earlier = snapshot(10, {statement("a", 10, 1000)});
  const auto later = snapshot(100, {statement("a", 14, 1008)});
  const auto deltas = compute_deltas(earlier, later);
  EXPECT_EQ(deltas.rows.at(0).mean_ms, 2);
  EXPECT_TRUE(deltas.rows[0].is_difference);
}

TEST(Mean, IsAbsentOnALowerBoundTakenAsADifference) {
  // Measured: before 1 call of 501 ms, now 60 of 611 ms, nothing fell: the naive mean is 1.87 ms, the truth about 10.
  const auto earlier = snapshot(10, {statement("a", 1, 501)});
  auto later = snapshot(100, {statement("a", 60, 611)});
  later.after.stats_reset = at(50);
  const auto deltas = compute_deltas(earlier, later);
  EXPECT_EQ(claim(later, deltas, "a"), (Claim{Quality::LowerBound, 59}));
  EXPECT_FALSE(deltas.rows[0].mean_ms);
  EXPECT_FALSE(deltas.rows[0].stddev_ms);
}

TEST(Mean, OfAWholeValueIsTheCatalogs) {
  const auto earlier = snapshot(10, {});
  auto later = snapshot(100, {statement("new", 4, 8)});
  later.rows[0].counters[3].real = 1.25;
  const auto deltas = compute_deltas(earlier, later);
  EXPECT_EQ(deltas.rows.at(0).mean_ms, 2);
  EXPECT_EQ(deltas.rows[0].stddev_ms, 1.25);
  EXPECT_FALSE(deltas.rows[0].is_difference);
}

TEST(Interval, IsMeasuredByTheServersClock) {
  EXPECT_EQ(compute_deltas(snapshot(10, {}), snapshot(70.5, {})).interval_s, 60.5);
  EXPECT_EQ(compute_deltas(snapshot(10, {}), snapshot(9, {})).interval_s, std::nullopt);
}

TEST(LifetimeTotals, AreBaselinesOfEveryRowThatRan) {
  const auto read = snapshot(10, {statement("a", 10, 20), statement("never", 0, 0)});
  const auto deltas = lifetime_totals(read);
  ASSERT_EQ(deltas.rows.size(), 1U);
  EXPECT_EQ(claim(read, deltas, "a"), (Claim{Quality::Baseline, 10}));
  EXPECT_EQ(deltas.rows[0].mean_ms, 2);
  EXPECT_EQ(deltas.interval_s, std::nullopt);
  EXPECT_TRUE(deltas.clean());
}

// ---- MySQL and MariaDB ----

TEST(Digest, IsExactWithTheSameFirstSeenFromBeforeTheSecondOfTheRead) {
  const auto earlier = digests(10.5, {statement("a", 10, 10, at(9)), statement("b", 10, 10, at(10))});
  const auto later = digests(100, {statement("a", 12, 12, at(9)), statement("b", 13, 13, at(10))});
  const auto deltas = compute_deltas(earlier, later);
  EXPECT_EQ(claim(later, deltas, "a"), (Claim{Quality::Exact, 2}));
  EXPECT_EQ(claim(later, deltas, "b"), (Claim{Quality::LowerBound, 3}));
}

TEST(Digest, WithAFractionTheSameFirstSeenIsEnough) {
  auto earlier = digests(10.5, {statement("a", 10, 10, at(10.25))});
  auto later = digests(100, {statement("a", 13, 13, at(10.25))});
  earlier.since_in_whole_seconds = later.since_in_whole_seconds = false;
  EXPECT_EQ(claim(later, compute_deltas(earlier, later), "a"), (Claim{Quality::Exact, 3}));
}

TEST(Digest, OfAnotherFirstSeenCountsInFull) {
  const auto earlier = digests(10, {statement("a", 10, 10, at(5))});
  const auto later = digests(100, {statement("a", 14, 14, at(60))});
  EXPECT_EQ(claim(later, compute_deltas(earlier, later), "a"), (Claim{Quality::LowerBound, 14}));
}

TEST(Digest, ThatFellWithTheSameFirstSeenGivesNothing) {
  const auto earlier = digests(10, {statement("a", 10, 10, at(5)), statement("b", 10, 10, at(5))});
  const auto later = digests(100, {statement("a", 9, 12, at(5)), statement("b", 11, 11, at(5))});
  const auto deltas = compute_deltas(earlier, later);
  EXPECT_EQ(claim(later, deltas, "a"), std::nullopt);
  EXPECT_EQ(claim(later, deltas, "b"), (Claim{Quality::Exact, 1}));
}

TEST(Digest, ANewOneNeedsASurvivorToBeExact) {
  const auto later = digests(100, {statement("a", 10, 10, at(5)), statement("new", 3, 3, at(50))});
  EXPECT_EQ(claim(later, compute_deltas(digests(10, {statement("a", 9, 9, at(5))}), later), "new"),
            (Claim{Quality::Exact, 3}));
  // The only earlier row may have gone and come back within the second of the read.
  EXPECT_EQ(claim(later, compute_deltas(digests(5.5, {statement("a", 9, 9, at(5))}), later), "new"),
            (Claim{Quality::LowerBound, 3}));
  EXPECT_EQ(claim(later, compute_deltas(digests(10, {}), later), "new"), (Claim{Quality::LowerBound, 3}));
}

TEST(Digest, AStartTimeToldByUptimeMayBeASecondOff) {
  const auto earlier = digests(10, {statement("a", 9, 9, at(5))});
  auto later = digests(100, {statement("a", 10, 10, at(5)), statement("new", 3, 3, at(50))});
  later.server.started = at(1);
  EXPECT_EQ(claim(later, compute_deltas(earlier, later), "new"), (Claim{Quality::Exact, 3}));
  later.server.started = at(30);
  EXPECT_THAT(compute_deltas(earlier, later).unclean, Contains(Unclean::Restarted));
}

}  // namespace
}  // namespace dbi::collect
