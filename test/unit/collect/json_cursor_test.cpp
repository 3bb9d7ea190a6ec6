// The reader of the collector's files takes what they hold and nothing that is broken.
// SPDX-License-Identifier: Apache-2.0
#include "collect/json_cursor.hpp"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

namespace dbi::collect {
namespace {

using testing::ElementsAre;

TEST(JsonCursor, ReadsEveryKindOfValue) {
  JsonCursor cursor(R"( {"a" : -9223372036854775808, "b":[1.5, 2e3 ,0.1],"c":true , "d":null,"e":"x\"\\\u00e4",
                        "f":{"g":[[],{}]}} )");
  std::vector<double> numbers;
  cursor.object([&](std::string_view name) {
    if (name == "a") {
      EXPECT_EQ(cursor.integer(), INT64_MIN);
    } else if (name == "b") {
      cursor.array([&] { numbers.push_back(cursor.number()); });
    } else if (name == "c") {
      EXPECT_TRUE(cursor.boolean());
    } else if (name == "d") {
      EXPECT_TRUE(cursor.null());
    } else if (name == "e") {
      EXPECT_EQ(cursor.text(), "x\"\\\xC3\xA4");
    } else {
      EXPECT_EQ(cursor.skip(), R"({"g":[[],{}]})");
    }
  });
  EXPECT_TRUE(cursor.status());
  EXPECT_THAT(numbers, ElementsAre(1.5, 2000, 0.1));
}

TEST(JsonCursor, EveryCutIsNoticed) {
  const std::string whole = R"({"a":[1,{"b":"text \" here"}],"c":true})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    JsonCursor cursor(std::string_view(whole).substr(0, size));
    cursor.skip();
    EXPECT_FALSE(cursor.status()) << whole.substr(0, size);
  }
  JsonCursor cursor(whole);
  cursor.skip();
  EXPECT_TRUE(cursor.status());
}

TEST(JsonCursor, TellsTheFirstMismatchAndItsPlace) {
  JsonCursor cursor(R"({"a":x,"b":y})");
  cursor.object([&](std::string_view) { cursor.integer(); });
  const auto status = cursor.status();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::Malformed);
  EXPECT_EQ(status.error().message, "no whole number at byte 6");
}

TEST(JsonCursor, EndsOnEveryRefusalWithoutFurtherReads) {
  for (const auto* text : {"", "[", "[1", "[1,", "{", R"({"a")", R"({"a":)", R"({"a":1,)", "[1}", "{]", "[,]", "[1] 2",
                           "[\"\\", "nul", "[1 2]", R"({"a" 1})", "{1:2}"}) {
    JsonCursor cursor(text);
    if (*text == '[') {
      cursor.array([&] { cursor.skip(); });
    } else {
      cursor.object([&](std::string_view) { cursor.skip(); });
    }
    EXPECT_FALSE(cursor.status()) << text;
  }
}

TEST(JsonCursor, ARunOfBracketsIsNoDeepRecursion) {
  const std::string brackets(1'000'000, '[');
  JsonCursor cursor(brackets);
  cursor.skip();
  EXPECT_FALSE(cursor.status());
}

TEST(JsonCursor, NumbersThatDoNotFitAreRefused) {
  for (const auto* text : {"9223372036854775808", "1.0", "1e2", "", "-", "+1", "0x10"}) {
    JsonCursor cursor(text);
    cursor.integer();
    EXPECT_FALSE(cursor.status()) << text;
  }
}

}  // namespace
}  // namespace dbi::collect
