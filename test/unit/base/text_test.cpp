// Helpers on text.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include <gtest/gtest.h>

#include <array>

namespace dbi {
namespace {

TEST(NearestName, FindsTheMisspeltOneAndNothingFarOff) {
  constexpr std::array<std::string_view, 3> kNames = {"interval", "pipeline", "state-dir"};
  EXPECT_EQ(nearest_name("intervall", kNames), "interval");
  EXPECT_EQ(nearest_name("pipelien", kNames), "pipeline");
  EXPECT_EQ(nearest_name("statedir", kNames), "state-dir");
  EXPECT_EQ(nearest_name("colour", kNames), "");
}

TEST(Hex16, PadsWithZeros) {
  EXPECT_EQ(hex16(0xABC), "0000000000000abc");
}

TEST(Trim, TakesWhiteSpaceFromBothEnds) {
  EXPECT_EQ(trim("\t a b \n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
}

TEST(Split, KeepsEmptyPieces) {
  EXPECT_EQ(split("a,,b", ',').size(), 3U);
  EXPECT_EQ(split("", ',').size(), 1U);
}

TEST(TruncateUtf8, NeverSplitsASequence) {
  EXPECT_EQ(truncate_utf8("aä", 2), "a");
  EXPECT_EQ(truncate_utf8("aä", 3), "aä");
  EXPECT_EQ(truncate_utf8("€uro", 1), "");
}

}  // namespace
}  // namespace dbi
