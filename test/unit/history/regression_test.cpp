// When a statement counts as slower.
// SPDX-License-Identifier: Apache-2.0
#include "history/regression.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace dbi::history {
namespace {

std::vector<double> some(std::size_t count, double value) {
  return std::vector<double>(count, value);
}

TEST(Regression, NeedsTwiceTheMedianAndFiveMilliseconds) {
  EXPECT_TRUE(is_regression(some(20, 10), some(8, 20), 1));
  EXPECT_FALSE(is_regression(some(20, 10), some(8, 19.9), 1));
  EXPECT_TRUE(is_regression(some(20, 1), some(8, 6), 1));
  EXPECT_FALSE(is_regression(some(20, 1), some(8, 5.9), 1));
}

TEST(Regression, NeedsEnoughExecutionsOnBothSides) {
  EXPECT_FALSE(is_regression(some(19, 10), some(8, 90), 1));
  EXPECT_FALSE(is_regression(some(20, 10), some(7, 90), 1));
}

TEST(Regression, ComparesWithTheLastTwenty) {
  std::vector<double> before = some(20, 1000);
  before.insert(before.end(), 20, 10);
  EXPECT_TRUE(is_regression(before, some(8, 100), 1));
  std::reverse(before.begin(), before.end());
  EXPECT_FALSE(is_regression(before, some(8, 100), 1));
}

TEST(Regression, NeedsNinetySixOfAHundredPairs) {
  // 160 pairs: 6 that are not slower are 96.25 %, 7 are 95.6 %.
  std::vector<double> before = some(20, 10);
  for (std::size_t i = 0; i < 6; ++i) before[i] = 50;
  std::vector<double> after = some(8, 100);
  after[0] = 40;
  EXPECT_DOUBLE_EQ(slower_pairs(before, after, 1), 154.0 / 160);
  EXPECT_TRUE(is_regression(before, after, 1));
  before[6] = 50;
  EXPECT_FALSE(is_regression(before, after, 1));
}

TEST(Regression, TakesWhatTheLoadExplainsAway) {
  EXPECT_TRUE(is_regression(some(20, 10), some(8, 30), 1.5));
  EXPECT_FALSE(is_regression(some(20, 10), some(8, 30), 1.6));
  EXPECT_DOUBLE_EQ(load_factor(std::vector<double>{0.5, 3, 2}), 2);
  EXPECT_DOUBLE_EQ(load_factor(some(3, 0.5)), 1);
  EXPECT_DOUBLE_EQ(load_factor({}), 1);
}

TEST(Regression, IsNoOtherInAnotherOrderAndNoLessWhereAfterIsSlower) {
  std::mt19937 random(7);
  std::lognormal_distribution<double> latency(2, 1);
  for (int run = 0; run < 2000; ++run) {
    std::vector<double> before;
    std::vector<double> after;
    for (int i = 0; i < 20; ++i) before.push_back(latency(random));
    for (int i = 0; i < 8; ++i) after.push_back(latency(random) * (1 + run % 8));
    const bool found = is_regression(before, after, 1);
    std::shuffle(before.begin(), before.end(), random);
    std::shuffle(after.begin(), after.end(), random);
    EXPECT_EQ(is_regression(before, after, 1), found);
    if (!found) continue;
    for (double& value : after) value *= 1.3;
    EXPECT_TRUE(is_regression(before, after, 1));
    EXPECT_FALSE(is_regression(before, after, 1000));
  }
}

TEST(Regression, ComparesAnIntervalWithTheLargestOfTheLastEight) {
  EXPECT_TRUE(is_interval_regression(some(8, 10), 20, 20));
  EXPECT_FALSE(is_interval_regression(some(8, 10), 19, 20));
  EXPECT_FALSE(is_interval_regression(some(7, 10), 20, 20));
  EXPECT_FALSE(is_interval_regression(some(8, 1), 20, 5.9));
  std::vector<double> means = some(8, 10);
  means[3] = 11;
  EXPECT_FALSE(is_interval_regression(means, 20, 20));
  means.insert(means.begin(), 100);
  EXPECT_TRUE(is_interval_regression(means, 20, 22));
}

}  // namespace
}  // namespace dbi::history
