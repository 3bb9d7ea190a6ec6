// What the builder writes is a record, and means what was given.
// SPDX-License-Identifier: Apache-2.0
#include "record/builder.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "record/lines.hpp"

namespace dbi::record {
namespace {

std::string json_text(std::string_view text) {
  std::string out;
  append_json_text(out, text);
  return out;
}

std::string json_number(double number) {
  std::string out;
  append_json_number(out, number);
  return out;
}

TEST(Builder, WritesMembersInTheOrderOfTheCalls) {
  std::string out;
  const std::array<std::string, 2> texts{"x", "\"y\""};
  Builder(out)
      .begin("event")
      .time("ts", Timestamp(std::chrono::microseconds(1'000'001)))
      .text("text", "a\"b")
      .integer("least", std::numeric_limits<std::int64_t>::min())
      .unsigned_integer("most", std::numeric_limits<std::uint64_t>::max())
      .number("number", 0.1)
      .number("left_out", std::nan(""))
      .boolean("yes", true)
      .texts("texts", texts)
      .texts("none", {})
      .raw("raw", "{\"a\":[]}")
      .end();
  EXPECT_EQ(
      out,
      "{\"v\":1,\"kind\":\"event\",\"ts\":\"1970-01-01T00:00:01.000001Z\",\"text\":\"a\\\"b\",\"least\":"
      "-9223372036854775808,\"most\":18446744073709551615,\"number\":0.1,\"yes\":true,\"texts\":[\"x\",\"\\\"y\\\"\"],"
      "\"none\":[],\"raw\":{\"a\":[]}}\n");
  EXPECT_EQ(fault_of(std::string_view(out).substr(0, out.size() - 1)), "");
}

TEST(Builder, EscapesWhatMustBeEscaped) {
  EXPECT_EQ(json_text(""), R"("")");
  EXPECT_EQ(json_text("a\"\\/"), R"("a\"\\/")");
  EXPECT_EQ(json_text("\n\r\t\b"), R"("\n\r\t\u0008")");
  EXPECT_EQ(json_text(std::string_view("\0\x1F\x7F", 3)), "\"\\u0000\\u001f\x7F\"");
  EXPECT_EQ(json_text("\xC3\xA4\xF0\x9F\x98\x80"), "\"\xC3\xA4\xF0\x9F\x98\x80\"");
  EXPECT_EQ(json_text("a\xFF\xC3"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(json_text("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(Builder, EveryTwoBytesComeBackOrAreReplaced) {
  std::string scratch;
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string bytes{static_cast<char>(first), static_cast<char>(second)};
      const Parsed parsed("{\"a\":" + json_text(bytes) + "}");
      const auto* member = parsed.record().find("a");
      ASSERT_NE(member, nullptr);
      const auto text = member->value.text(scratch);
      const bool is_ascii = first < 0x80 && second < 0x80;
      const bool is_character = first >= 0xC2 && first < 0xE0 && second >= 0x80 && second < 0xC0;
      if (is_ascii || is_character) {
        ASSERT_EQ(text, bytes);
      }
    }
  }
}

TEST(Builder, NumbersReadBackToTheSameDouble) {
  for (const double number :
       {0.0, -0.0, 0.1, 1.0 / 3, 1e21, 1e-7, 5e-324, std::numeric_limits<double>::max(), 12345678.9}) {
    const Parsed parsed("{\"a\":" + json_number(number) + "}");
    EXPECT_EQ(parsed.record().find("a")->value.number(), number);
  }
  EXPECT_EQ(json_number(8), "8");
  EXPECT_EQ(json_number(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(json_number(std::nan("")), "null");
}

}  // namespace
}  // namespace dbi::record
