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

TEST(MinuteWindow, ATimeThatFallsCountsAtTheNewest) {
  MinuteWindow window;
  const Timestamp start{seconds(1000)};
  EXPECT_TRUE(window.admit(start + seconds(30), 2));
  EXPECT_TRUE(window.admit(start, 2));
  EXPECT_FALSE(window.admit(start + seconds(80), 2));
  EXPECT_TRUE(window.admit(start + seconds(90), 2));
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
