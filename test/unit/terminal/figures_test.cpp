// SPDX-License-Identifier: Apache-2.0
#include "terminal/figures.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace dbi::terminal {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Figures, TimesKeepThreeDigits) {
  EXPECT_EQ(show_ms(0), "0ms");
  EXPECT_EQ(show_ms(0.0001), "1µs");
  EXPECT_EQ(show_ms(0.007), "7µs");
  EXPECT_EQ(show_ms(0.1234), "0.12ms");
  EXPECT_EQ(show_ms(12.34), "12.3ms");
  EXPECT_EQ(show_ms(9.996), "10.0ms");
  EXPECT_EQ(show_ms(999.9), "1.00s");
  EXPECT_EQ(show_ms(59'990), "1m00s");
  EXPECT_EQ(show_ms(3'599'900), "1h00m");
  EXPECT_EQ(show_ms(447'000'000), "5d04h");
  EXPECT_EQ(show_ms(9998.0 * 86'400'000), "9998d00h");
}

TEST(Figures, CountsAreWholeUntilTheyAreLong) {
  EXPECT_EQ(show_count(987), "987");
  EXPECT_EQ(show_count(99'999), "99999");
  EXPECT_EQ(show_count(123'456), "123k");
  EXPECT_EQ(show_count(1'234'567), "1.23M");
  EXPECT_EQ(show_count(1.2345e12), "1.23T");
}

TEST(Figures, WhatIsBeyondAllMeasureStaysShort) {
  for (const double huge : {1e15, 1e200, 1e308, kInfinity}) {
    EXPECT_EQ(show_ms(huge), ">9999d");
    EXPECT_EQ(show_count(huge), ">999T");
  }
}

TEST(Figures, BytesGoByUnitsOf1024) {
  EXPECT_EQ(show_bytes(512), "512B");
  EXPECT_EQ(show_bytes(64 * 1024), "64kB");
  EXPECT_EQ(show_bytes(1.2 * 1024 * 1024 * 1024), "1.2GB");
  EXPECT_EQ(show_bytes(1e300), ">99999PB");
}

}  // namespace
}  // namespace dbi::terminal
