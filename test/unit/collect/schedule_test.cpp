// Ticks do not drift and are never made up for.
// SPDX-License-Identifier: Apache-2.0
#include "collect/schedule.hpp"

#include <gtest/gtest.h>

namespace dbi::collect {
namespace {

using namespace std::chrono_literals;

const MonotonicTime kStart{1000s};

TEST(Schedule, TicksAtMultiplesOfTheInterval) {
  Schedule schedule(10s, kStart);
  EXPECT_EQ(schedule.start(kStart), 0s);
  EXPECT_EQ(schedule.due(), kStart + 10s);
  EXPECT_EQ(schedule.start(kStart + 10s + 3ms), 3ms);
  EXPECT_EQ(schedule.due(), kStart + 20s);
}

TEST(Schedule, LeavesOutTheTicksThatPassed) {
  Schedule schedule(10s, kStart);
  schedule.start(kStart);
  EXPECT_EQ(schedule.start(kStart + 47s), 37s);
  EXPECT_EQ(schedule.due(), kStart + 50s);
}

TEST(Schedule, ACycleBroughtForwardKeepsTheTick) {
  Schedule schedule(10s, kStart);
  schedule.start(kStart);
  EXPECT_EQ(schedule.start(kStart + 4s), 0s);
  EXPECT_EQ(schedule.due(), kStart + 10s);
}

TEST(Schedule, ATickThatIsLeftOutMovesNoOther) {
  Schedule schedule(10s, kStart);
  schedule.start(kStart + 1s);
  schedule.leave_one_out();
  EXPECT_EQ(schedule.due(), kStart + 20s);
  EXPECT_EQ(schedule.start(kStart + 20s), 0s);
  EXPECT_EQ(schedule.due(), kStart + 30s);
}

}  // namespace
}  // namespace dbi::collect
