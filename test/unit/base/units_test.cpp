// Durations and sizes as people write them.
// SPDX-License-Identifier: Apache-2.0
#include "base/units.hpp"

#include <gtest/gtest.h>

namespace dbi {
namespace {

using namespace std::chrono_literals;

TEST(ParseDuration, ReadsEveryUnit) {
  EXPECT_EQ(*parse_duration("250us"), 250us);
  EXPECT_EQ(*parse_duration("500ms"), 500ms);
  EXPECT_EQ(*parse_duration("10s"), 10s);
  EXPECT_EQ(*parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(*parse_duration("5m"), 5min);
  EXPECT_EQ(*parse_duration("5min"), 5min);
  EXPECT_EQ(*parse_duration("2h"), 2h);
  EXPECT_EQ(*parse_duration("30d"), 720h);
  EXPECT_EQ(*parse_duration("0"), 0s);
}

TEST(ParseDuration, RefusesWhatHasNoUnitOrNoSense) {
  for (const auto* text : {"", "10", "s", "-1s", "1 s", "1e3s", "nans", "infs", "1.5", "10S", "99999999999d", "1s "}) {
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
  }
}

TEST(FormatDuration, IsReadBackToTheSameValue) {
  for (const std::chrono::microseconds duration :
       std::initializer_list<std::chrono::microseconds>{0us, 1us, 1500us, 999ms, 1s, 90s, 1h, 24h, 123456789us}) {
    EXPECT_EQ(*parse_duration(format_duration(duration)), duration) << format_duration(duration);
  }
  EXPECT_EQ(format_duration(10s), "10s");
  EXPECT_EQ(format_duration(1500ms), "1500ms");
}

TEST(ParseSize, KnowsBinaryUnits) {
  EXPECT_EQ(*parse_size("4096"), 4096U);
  EXPECT_EQ(*parse_size("1B"), 1U);
  EXPECT_EQ(*parse_size("64KiB"), 65536U);
  EXPECT_EQ(*parse_size("16M"), 16U << 20U);
  EXPECT_EQ(*parse_size("2GiB"), 2ULL << 30U);
}

TEST(ParseSize, RefusesOverflowAndNonsense) {
  for (const auto* text : {"", "-1", "1.5M", "99999999TiB", "1kb", "M", "18446744073709551616"}) {
    EXPECT_FALSE(parse_size(text).has_value()) << text;
  }
}

TEST(FormatSize, IsReadBackToTheSameValue) {
  for (const std::uint64_t size : {0ULL, 1ULL, 1000ULL, 1024ULL, 65536ULL, 16ULL << 20U, 3ULL << 40U}) {
    EXPECT_EQ(*parse_size(format_size(size)), size) << format_size(size);
  }
}

}  // namespace
}  // namespace dbi
