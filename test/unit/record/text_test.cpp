// Escapes, UTF-8, numbers and names: the small parts that the reader is made of.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "record/escape.hpp"
#include "record/lines.hpp"
#include "record/names.hpp"
#include "record/scalar.hpp"
#include "record/utf8.hpp"

namespace dbi::record {
namespace {

// Tables 3-6 and 3-7 of the Unicode Standard, written as one rule.
bool is_valid_code_point(char32_t code_point) {
  return code_point < 0xD800 || (code_point >= 0xE000 && code_point <= 0x10FFFF);
}

TEST(Utf8, EveryCodePointIsWrittenAndRead) {
  std::string text;
  for (char32_t code_point = 0; code_point <= 0x10FFFF; ++code_point) {
    text.clear();
    append_utf8(text, code_point);
    const std::size_t length = code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    ASSERT_EQ(text.size(), length);
    ASSERT_EQ(utf8_length(text), is_valid_code_point(code_point) ? length : 0)
        << static_cast<std::uint32_t>(code_point);
  }
}

TEST(Utf8, RefusesWhatIsNoCharacter) {
  for (const auto* text :
       {"\x80",         "\xBF",          "\xC0\x80",         "\xC1\xBF",         "\xC3",
        "\xC3(",        "\xE0\x80\x80",  "\xE0\x9F\xBF",     "\xE2\x82",         "\xE2(\xAC",
        "\xE2\x82(",    "\xED\xA0\x80",  "\xED\xBF\xBF",     "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF",
        "\xF0\x9F\x98", "\xF0\x9F\x98(", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF8\x88\x80\x80\x80",
        "\xFE",         "\xFF"}) {
    EXPECT_EQ(utf8_length(text), 0U) << testing::PrintToString(text);
    EXPECT_EQ(find_invalid_utf8(std::string("ab\xC3\xA4") + text), 4U) << testing::PrintToString(text);
  }
  EXPECT_EQ(utf8_length(""), 0U);
  EXPECT_EQ(find_invalid_utf8("a\xE2\x82\xAC"), std::string_view::npos);
  EXPECT_EQ(find_invalid_utf8(""), std::string_view::npos);
}

TEST(Escape, LengthIsThatBehindTheBackslash) {
  for (const auto* text : {"\"", "\\", "/", "b", "f", "n", "r", "t", "nx"}) EXPECT_EQ(escape_length(text), 1U) << text;
  for (const auto* text : {"u0000", "uABCD", "uabcd1"}) EXPECT_EQ(escape_length(text), 5U) << text;
  for (const auto* text : {"", "a", "x41", "u", "u000", "u00g0", "u 000", "U0000", "0", "'"}) {
    EXPECT_EQ(escape_length(text), 0U) << text;
  }
}

TEST(Escape, ComparisonKeepsLoneSurrogatesApart) {
  EXPECT_TRUE(equals_unescaped("abc", "abc"));
  EXPECT_TRUE(equals_unescaped("\\u0061bc", "abc"));
  EXPECT_TRUE(equals_unescaped("\\ud83d\\ude00", "\xF0\x9F\x98\x80"));
  EXPECT_FALSE(equals_unescaped("abcd", "abc"));
  EXPECT_FALSE(equals_unescaped("\\ud800", "\xEF\xBF\xBD"));
  EXPECT_FALSE(equals_unescaped("\\u0061", "\\u0061"));
  std::string kept;
  unescape("\\ud800", LoneSurrogate::Keep, kept);
  EXPECT_EQ(kept, "\xED\xA0\x80");
}

TEST(Scalar, NumbersFollowTheGrammarAtAnyLength) {
  for (std::size_t digits = 1; digits < 80; ++digits) {
    const std::string whole = "1" + std::string(digits - 1, '2');
    const auto is = [](const std::string& text) { return is_number(Line(text).view()); };
    EXPECT_TRUE(is(whole)) << digits;
    EXPECT_TRUE(is("-" + whole)) << digits;
    EXPECT_TRUE(is(whole + ".5")) << digits;
    EXPECT_TRUE(is("0." + whole)) << digits;
    EXPECT_TRUE(is(whole + "e5")) << digits;
    EXPECT_FALSE(is("0" + whole)) << digits;
    EXPECT_FALSE(is("-0" + whole)) << digits;
    EXPECT_FALSE(is(whole + ".")) << digits;
    EXPECT_FALSE(is("." + whole)) << digits;
    EXPECT_FALSE(is(whole + ".5.5")) << digits;
    EXPECT_FALSE(is(whole + "x")) << digits;
    EXPECT_FALSE(is("00." + whole)) << digits;
  }
  EXPECT_FALSE(is_number(Line("").view()));
}

TEST(Names, FilterNeverMissesANameThatItHasSeen) {
  NameFilter filter;
  for (std::size_t i = 0; i < NameFilter::kCapacity; ++i) {
    const Line name("member_" + std::to_string(i * 7919));
    filter.note(name.view());
    EXPECT_TRUE(filter.note(name.view()));
  }
}

TEST(Names, FilterTellsShortNamesApartWhateverStandsBehindThem) {
  NameFilter filter;
  const std::string first = "abcXXXXXXXX";
  const std::string second = "abcYYYYYYYY";
  EXPECT_FALSE(filter.note(std::string_view(first).substr(0, 3)));
  EXPECT_TRUE(filter.note(std::string_view(second).substr(0, 3)));
  EXPECT_FALSE(filter.note(std::string_view(second).substr(0, 4)));
}

TEST(Names, SorterFindsTheFirstThatRepeats) {
  const auto find = [](std::vector<std::string> names) {
    std::vector<Member> members;
    for (const auto& name : names) members.push_back({name, Value("1")});
    return NameSorter().find_repeated(members);
  };
  EXPECT_EQ(find({}), 0U);
  EXPECT_EQ(find({"a", "b"}), 2U);
  EXPECT_EQ(find({"a", "b", "a"}), 2U);
  EXPECT_EQ(find({"\\u0061", "b", "a", "\\u0062"}), 2U);
  EXPECT_EQ(find({"\\ud800", "\\ud801", "\\uD801"}), 2U);
}

}  // namespace
}  // namespace dbi::record
