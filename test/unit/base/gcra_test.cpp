// The bucket: what it admits, and that this is never too much.
// SPDX-License-Identifier: Apache-2.0
#include "base/gcra.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace dbi {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kStart{std::chrono::seconds{1'800'000'000}};
constexpr std::int64_t kOne = 1'000'000'000;

TEST(Gcra, AdmitsABurstAndThenWhatTheRateGives) {
  Gcra bucket(kStart);
  const Rate rate = Rate::per_second(10);
  int admitted = 0;
  for (; bucket.admits(5); ++admitted) bucket.charge();
  EXPECT_EQ(admitted, 5);
  EXPECT_EQ(bucket.wait(rate, 5), 100ms);
  bucket.settle(kStart + 99999us, rate);
  EXPECT_FALSE(bucket.admits(5));
  bucket.settle(kStart + 100ms, rate);
  EXPECT_TRUE(bucket.admits(5));
}

TEST(Gcra, KeepsItsBacklogWhereTheRateOrTheBurstChanges) {
  Gcra bucket(kStart);
  for (int i = 0; i < 100; ++i) bucket.charge();
  bucket.settle(kStart + 1s, Rate::per_second(10));
  EXPECT_EQ(bucket.backlog(), 90 * kOne);
  bucket.settle(kStart + 2s, Rate::per_second(50));
  EXPECT_EQ(bucket.backlog(), 40 * kOne);
  EXPECT_FALSE(bucket.admits(20));
  EXPECT_TRUE(bucket.admits(41));
}

TEST(Gcra, NothingDrainsWithoutARateOrBackwardsInTime) {
  Gcra bucket(kStart);
  bucket.charge();
  EXPECT_EQ(bucket.wait(Rate(), 1), std::nullopt);
  bucket.settle(kStart + std::chrono::hours{100000}, Rate());
  EXPECT_EQ(bucket.backlog(), kOne);
  bucket.settle(kStart, Rate::per_second(Rate::kMax));
  EXPECT_EQ(bucket.backlog(), kOne);
  bucket.settle(kStart + 1s, Rate::per_second(1));  // it went on from the earlier time
  EXPECT_EQ(bucket.backlog(), 0);
}

TEST(Gcra, LongTimesAndHighRatesOverflowNothing) {
  Gcra bucket(kStart, Gcra::kMaxBurst * kOne);
  EXPECT_FALSE(bucket.admits(Gcra::kMaxBurst));
  bucket.settle(kStart + 999999us, Rate::per_second(Rate::kMax));
  EXPECT_EQ(bucket.backlog(), 1000 * kOne);
  bucket.settle(kStart + std::chrono::hours{200 * 365 * 24}, Rate::per_second(Rate::kMax));
  EXPECT_TRUE(bucket.empty());
}

TEST(Gcra, RatesAreExactToAThousandth) {
  EXPECT_EQ(Rate::per_second(0.001).thousandths(), 1);
  EXPECT_EQ(Rate::per_second(333.3334).thousandths(), 333333);
  EXPECT_EQ(Rate::per_second(-1), Rate());
  EXPECT_EQ(Rate::per_second(1e300), Rate::per_second(Rate::kMax));
}

// Random arrivals under a rate that changes at random: for every window from one admitted record to another, its count
// is at most the integral of the rate and the burst; and where demand never ceases, no record less than that.
TEST(Gcra, OverAnyWindowAdmitsAtMostTheIntegralOfTheRateAndTheBurst) {
  for (unsigned seed = 0; seed < 600; ++seed) {
    std::mt19937_64 random(seed);
    const auto up_to = [&random](std::int64_t most) {
      return std::uniform_int_distribution<std::int64_t>(0, most)(random);
    };
    const std::int64_t burst = 1 + up_to(seed % 3 == 0 ? 2 : 200);
    Gcra bucket(kStart);
    Timestamp now = kStart;
    Rate rate = Rate::thousandths(up_to(2'000'000));
    __extension__ using Wide = __int128;
    Wide integral = 0;  // billionths of a record, from the start
    Wide least = 0;     // of count - integral just before an admitted record: the best start of a window
    std::int64_t admitted = 0;
    for (int step = 0; step < 3000; ++step) {
      const std::int64_t passed = up_to(step % 50 == 0 ? 3'000'000 : 2'000);
      now += microseconds{passed};
      bucket.settle(now, rate);
      integral += static_cast<Wide>(passed) * rate.thousandths();
      if (step % 7 == 0) rate = Rate::thousandths(up_to(2'000'000));
      if (!bucket.admits(burst)) continue;
      bucket.charge();
      least = std::min(least, static_cast<Wide>(admitted) * kOne - integral);
      ++admitted;
      ASSERT_LE(static_cast<Wide>(admitted) * kOne - integral - least, static_cast<Wide>(burst) * kOne)
          << "seed " << seed << ", step " << step;
    }
  }
}

TEST(Gcra, UnceasingDemandGetsAllThatTheRateGives) {
  Gcra bucket(kStart);
  Rate rate = Rate::per_second(1000);
  std::int64_t admitted = 0;
  for (int millisecond = 0; millisecond <= 10'000; ++millisecond) {
    bucket.settle(kStart + millisecond * 1ms, rate);
    if (millisecond == 5000) rate = Rate::per_second(100);
    for (; bucket.admits(50); ++admitted) bucket.charge();
  }
  EXPECT_EQ(admitted, 50 + 5000 + 500);
}

}  // namespace
}  // namespace dbi
