// The standard deviation of a part, told from those of the whole and of the rest.
// SPDX-License-Identifier: Apache-2.0
#include "collect/moments.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <span>
#include <vector>

namespace dbi::collect {
namespace {

Moments measure(std::span<const double> values) {
  Moments result{static_cast<std::int64_t>(values.size()), 0, 0};
  for (const double value : values) result.mean += value / static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  if (!values.empty()) result.stddev = std::sqrt(squares / static_cast<double>(values.size()));
  return result;
}

TEST(Moments, ThePartIsWhatTheWholeHasBeyondTheRest) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::lognormal_distribution<double> first(0, 1.5);
    std::lognormal_distribution<double> second(std::uniform_real_distribution<double>(-2, 4)(random), 1);
    std::vector<double> values;
    const auto before = random() % 200;
    const auto between = 1 + random() % 200;
    for (std::size_t i = 0; i < before; ++i) values.push_back(first(random));
    for (std::size_t i = 0; i < between; ++i) values.push_back(second(random));
    const auto part = measure(std::span(values).subspan(before));
    const auto stddev = stddev_between(measure(std::span(values).first(before)), measure(values), part.mean);
    EXPECT_NEAR(stddev, part.stddev, 1e-6 * (1 + part.stddev)) << before << " then " << between;
  }
}

TEST(Moments, CancellationNeverMakesItNegativeOrNotANumber) {
  // A billion calls, then a few that are all alike: the true answer is lost in the rounding of the sums.
  for (const double mean : {1e-3, 1.0, 1e3}) {
    const Moments earlier{1'000'000'000, mean, mean};
    for (const std::int64_t more : {2, 3, 10}) {
      const Moments later{earlier.count + more, mean, mean * (1 - 1e-15)};
      const double stddev = stddev_between(earlier, later, mean);
      EXPECT_TRUE(stddev >= 0) << stddev;
    }
  }
}

TEST(Moments, ASingleValueDoesNotDeviate) {
  EXPECT_EQ(stddev_between({10, 5, 2}, {11, 6, 3}, 16), 0);
  EXPECT_EQ(stddev_between({}, {1, 6, 0}, 6), 0);
}

}  // namespace
}  // namespace dbi::collect
