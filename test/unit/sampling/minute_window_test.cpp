// At most so many records in any minute, however they fall.
// SPDX-License-Identifier: Apache-2.0
#include "sampling/minute_window.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "sampling/lines.hpp"

namespace dbi::sampling {
namespace {

using std::chrono::seconds;

TEST(MinuteWindow, AdmitsAsManyAsItMayAndMoreOnceTheyAreAMinuteOld) {
  MinuteWindow window;
  const Timestamp start{seconds(1000)};
  EXPECT_TRUE(window.admit(start, 2));
  EXPECT_TRUE(window.admit(start + seconds(59), 2));
  EXPECT_FALSE(window.admit(start + seconds(59), 2));
  EXPECT_TRUE(window.admit(start + seconds(60), 2));
  EXPECT_FALSE(window.admit(start + seconds(60), 2));
}

TEST(MinuteWindow, NoMinuteHoldsMore) {
  std::mt19937_64 random(1);  // NOLINT: the same every time
  MinuteWindow window;
  std::vector<Timestamp> passed;
  Timestamp now{seconds(1000)};
  for (int i = 0; i < 5000; ++i) {
    now += microseconds(static_cast<std::int64_t>(random() % 4'000'000));
    if (random() % 10 == 0) now += seconds(10);
    if (window.admit(now, 7)) passed.push_back(now);
  }
  ASSERT_GT(passed.size(), 100U);
  for (std::size_t i = 7; i < passed.size(); ++i) EXPECT_GE(passed[i] - passed[i - 7], seconds(60));
}

TEST(MinuteWindow, WhatPassedAtATimeAheadDoesNotCount) {
  MinuteWindow window;
  const Timestamp start{seconds(1000)};
  EXPECT_TRUE(window.admit(start - seconds(10), 2));
  EXPECT_TRUE(window.admit(start + seconds(30), 2));
  EXPECT_FALSE(window.admit(start + seconds(30), 2));
  EXPECT_TRUE(window.admit(start, 2));
  EXPECT_FALSE(window.admit(start, 2));
  EXPECT_FALSE(window.admit(start + seconds(40), 2));
  EXPECT_TRUE(window.admit(start + seconds(50), 2));
}

// Whatever the clock did: within a minute of healthy time a window admits again what it may, and no more.
TEST(MinuteWindow, IsRightAMinuteAfterAnyWalkOfTheClock) {
  std::mt19937_64 random(2);  // NOLINT: the same every time
  for (int walk = 0; walk < 200; ++walk) {
    MinuteWindow window;
    Timestamp now{seconds(1'000'000'000)};
    for (int i = 0; i < 100; ++i) {
      const auto far = seconds(std::int64_t{1} << random() % 29U);
      now += random() % 2 == 0 ? far : -far;
      window.admit(now, 3);
    }
    for (int i = 0; i < 60; ++i) window.admit(now += seconds(1), 3);
    int passed = 0;
    for (int i = 0; i < 600; ++i) passed += window.admit(now += seconds(1), 3) ? 1 : 0;
    EXPECT_EQ(passed, 30) << "walk " << walk;
  }
}

TEST(MinuteWindow, TakesNothingImpossibleFromAFile) {
  Lines parsed;
  MinuteWindow window;
  window.load(
      parsed.parse(R"({"passed":"-9223372036854775808:1 1000:4294967295 2000:4294967295 9223372036854775807:1"})"));
  EXPECT_FALSE(window.admit(Timestamp(seconds(59)), 60'000));
  EXPECT_TRUE(window.admit(Timestamp(seconds(61)), 60'000));
}

TEST(MinuteWindow, AFarNewerMinuteDoesNotHoldUpAnOlderRun) {
  MinuteWindow window;
  EXPECT_TRUE(window.admit(Timestamp(seconds(100'000)), 1));
  EXPECT_TRUE(window.admit(Timestamp(seconds(1000)), 1));
  EXPECT_FALSE(window.admit(Timestamp(seconds(1001)), 1));
}

TEST(MinuteWindow, GoesOnAfterASave) {
  MinuteWindow window;
  const Timestamp start{seconds(1000)};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(window.admit(start + seconds(i), 4));
  EXPECT_TRUE(window.admit(start + seconds(2), 4));
  std::string lines;
  window.save("a rule", lines);
  lines.pop_back();
  Lines parsed;
  MinuteWindow again;
  again.load(parsed.parse(lines));
  EXPECT_FALSE(again.admit(start + seconds(59), 4));
  EXPECT_TRUE(again.admit(start + seconds(60), 4));
  EXPECT_FALSE(again.admit(start + seconds(60), 4));
  std::string nothing;
  MinuteWindow().save("a rule", nothing);
  EXPECT_EQ(nothing, "");
}

}  // namespace
}  // namespace dbi::sampling
