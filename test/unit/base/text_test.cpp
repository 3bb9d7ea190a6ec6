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

TEST(MaskPasswords, HidesWhatMayBeOneAndNothingElse) {
  struct Case {
    std::string_view text;
    std::string_view masked;
  };
  constexpr std::array<Case, 16> kCases = {{
      {"no target 'mysql://u:pw@h/x' here", "no target 'mysql://u:***@h/x' here"},
      {"'a+b://u:p:w@w/o?r#d@h'", "'a+b://u:***@h'"},
      {"mysql://u:p w'@h: no such file", "mysql://u:***@h: no such file"},
      {"mysql://u:pw", "mysql://u:***"},
      {"'mysql://u:pw/x' and y", "'mysql://u:***/x' and y"},
      {"host=h password=pw port=1", "host=h password=*** port=1"},
      {"host=h PassWord = 'p w' port=1", "host=h PassWord = *** port=1"},
      {"x://h/d?sslpassword=pw&a=b", "x://h/d?sslpassword=***&a=b"},
      {"password=", "password="},
      {"mysql://u@h:3306/x", "mysql://u@h:3306/x"},
      {"mysql://h:3306/x", "mysql://h:3306/x"},
      {"'http://[::1]:4318'", "'http://[::1]:4318'"},
      {"postgresql:///app: refused", "postgresql:///app: refused"},
      {"postgresql://a:1,b:2/app", "postgresql://a:1,b:2/app"},
      {"password_file /x/y: it is empty", "password_file /x/y: it is empty"},
      {"x://u:one@h, x://u\nuser:two@h", "x://u:***@h, x://u\nuser:two@h"},
  }};
  for (const auto& [text, masked] : kCases) EXPECT_EQ(mask_passwords(text), masked);
}

TEST(MaskBeforeAt, LeavesTheHostAndNamesAlone) {
  EXPECT_EQ(mask_before_at("u:p@w'd@h"), "***@h");
  EXPECT_EQ(mask_before_at("orders"), "orders");
}

TEST(EscapeControls, KeepsATextOnItsLine) {
  EXPECT_EQ(escape_controls("a\nb\x1b[1m\x7f"), "a\\nb\\x1b[1m\\x7f");
  EXPECT_EQ(escape_controls("plain \xC3\xA9"), "plain \xC3\xA9");
}

TEST(Hex16, PadsWithZeros) {
  EXPECT_EQ(hex16(0xABC), "0000000000000abc");
}

TEST(LowerCase, ChangesLettersOfAsciiOnly) {
  EXPECT_EQ(lower_case("AZ az @[`{ 09 \xC3\x84"), "az az @[`{ 09 \xC3\x84");
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
