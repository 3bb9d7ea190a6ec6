// Buckets by key: what is admitted, under timetables, adaptive rates, reloads, restarts and evictions.
// SPDX-License-Identifier: Apache-2.0
#include "limit/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <vector>

#include "base/time_text.hpp"

namespace dbi::limit {
namespace {

using namespace std::chrono_literals;
using Outcome = Verdict::Outcome;

constexpr Timestamp kStart{std::chrono::seconds{1'800'000'000}};

LimitOptions options_of(double rps, std::int64_t burst) {
  LimitOptions options;
  options.default_rps = rps;
  options.default_burst = burst;
  return options;
}

LimitSettings settings(const LimitOptions& options) {
  auto made = settings_of(options);
  EXPECT_TRUE(made) << made.error().message;
  return std::move(*made);
}

int admitted(RateLimiter& limiter, const KeyParts& key, Timestamp now, int records) {
  int count = 0;
  for (int i = 0; i < records; ++i) count += limiter.decide(key, {now, now}).admitted() ? 1 : 0;
  return count;
}

void load(RateLimiter& limiter, const std::string& lines) {
  std::string text = lines + std::string(record::kPadding, ' ');
  record::Reader reader;
  record::Record line;
  for (std::size_t begin = 0; begin < lines.size();) {
    const auto end = lines.find('\n', begin);
    ASSERT_TRUE(reader.parse(std::string_view(text).substr(begin, end - begin), line));
    EXPECT_TRUE(limiter.load_line(line));
    begin = end + 1;
  }
}

std::string saved(const RateLimiter& limiter) {
  std::string lines;
  stream::append_lines(lines, [&limiter](stream::Lines& all) { limiter.save(all); });
  return lines;
}

TEST(RateLimiter, EveryKeyHasABucketOfItsOwn) {
  RateLimiter limiter(settings(options_of(10, 5)));
  EXPECT_EQ(admitted(limiter, {"a", "x"}, kStart, 8), 5);
  EXPECT_EQ(admitted(limiter, {"a", "y"}, kStart, 8), 5);
  EXPECT_EQ(admitted(limiter, {"b", "x"}, kStart, 8), 5);
  EXPECT_EQ(admitted(limiter, {"a", ""}, kStart, 8), 5);
  EXPECT_EQ(admitted(limiter, {"a", "x"}, kStart + 300ms, 8), 3);
  EXPECT_EQ(limiter.keys(), 4U);
  EXPECT_EQ(limiter.totals().admitted, 23U);
  EXPECT_EQ(limiter.totals().over_key, 17U);
}

// A name may hold any byte: "a", NUL, "b" on "c" is not "a" on "b", NUL, "c".
TEST(RateLimiter, NoTwoKeysShareABucket) {
  using namespace std::string_view_literals;
  LimitOptions options = options_of(1, 5);
  options.database_limits["c"].burst = 3;
  RateLimiter limiter(settings(options));
  EXPECT_EQ(admitted(limiter, {"a\0b"sv, "c"sv}, kStart, 10), 3);
  EXPECT_EQ(admitted(limiter, {"a"sv, "b\0c"sv}, kStart, 10), 5);
  EXPECT_EQ(limiter.keys(), 2U);
  RateLimiter again(settings(options));
  load(again, saved(limiter));
  limiter.change(settings(options), kStart);
  EXPECT_EQ(saved(again), saved(limiter));
}

TEST(RateLimiter, TheClosestNameGivesTheLimit) {
  LimitOptions options = options_of(1, 1);
  options.database_limits["billing"].burst = 3;
  options.database_limits["app_*"].burst = 4;
  options.database_limits["app_1*"].burst = 5;
  options.database_limits["main/app_*"].burst = 6;
  RateLimiter limiter(settings(options));
  EXPECT_EQ(admitted(limiter, {"main", "billing"}, kStart, 10), 3);
  EXPECT_EQ(admitted(limiter, {"other", "app_2"}, kStart, 10), 4);
  EXPECT_EQ(admitted(limiter, {"other", "app_12"}, kStart, 10), 5);
  EXPECT_EQ(admitted(limiter, {"main", "app_12"}, kStart, 10), 6);
  EXPECT_EQ(admitted(limiter, {"main", "x"}, kStart, 10), 1);
}

// A key over its own limit takes nothing of what all share; one that the others leave nothing for is not charged
// either.
TEST(RateLimiter, TheGlobalBucketIsAskedLastAndNeitherIsChargedUnlessBothAdmit) {
  LimitOptions options = options_of(1, 6);
  options.global_max_rps = 2;
  options.global_max_burst = 10;
  RateLimiter limiter(settings(options));
  EXPECT_EQ(admitted(limiter, {"a", "loud"}, kStart, 1000), 6);
  EXPECT_EQ(admitted(limiter, {"a", "quiet"}, kStart, 4), 4);
  EXPECT_EQ(limiter.decide({"a", "quiet"}, {kStart, kStart}).outcome, Outcome::OverGlobal);
  EXPECT_EQ(limiter.decide({"a", "loud"}, {kStart, kStart}).outcome, Outcome::OverKey);
  // Half a second gives one of all; the quiet key has two left of its burst.
  EXPECT_EQ(limiter.decide({"a", "quiet"}, {kStart, kStart + 500ms}).outcome, Outcome::Admitted);
  EXPECT_EQ(limiter.decide({"a", "quiet"}, {kStart, kStart + 1s}).outcome, Outcome::Admitted);
  EXPECT_EQ(limiter.decide({"a", "quiet"}, {kStart, kStart + 2s}).outcome, Outcome::OverKey);
  EXPECT_EQ(limiter.totals().over_global, 1U);
}

// The model run: a loud key and nine quiet ones behind one global limit.
TEST(RateLimiter, QuietKeysAreCompleteBesideALoudOne) {
  LimitOptions options = options_of(100, 20);
  options.global_max_rps = 200;
  options.global_max_burst = 40;
  RateLimiter limiter(settings(options));
  std::map<std::string, int> passed;
  for (int millisecond = 0; millisecond < 20'000; ++millisecond) {
    const Timestamp now = kStart + millisecond * 1ms;
    for (int i = 0; i < 5; ++i) passed["loud"] += limiter.decide({"a", "loud"}, {now, now}).admitted() ? 1 : 0;
    const std::string quiet = std::to_string(millisecond % 9);
    if (millisecond % 100 == 0) passed["quiet"] += limiter.decide({"a", quiet}, {now, now}).admitted() ? 1 : 0;
  }
  EXPECT_EQ(passed["quiet"], 200);
  EXPECT_NEAR(passed["loud"], 2000, 21);
}

TEST(RateLimiter, SaysHowLongToWait) {
  LimitOptions options = options_of(10, 2);
  options.global_max_rps = 4;
  options.global_max_burst = 3;
  RateLimiter limiter(settings(options));
  EXPECT_EQ(admitted(limiter, {"a", "x"}, kStart, 2), 2);
  EXPECT_EQ(limiter.decide({"a", "x"}, {kStart, kStart}).wait, 100ms);
  EXPECT_EQ(limiter.decide({"a", "y"}, {kStart, kStart}).wait, 0ms);
  EXPECT_EQ(limiter.decide({"a", "y"}, {kStart, kStart}).wait, 250ms);
  EXPECT_EQ(limiter.decide_again({"a", "y"}, {kStart + 250ms, kStart + 250ms}).outcome, Outcome::Admitted);
  EXPECT_EQ(limiter.totals().decisions, 5U);
}

TEST(RateLimiter, SaysHowLongToWaitBefore1970) {
  RateLimiter limiter(settings(options_of(1, 1)));
  const Timestamp then = parse_timestamp("1969-12-31T23:59:59Z").value();
  EXPECT_TRUE(limiter.decide({"a", "x"}, {then, then}).admitted());
  const Verdict verdict = limiter.decide({"a", "x"}, {then, then});
  EXPECT_FALSE(verdict.admitted());
  EXPECT_EQ(verdict.wait, 1s);
}

TEST(RateLimiter, WithoutARateAWaitIsUntilTheWindowEnds) {
  LimitOptions options = options_of(10, 1);
  options.schedule.resize(1);
  options.schedule[0].from = "08:00";
  options.schedule[0].to = "09:00";
  options.schedule[0].rps = 0;
  RateLimiter limiter(settings(options));
  const Timestamp now = parse_timestamp("2026-11-27T08:20:00Z").value();
  EXPECT_EQ(admitted(limiter, {"a", "x"}, now, 2), 1);
  EXPECT_EQ(limiter.decide({"a", "x"}, {now, now}).wait, 40min);
  EXPECT_EQ(admitted(limiter, {"a", "x"}, now + 40min, 1), 0);
  EXPECT_EQ(admitted(limiter, {"a", "x"}, now + 40min + 100ms, 1), 1);

  RateLimiter blocked(settings(options_of(0, 1)));
  EXPECT_EQ(admitted(blocked, {"a", "x"}, now, 2), 1);
  EXPECT_EQ(blocked.decide({"a", "x"}, {now, now}).wait, RateLimiter::kLongestWait);
}

TEST(RateLimiter, ABacklogDrainsByTheRateOfEachWindowInBetween) {
  LimitOptions options = options_of(100, 1000);
  options.schedule.resize(1);
  options.schedule[0].from = "08:00";
  options.schedule[0].to = "08:01";
  options.schedule[0].rps = 1;
  RateLimiter limiter(settings(options));
  const Timestamp before = parse_timestamp("2026-11-27T07:59:59Z").value();
  EXPECT_EQ(admitted(limiter, {"a", "x"}, before, 2000), 1000);
  // A second at 100, a minute at 1, two seconds at 100.
  EXPECT_EQ(admitted(limiter, {"a", "x"}, before + 63s, 2000), 100 + 60 + 200);
}

// Eight thousand years are six million windows of a day: neither a long time nor one record too many.
TEST(RateLimiter, ATimeFarAheadIsReachedAtOnce) {
  LimitOptions options = options_of(0, 10);
  options.schedule.resize(1);
  options.schedule[0].from = "08:00";
  options.schedule[0].to = "09:00";
  options.schedule[0].rps = 0;
  options.schedule[0].time_zone = "Europe/Berlin";
  RateLimiter limiter(settings(options));
  const Timestamp end = parse_timestamp("9999-12-31T23:59:59Z").value();
  for (int key = 0; key < 10; ++key) {
    EXPECT_EQ(admitted(limiter, {"t", std::to_string(key)}, kStart, 20), 10);
    EXPECT_EQ(admitted(limiter, {"t", std::to_string(key)}, end, 20), 0);
  }
}

TEST(RateLimiter, AWindowMayHaveABurstOfItsOwn) {
  LimitOptions options = options_of(1, 10);
  options.schedule.resize(1);
  options.schedule[0].to = "08:00";
  options.schedule[0].rps = 1;
  options.schedule[0].burst = 3;
  RateLimiter limiter(settings(options));
  const Timestamp eight = parse_timestamp("2026-11-27T08:00:00Z").value();
  EXPECT_EQ(admitted(limiter, {"a", "x"}, eight - 1us, 20), 3);
  EXPECT_EQ(admitted(limiter, {"a", "x"}, eight, 20), 7);
}

TEST(RateLimiter, AClockThatIsSetBackNeitherBlocksNorAdmitsMore) {
  RateLimiter limiter(settings(options_of(10, 5)));
  EXPECT_EQ(admitted(limiter, {"a", "x"}, kStart, 10), 5);
  EXPECT_EQ(admitted(limiter, {"a", "x"}, kStart - 1h, 10), 0);
  EXPECT_EQ(admitted(limiter, {"a", "x"}, kStart - 1h + 200ms, 10), 2);
}

// Whatever the clock did, and over restarts: once a whole burst has drained at the configured rate, a key is limited by
// its rate and burst and by nothing else, and so is what all share.
TEST(RateLimiter, IsRightOnceABurstHasDrainedAfterAnyWalkOfTheClock) {
  LimitOptions options = options_of(10, 50);
  options.global_max_rps = 20;
  options.global_max_burst = 60;
  options.adaptive = true;
  options.min_rps = 1;
  options.max_rps = 20;
  options.schedule.resize(1);
  options.schedule[0].from = "08:00";
  options.schedule[0].to = "08:20";
  options.schedule[0].rps = 1;
  options.schedule[0].burst = 20;
  options.schedule[0].time_zone = "Europe/Berlin";
  const KeyParts key{"t", "x"};
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937_64 random(seed);
    Pressure pressure = Pressure::None;
    auto limiter = std::make_unique<RateLimiter>(settings(options), [&] { return pressure; });
    Timestamp now = kStart;
    for (int step = 0; step < 200; ++step) {
      const microseconds far{std::int64_t{1} << random() % 49U};  // up to 17 years
      now += random() % 2 == 0 ? far : -far;
      pressure = static_cast<Pressure>(random() % 3);
      admitted(*limiter, key, now, 150);
      if (step % 20 != 19) continue;
      const std::string lines = saved(*limiter);
      limiter = std::make_unique<RateLimiter>(settings(options), [&] { return pressure; });
      load(*limiter, lines);
    }
    // At noon, when no window is near, without pressure: every 30 s the rate rises by a quarter, up to what is
    // configured.
    pressure = Pressure::None;
    now = std::chrono::floor<std::chrono::days>(now) + 12h;
    for (const Timestamp end = now + 10min; now < end; now += 1s) admitted(*limiter, key, now, 4);
    const double rate = limiter->rate_of(key)->per_second();  // above 10 where there was demand
    EXPECT_TRUE(rate >= 10 && rate <= 20) << "seed " << seed << ": " << rate;
    EXPECT_EQ(admitted(*limiter, key, now, 100), 50) << "seed " << seed;
    EXPECT_EQ(admitted(*limiter, key, now + 1s, 100), static_cast<int>(rate)) << "seed " << seed;
  }
}

TEST(RateLimiter, NobodyOwesMoreThanAWholeBurst) {
  LimitOptions options = options_of(10, 1000);
  options.global_max_rps = 10;
  options.global_max_burst = 1000;
  RateLimiter limiter(settings(options));
  EXPECT_EQ(admitted(limiter, {"t", "x"}, kStart, 2000), 1000);
  options.default_burst = 30;
  options.global_max_burst = 30;
  limiter.change(settings(options), kStart);
  EXPECT_EQ(admitted(limiter, {"t", "x"}, kStart + 1s, 100), 10);
  // Nor by what a file says.
  RateLimiter loaded(settings(options));
  load(
      loaded,
      R"({"kind":"rate_limit_key","target":"t","database":"x","at":"2027-01-15T08:00:00Z","backlog":900000000000000000})"
      "\n"
      R"({"kind":"rate_limit_global","at":"2027-01-15T08:00:00Z","backlog":900000000000000000})"
      "\n");
  EXPECT_EQ(admitted(loaded, {"t", "x"}, kStart + 1s, 100), 10);
}

// ---- Adaptive rates ----

LimitOptions adaptive_options() {
  LimitOptions options = options_of(500, 100);
  options.adaptive = true;
  return options;
}

// Offers as many records a second for a step's time, and one more that takes the step.
void offer(RateLimiter& limiter, const KeyParts& key, Timestamp& now, int per_second) {
  for (int tenth = 0; tenth < 300; ++tenth, now += 100ms) admitted(limiter, key, now, per_second / 10);
  limiter.decide(key, {now, now});
}

TEST(RateLimiter, AStepWantsThirtySecondsAndAHundredDecisions) {
  Pressure pressure = Pressure::High;
  RateLimiter limiter(settings(adaptive_options()), [&] { return pressure; });
  const KeyParts key{"a", "x"};
  Timestamp now = kStart;
  admitted(limiter, key, now, 200);
  admitted(limiter, key, now + 29s, 1);
  EXPECT_EQ(limiter.rate_of(key), Rate::per_second(500)) << "too early";
  admitted(limiter, key, now + 30s, 1);
  EXPECT_EQ(limiter.rate_of(key), Rate::per_second(450));
  now += 30s;
  admitted(limiter, key, now, 98);  // 99 since the step
  admitted(limiter, key, now + 1h, 1);
  EXPECT_EQ(limiter.rate_of(key), Rate::per_second(450)) << "too few";
  admitted(limiter, key, now + 1h, 1);
  EXPECT_EQ(limiter.rate_of(key), Rate::per_second(405));
}

TEST(RateLimiter, DemandIsThatRecordsAreOverTheKeysOwnLimit) {
  LimitOptions options = adaptive_options();
  options.global_max_rps = 10;
  options.global_max_burst = 1;
  RateLimiter behind_global(settings(options));
  RateLimiter limiter(settings(adaptive_options()));
  const KeyParts key{"a", "x"};
  Timestamp now = kStart;
  offer(limiter, key, now, 400);
  EXPECT_EQ(limiter.rate_of(key), Rate::per_second(500)) << "no demand";
  offer(limiter, key, now, 600);
  EXPECT_EQ(limiter.rate_of(key), Rate::per_second(525));
  now = kStart;
  offer(behind_global, key, now, 400);
  EXPECT_EQ(behind_global.rate_of(key), Rate::per_second(500)) << "over the global limit only";
}

TEST(RateLimiter, WhatDemandRaisedBeginsAnewAfterAWindow) {
  LimitOptions options = adaptive_options();
  options.schedule.resize(1);
  options.schedule[0].from = "09:00";
  options.schedule[0].to = "10:00";
  options.schedule[0].rps = 200;
  RateLimiter limiter(settings(options));
  const KeyParts key{"a", "x"};
  Timestamp now = parse_timestamp("2026-11-27T08:00:00Z").value();
  offer(limiter, key, now, 600);
  EXPECT_EQ(limiter.rate_of(key), Rate::per_second(525));
  now = parse_timestamp("2026-11-27T09:00:00Z").value();
  admitted(limiter, key, now, 1);
  EXPECT_EQ(limiter.rate_of(key), Rate::per_second(200));
  now = parse_timestamp("2026-11-27T10:00:00Z").value();
  admitted(limiter, key, now, 1);
  EXPECT_EQ(limiter.rate_of(key), Rate::per_second(500));
}

TEST(RateLimiter, TellsWhereARateLeavesItsBaseAndReturns) {
  Pressure pressure = Pressure::High;
  RateLimiter limiter(settings(adaptive_options()), [&] { return pressure; });
  const KeyParts key{"a", "x"};
  Timestamp now = kStart;
  offer(limiter, key, now, 100);
  const auto lowered = limiter.take_change();
  ASSERT_TRUE(lowered);
  EXPECT_EQ(lowered->database, "x");
  EXPECT_EQ(lowered->state, AdaptiveRate::State::Lowered);
  EXPECT_EQ(lowered->from, Rate::per_second(500));
  EXPECT_EQ(lowered->to, Rate::per_second(450));
  EXPECT_FALSE(limiter.take_change());
  offer(limiter, key, now, 100);
  EXPECT_FALSE(limiter.take_change()) << "lower still";
  pressure = Pressure::None;
  offer(limiter, key, now, 100);
  const auto restored = limiter.take_change();
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->state, AdaptiveRate::State::AtBase);
  EXPECT_EQ(limiter.totals().rate_changes, 3U);
}

// Random demand, pressure, timetables, reloads and restarts against a count by the rates that were in force: over any
// window no more is admitted than their integral and the burst; and the rate is always within [min, max] and the
// window.
TEST(RateLimiter, OverAnyWindowAdmitsAtMostTheIntegralOfItsRateAndTheBurst) {
  __extension__ using Wide = __int128;
  constexpr std::int64_t kOne = 1'000'000'000;
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937_64 random(seed);
    const auto up_to = [&random](std::int64_t most) {
      return std::uniform_int_distribution<std::int64_t>(0, most)(random);
    };
    // Low enough that a bucket seldom drains before a window ends.
    const auto draw_rate = [&] { return 0.02 * std::pow(10.0, static_cast<double>(up_to(300)) / 100); };
    const auto draw_options = [&] {
      LimitOptions options = options_of(draw_rate(), 50);
      options.adaptive = seed % 4 != 0;
      options.min_rps = 0.02;
      options.max_rps = 20;
      options.schedule.resize(static_cast<std::size_t>(up_to(2)));
      for (auto& window : options.schedule) {
        const auto minute = [&] { return std::to_string(10 + up_to(9)) + ":" + std::to_string(10 + up_to(49)); };
        window.from = minute();
        window.to = minute();
        window.rps = draw_rate();
        window.time_zone = up_to(1) == 0 ? "Europe/Berlin" : "UTC";
      }
      return options;
    };
    LimitOptions options = draw_options();
    LimitSettings of = settings(options);
    Pressure pressure = Pressure::None;
    auto limiter = std::make_unique<RateLimiter>(settings(options), [&] { return pressure; });
    const KeyParts key{"a", "x"};
    Timestamp now = kStart;
    Wide integral = 0;
    Wide least = 0;
    std::int64_t count = 0;
    // The rate in force between two decisions is that after the first, up to the edges of windows, where a plain table
    // says what is configured; an adaptive rate cannot rise there but to that.
    const auto highest_between = [&](Timestamp from, Timestamp to) {
      Wide sum = 0;
      Rate rate = limiter->rate_of(key).value_or(of.fallback.rate);
      for (Timestamp at = from; at < to;) {
        const auto state = of.fallback.timetable.at(at);
        const Timestamp until = std::min(state.until, to);
        const Rate base = state.window != nullptr ? state.window->rate : of.fallback.rate;
        if (at != from || !options.adaptive) rate = base;
        sum += static_cast<Wide>((until - at).count()) * rate.thousandths();
        at = until;
      }
      return sum;
    };
    for (int step = 0; step < 4000; ++step) {
      const auto passed = microseconds{up_to(step % 10 == 0 ? 60'000'000 : 200'000)};
      integral += highest_between(now, now + passed);
      now += passed;
      if (step % 50 == 0) pressure = static_cast<Pressure>(up_to(2));
      if (step % 500 == 499) {  // a reload
        options = draw_options();
        of = settings(options);
        limiter->change(of, now);
      }
      if (step % 700 == 699) {  // a restart
        const std::string lines = saved(*limiter);
        limiter = std::make_unique<RateLimiter>(settings(options), [&] { return pressure; });
        load(*limiter, lines);
        ASSERT_EQ(saved(*limiter), lines);
      }
      const bool passes = limiter->decide(key, {now, now}).admitted();
      if (options.adaptive) {
        ASSERT_GE(limiter->rate_of(key), Rate::per_second(0.02));
        ASSERT_LE(limiter->rate_of(key), Rate::per_second(20));
        const auto state = of.fallback.timetable.at(now);
        if (state.window != nullptr) {
          ASSERT_LE(limiter->rate_of(key), state.window->rate);
        }
      }
      if (!passes) continue;
      least = std::min(least, static_cast<Wide>(count) * kOne - integral);
      ++count;
      ASSERT_LE(static_cast<Wide>(count) * kOne - integral - least, static_cast<Wide>(50) * kOne)
          << "seed " << seed << ", step " << step;
    }
  }
}

// ---- Memory ----

TEST(RateLimiter, ARestartGoesOnAsIfNothingHadHappened) {
  LimitOptions options = adaptive_options();
  options.global_max_rps = 900;
  options.global_max_burst = 150;
  options.schedule.resize(1);
  options.schedule[0].from = "08:00";
  options.schedule[0].to = "09:00";
  options.schedule[0].rps = 300;
  RateLimiter whole(settings(options));
  auto parts = std::make_unique<RateLimiter>(settings(options));
  std::mt19937_64 random(3);
  Timestamp now = kStart;
  for (int step = 0; step < 20'000; ++step) {
    now += microseconds{random() % 8000};
    const std::string database(1, static_cast<char>('a' + random() % 5));
    ASSERT_EQ(whole.decide({"t", database}, {now, now}).outcome, parts->decide({"t", database}, {now, now}).outcome);
    if (step % 1000 != 999) continue;
    const std::string lines = saved(*parts);
    ASSERT_EQ(saved(whole), lines);
    parts = std::make_unique<RateLimiter>(settings(options));
    load(*parts, lines);
  }
}

TEST(RateLimiter, KeysAreBoundedAndTheOneSeenLongestAgoMakesRoom) {
  LimitOptions options = options_of(1, 1);
  options.max_keys = 100;
  RateLimiter limiter(settings(options));
  for (int i = 0; i < 10'000; ++i) admitted(limiter, {"t", std::to_string(i)}, kStart, 1);
  EXPECT_EQ(limiter.keys(), 100U);
  EXPECT_EQ(limiter.evictions(), 9900U);
  EXPECT_EQ(admitted(limiter, {"t", "9950"}, kStart, 1), 0);
  EXPECT_EQ(admitted(limiter, {"t", "0"}, kStart, 1), 1);
}

TEST(RateLimiter, WhereMemoryIsShortRestingKeysAreForgottenWithoutAnyHarm) {
  RateLimiter limiter(settings(options_of(10, 5)));
  admitted(limiter, {"t", "rests"}, kStart, 5);
  admitted(limiter, {"t", "busy"}, kStart + 1s, 5);
  limiter.shrink(kStart + 1s);
  EXPECT_EQ(limiter.keys(), 1U);
  EXPECT_EQ(limiter.evictions(), 0U);
  EXPECT_EQ(admitted(limiter, {"t", "busy"}, kStart + 1s, 1), 0);
}

TEST(RateLimiter, WhereNoneRestsTheHalfSeenLongestAgoMakesRoom) {
  RateLimiter limiter(settings(options_of(10, 5)));
  for (int i = 0; i < 3000; ++i) admitted(limiter, {"t", std::to_string(i)}, kStart, 5);
  limiter.shrink(kStart + 100ms);
  EXPECT_EQ(limiter.keys(), 1500U);
  EXPECT_EQ(limiter.evictions(), 1500U);
  EXPECT_EQ(admitted(limiter, {"t", "1500"}, kStart + 100ms, 5), 1);
  EXPECT_EQ(admitted(limiter, {"t", "1499"}, kStart + 100ms, 5), 5);
}

// What holds the memory may be something else, for hours.
TEST(RateLimiter, LimitsHoweverOftenItShrinks) {
  RateLimiter limiter(settings(options_of(10, 5)));
  for (int i = 0; i < 3000; ++i) admitted(limiter, {"t", std::to_string(i)}, kStart, 1);
  int passed = 0;
  for (int i = 0; i < 1000; ++i) {
    limiter.shrink(kStart);
    passed += admitted(limiter, {"t", "2999"}, kStart, 1);
  }
  EXPECT_EQ(passed, 4);
  EXPECT_EQ(limiter.keys(), RateLimiter::kShrinkAbove);
}

TEST(RateLimiter, OtherSettingsKeepTheBacklog) {
  RateLimiter limiter(settings(options_of(10, 100)));
  EXPECT_EQ(admitted(limiter, {"t", "x"}, kStart, 200), 100);
  LimitOptions options = options_of(1, 100);
  options.database_limits["x"].rps = 20;
  limiter.change(settings(options), kStart + 1s);  // ten have drained
  EXPECT_EQ(admitted(limiter, {"t", "x"}, kStart + 1s, 200), 10);
  EXPECT_EQ(admitted(limiter, {"t", "x"}, kStart + 2s, 200), 20);
}

}  // namespace
}  // namespace dbi::limit
