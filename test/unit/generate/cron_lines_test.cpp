// How often a job of cron runs for an interval.
// SPDX-License-Identifier: Apache-2.0
#include "generate/cron_lines.hpp"

#include <gtest/gtest.h>

namespace dbi::generate {
namespace {

using namespace std::chrono_literals;

TEST(CronSchedule, ComesRoundEvenlyAndNotMoreSeldomThanAsked) {
  EXPECT_EQ(cron_schedule(10s), "* * * * *");
  EXPECT_EQ(cron_schedule(60s), "* * * * *");
  EXPECT_EQ(cron_schedule(2min), "*/2 * * * *");
  EXPECT_EQ(cron_schedule(7min), "*/6 * * * *");
  EXPECT_EQ(cron_schedule(59min), "*/30 * * * *");
  EXPECT_EQ(cron_schedule(60min), "0 * * * *");
  EXPECT_EQ(cron_schedule(90min), "0 * * * *");
  EXPECT_EQ(cron_schedule(5h), "0 */4 * * *");
  EXPECT_EQ(cron_schedule(24h), "0 0 * * *");
  EXPECT_EQ(cron_schedule(100h), "0 0 * * *");
}

}  // namespace
}  // namespace dbi::generate
