// SPDX-License-Identifier: Apache-2.0
#include "circuit/backoff.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>

namespace dbi::circuit {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToTheCap) {
  const Backoff backoff{.base = 30s, .cap = 15min, .factor = 2, .jitter = 0, .seed = 0};
  const microseconds expected[] = {30s, 60s, 120s, 240s, 480s, 900s, 900s};
  for (std::uint32_t i = 0; i < std::size(expected); ++i) EXPECT_EQ(open_time(backoff, "main", i + 1), expected[i]);
  EXPECT_EQ(open_time(backoff, "main", 4'000'000'000), 900s);
}

TEST(Backoff, TakesAnyFactorAndABaseBeyondTheCap) {
  EXPECT_EQ(open_time({.base = 10s, .cap = 1h, .factor = 1.5, .jitter = 0, .seed = 0}, "k", 3), 22500ms);
  EXPECT_EQ(open_time({.base = 10s, .cap = 1h, .factor = 1, .jitter = 0, .seed = 0}, "k", 4'000'000'000), 10s);
  EXPECT_EQ(open_time({.base = 2h, .cap = 1h, .factor = 2, .jitter = 0, .seed = 0}, "k", 1), 1h);
}

TEST(Backoff, JitterTakesAwayUpToItsShareAndIsSpread) {
  const Backoff backoff{.base = 100s, .cap = 15min, .factor = 2, .jitter = 0.2, .seed = 7};
  double sum = 0;
  std::set<microseconds> times;
  for (int i = 0; i < 1000; ++i) {
    const microseconds time = open_time(backoff, "target" + std::to_string(i), 1);
    EXPECT_GT(time, 80s);
    EXPECT_LE(time, 100s);
    sum += std::chrono::duration<double>(time).count();
    times.insert(time);
  }
  EXPECT_NEAR(sum / 1000, 90, 1);
  EXPECT_GT(times.size(), 990U);
}

TEST(Backoff, JitterFollowsFromSeedKeyAndOpenings) {
  const Backoff backoff{.base = 100s, .cap = 100s, .factor = 2, .jitter = 0.2, .seed = 7};
  Backoff other = backoff;
  other.seed = 8;
  EXPECT_EQ(open_time(backoff, "main", 3), open_time(backoff, "main", 3));
  EXPECT_NE(open_time(backoff, "main", 3), open_time(other, "main", 3));
  EXPECT_NE(open_time(backoff, "main", 3), open_time(backoff, "main", 4));
  EXPECT_NE(open_time(backoff, "main", 3), open_time(backoff, "other", 3));
}

}  // namespace
}  // namespace dbi::circuit
