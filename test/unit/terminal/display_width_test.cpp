// SPDX-License-Identifier: Apache-2.0
#include "terminal/display_width.hpp"

#include <gtest/gtest.h>

namespace dbi::terminal {
namespace {

TEST(DisplayWidth, CountsColumnsAndCutsByThem) {
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U);
  EXPECT_EQ(beginning("日本語", 5), "日本");
  EXPECT_EQ(beginning("e\xCC\x81x", 1), "e\xCC\x81");
  EXPECT_EQ(fit("日本語", 4), "日…");
  EXPECT_EQ(fit("abc", 0), "");
  EXPECT_EQ(pad_right("日本語", 6), "日本語");
  EXPECT_EQ(pad_left("é", 3), "  é");
}

TEST(DisplayWidth, NothingInATextMovesTheCursor) {
  EXPECT_EQ(one_line("a\n\t b\x1b[2J\xC2\x9B\xE2\x80\xAE"), "a b [2J");
  EXPECT_EQ(one_line("a\xD8\x9C"
                     "b\xFF"),
            "ab\xEF\xBF\xBD");
}

}  // namespace
}  // namespace dbi::terminal
