// What a value's bytes mean.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "record/record.hpp"

namespace dbi::record {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string text_of(std::string_view raw) {
  std::string scratch = "left over";
  const auto text = Value(raw).text(scratch);
  return text ? std::string(*text) : "no text";
}

TEST(Value, IsToldByItsFirstByte) {
  EXPECT_EQ(Value("{}").kind(), ValueKind::Object);
  EXPECT_EQ(Value("[]").kind(), ValueKind::Array);
  EXPECT_EQ(Value("\"\"").kind(), ValueKind::Text);
  EXPECT_EQ(Value("-1").kind(), ValueKind::Number);
  EXPECT_EQ(Value("0").kind(), ValueKind::Number);
  EXPECT_EQ(Value("true").kind(), ValueKind::True);
  EXPECT_EQ(Value("false").kind(), ValueKind::False);
  EXPECT_EQ(Value("null").kind(), ValueKind::Null);
  EXPECT_EQ(Value().kind(), ValueKind::Null);
}

TEST(Value, UnescapesTexts) {
  EXPECT_EQ(text_of(R"("plain")"), "plain");
  EXPECT_EQ(text_of(R"("")"), "");
  EXPECT_EQ(text_of(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(text_of(R"("a\u00e4\u20AC\ud83d\ude00z")"), "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80z");
  EXPECT_EQ(text_of(R"("\u0000")"), std::string(1, '\0'));
  EXPECT_EQ(text_of(R"("\ud800")"), "\xEF\xBF\xBD");
  EXPECT_EQ(text_of(R"("\udc00\ud800x")"), "\xEF\xBF\xBD\xEF\xBF\xBDx");
  EXPECT_EQ(text_of(R"("\ud800\ud83d\ude00")"), "\xEF\xBF\xBD\xF0\x9F\x98\x80");
  EXPECT_EQ(text_of("1"), "no text");
  EXPECT_EQ(text_of("null"), "no text");
}

TEST(Value, PointsIntoTheLineWhereNothingIsEscaped) {
  const std::string_view raw = "\"abc\"";
  std::string scratch;
  EXPECT_EQ(Value(raw).text(scratch)->data(), raw.data() + 1);
}

TEST(Value, NumbersAreTheNearestDouble) {
  EXPECT_EQ(Value("0").number(), 0);
  EXPECT_TRUE(std::signbit(*Value("-0").number()));
  EXPECT_EQ(Value("0.1").number(), 0.1);
  EXPECT_EQ(Value("-1.25e2").number(), -125);
  EXPECT_EQ(Value("9007199254740993").number(), 9007199254740992.0);
  EXPECT_EQ(Value("18446744073709551616").number(), 18446744073709551616.0);
  EXPECT_EQ(Value("\"1\"").number(), std::nullopt);
}

TEST(Value, NumbersBeyondDoublesAreInfinityOrZero) {
  EXPECT_EQ(Value("1e400").number(), kInfinity);
  EXPECT_EQ(Value("-1e400").number(), -kInfinity);
  EXPECT_EQ(Value("1e-400").number(), 0);
  EXPECT_EQ(Value("0.0001e99999999999999999999").number(), kInfinity);
  EXPECT_EQ(Value("1000e-99999999999999999999").number(), 0);
  EXPECT_EQ(Value(std::string(400, '9')).number(), kInfinity);
  EXPECT_EQ(Value("0." + std::string(400, '0') + "1").number(), 0);
  EXPECT_EQ(Value("0." + std::string(400, '0') + "1e402").number(), 10);
  EXPECT_EQ(Value("0e999").number(), 0);
}

TEST(Value, IntegersFitAndHaveNoFraction) {
  EXPECT_EQ(Value("9223372036854775807").integer(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(Value("-9223372036854775808").integer(), std::numeric_limits<std::int64_t>::min());
  for (const auto* raw : {"9223372036854775808", "1.0", "1e2", "\"1\"", "true", "null"}) {
    EXPECT_EQ(Value(raw).integer(), std::nullopt) << raw;
  }
}

TEST(Value, BooleansAreTheTwoWords) {
  EXPECT_EQ(Value("true").boolean(), true);
  EXPECT_EQ(Value("false").boolean(), false);
  for (const auto* raw : {"1", "\"true\"", "null"}) EXPECT_EQ(Value(raw).boolean(), std::nullopt) << raw;
}

}  // namespace
}  // namespace dbi::record
