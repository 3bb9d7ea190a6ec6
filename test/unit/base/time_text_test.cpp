// RFC 3339 both ways.
// SPDX-License-Identifier: Apache-2.0
#include "base/time_text.hpp"

#include <gtest/gtest.h>

namespace dbi {
namespace {

TEST(Timestamp, IsWrittenInUtcWithMicroseconds) {
  EXPECT_EQ(format_timestamp(Timestamp{microseconds{0}}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(format_timestamp(Timestamp{microseconds{1'767'225'600'000'001}}), "2026-01-01T00:00:00.000001Z");
}

TEST(Timestamp, IsReadWithAnyOffset) {
  EXPECT_EQ(format_timestamp(*parse_timestamp("2026-03-01T01:30:00.5+02:00")), "2026-02-28T23:30:00.500000Z");
  EXPECT_EQ(format_timestamp(*parse_timestamp("2024-02-29T23:59:59-00:30")), "2024-03-01T00:29:59.000000Z");
  EXPECT_EQ(format_timestamp(*parse_timestamp("2026-01-01T00:00:00.123456789Z")), "2026-01-01T00:00:00.123456Z");
}

TEST(Timestamp, RefusesWhatIsNoTime) {
  for (const auto* text : {"", "2026-02-30T00:00:00Z", "2026-01-01", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
                           "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+25:00", "2026-01-01T00:00:00Zx"}) {
    EXPECT_FALSE(parse_timestamp(text).has_value()) << text;
  }
}

TEST(Timestamp, SurvivesTheRoundTrip) {
  for (std::int64_t us = -62'000'000'000'000'000; us < 200'000'000'000'000'000; us += 7'777'777'777'777'777) {
    const Timestamp time{microseconds{us}};
    EXPECT_EQ(*parse_timestamp(format_timestamp(time)), time);
  }
}

}  // namespace
}  // namespace dbi
