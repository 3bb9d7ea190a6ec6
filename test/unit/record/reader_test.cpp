// What a record is and what is none: RFC 8259 and DESIGN.md section 2, case by case, each also in the middle of a long
// line, where other code looks at it.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "record/lines.hpp"

namespace dbi::record {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string nested(std::size_t arrays) {
  return "{\"a\":" + std::string(arrays, '[') + std::string(arrays, ']') + "}";
}

std::string members(std::size_t count, std::size_t distinct) {
  std::string line = "{";
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) line += ',';
    line += "\"m" + std::to_string(i % distinct) + "\":" + std::to_string(i);
  }
  return line + "}";
}

class WellFormed : public testing::TestWithParam<std::string> {};

TEST_P(WellFormed, IsARecord) {
  EXPECT_THAT(fault_of(GetParam()), IsEmpty());
}

TEST_P(WellFormed, IsARecordWithWhiteSpaceAround) {
  EXPECT_THAT(fault_of(" \t" + GetParam() + "\r"), IsEmpty());
}

TEST_P(WellFormed, IsAValueAtEveryPlaceOfABlock) {
  for (std::size_t pad = 0; pad < 130; ++pad) {
    const std::string line = "{\"p\":\"" + std::string(pad, 'x') + "\",\"value\":" + GetParam() + "}";
    if (GetParam() == nested(1023)) return;  // one level too deep there
    ASSERT_THAT(fault_of(line), IsEmpty()) << pad;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, WellFormed,
    testing::Values("{}", "{ }", R"({"":0})", R"({"a":1})", "{ \"a\" : 1 , \"b\" : 2 }", "{\"a\"\t:\n[ ]\r}",
                    R"({"a":0,"b":-0,"c":0.5,"d":1e5,"e":1E+05,"f":-1.25e-10})",
                    R"({"a":18446744073709551616,"b":1e400,"c":-1e400,"d":1e-400})",
                    "{\"a\":" + std::string(500, '9') + "}", "{\"a\":0." + std::string(500, '3') + "}",
                    R"({"a":true,"b":false,"c":null})", R"({"a":[],"b":{},"c":[[],{}],"d":{"x":{}}})",
                    R"({"a":{"x":1,"x":2}})",  // only top-level names must differ
                    R"({"a":"\"\\\/\b\f\n\r\t\u00e4\uD83D\uDE00"})",
                    R"({"a":"\ud800","b":"\udc00","c":"\udc00\ud800"})", R"({"\ud800":1,"\ud801":2})",
                    R"({"a":"\\","b":"\\\\","c":"\\\""})", "{\"a\":\"\x7F\"}",
                    "{\"\xC3\xA4\":\"\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF\xED\x9F\xBF\xEE\x80\x80\"}",
                    R"({"a":"[{:,}]"})", R"({"a":"{\"b\":1}"})", nested(1023), members(64, 64), members(65, 65),
                    members(300, 300)));

struct Malformed {
  std::string line;
  std::string fault;
};

class MalformedLine : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedLine, IsRefusedWithTheReasonAndThePlace) {
  EXPECT_EQ(fault_of(GetParam().line), GetParam().fault) << GetParam().line;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, MalformedLine,
    testing::Values(
        Malformed{"", "not a JSON object"}, Malformed{"  ", "not a JSON object"}, Malformed{"1", "not a JSON object"},
        Malformed{"[]", "not a JSON object"}, Malformed{"\"{}\"", "not a JSON object"},
        Malformed{"\xEF\xBB\xBF{}", "not a JSON object"}, Malformed{std::string(1, '\0'), "not a JSON object"},
        Malformed{"{", "expected '}' at byte 2"}, Malformed{"{\"a\":1", "expected '}' at byte 7"},
        Malformed{"{} x", "expected '}' at byte 5"}, Malformed{"{}{}", "unexpected bytes behind the object at byte 3"},
        Malformed{"{}}", "unexpected bytes behind the object at byte 3"},
        Malformed{"{a:1}", "expected a member name at byte 2"},
        Malformed{"{'a':1}", "expected a member name at byte 2"},
        Malformed{"{1:1}", "expected a member name at byte 2"}, Malformed{"{,}", "expected a member name at byte 2"},
        Malformed{R"({"a":1,})", "expected a member name at byte 8"}, Malformed{R"({"a"})", "expected ':' at byte 5"},
        Malformed{R"({"a",1})", "expected ':' at byte 5"}, Malformed{R"({"a":})", "expected a value at byte 6"},
        Malformed{R"({"a":,"b":1})", "expected a value at byte 6"},
        Malformed{R"({"a":1:2})", "expected ',' or '}' at byte 7"},
        Malformed{R"({"a":1]})", "expected ',' or '}' at byte 7"},
        Malformed{R"({"a":[1}})", "expected ',' or ']' at byte 8"},
        Malformed{R"({"a":[1,]})", "expected a value at byte 9"},
        Malformed{R"({"a":[,1]})", "expected a value at byte 7"},
        Malformed{R"({"a":[]1})", "expected ',' or '}' at byte 8"},
        Malformed{R"({"a":1[]})", "expected a value at byte 6"},
        Malformed{R"({"a":[[]1]})", "unexpected bytes behind a container at byte 9"},
        Malformed{R"({"a":{"b"}})", "expected ':' at byte 10"},
        Malformed{R"({"a":{1}})", "expected a member name at byte 7"},
        Malformed{R"({"a":{"b":1]})", "expected ',' or '}' at byte 12"},
        Malformed{R"({"a":[1})", "expected ',' or ']' at byte 8"},
        Malformed{R"({"a":"b})", "unclosed string at byte 9"},
        Malformed{R"({"a":[{}})", "expected ',' or ']' at byte 9"},
        Malformed{R"({"a":"b"c})", "unexpected byte beside a quote at byte 9"},
        Malformed{R"({"a":b"c"})", "unexpected byte beside a quote at byte 7"},
        Malformed{R"({"a":"b""c"})", "unexpected byte beside a quote at byte 9"},
        Malformed{R"({"a":"b" "c"})", "expected a value at byte 6"},
        Malformed{R"({"a":1 2})", "expected a value at byte 6"},
        Malformed{R"({"a" "b":1})", "expected a member name at byte 2"},
        Malformed{"{\"a\":\"\n\"}", "control character in a string at byte 7"},
        Malformed{std::string("{\"a\":\"\0\"}", 9), "control character in a string at byte 7"},
        Malformed{"{\"a\x1F\":1}", "control character in a string at byte 4"},
        Malformed{R"({"a":"\x"})", "invalid escape at byte 7"},
        Malformed{R"({"a":"\u12G4"})", "invalid escape at byte 7"},
        Malformed{R"({"a":"\u123"})", "invalid escape at byte 7"},
        Malformed{R"({"a":"\U0041"})", "invalid escape at byte 7"},
        Malformed{"{\"a\":\"\xFF\"}", "invalid UTF-8 at byte 7"},
        Malformed{"{\"a\":\"x\xC3\"}", "invalid UTF-8 at byte 8"},
        Malformed{"{\"a\":\"\xC0\x80\"}", "invalid UTF-8 at byte 7"},
        Malformed{"{\"a\":\"\xED\xA0\x80\"}", "invalid UTF-8 at byte 7"},
        Malformed{"{\"a\":\"\xF4\x90\x80\x80\"}", "invalid UTF-8 at byte 7"},
        Malformed{"{\"\x80\":1}", "invalid UTF-8 at byte 3"},
        Malformed{R"({"a":1,"b":2,"a":3})", "repeated name at byte 15"},
        Malformed{R"({"a":1,"\u0061":2})", "repeated name at byte 9"},
        Malformed{R"({"\u0061":1,"\u0061":2})", "repeated name at byte 14"},
        Malformed{R"({"\ud800":1,"\uD800":2})", "repeated name at byte 14"},
        Malformed{nested(1024), "more than 1024 nested containers at byte 1029"}));

TEST(Reader, RefusesNumbersAndLiteralsThatAreAlmostRight) {
  for (const auto* value :
       {"01",    "-",     "+1",        "1.",       ".5",        "-.5",   "1e",  "1e+",   "1.e5",
        "0x1",   "1_000", "NaN",       "Infinity", "-Infinity", "--1",   "1-",  "00",    "-01",
        "1.2.3", "1e5.5", "1\xC2\xA0", "True",     "tru",       "truee", "nul", "nulls", "undefined",
        "False", "t",     "/*1*/1",    "1//",      "'a'",       "1\f",   "\x1A"}) {
    EXPECT_THAT(fault_of(std::string("{\"a\":") + value + "}"), HasSubstr("expected")) << value;
    EXPECT_FALSE(fault_of(std::string("{\"a\":[1,") + value + "]}").empty()) << value;
    EXPECT_FALSE(fault_of(std::string("{\"a\": ") + value + " }").empty()) << value;
  }
}

TEST(Reader, FindsARepeatedNameAmongMany) {
  EXPECT_THAT(fault_of(members(300, 299)), HasSubstr("repeated name at byte"));
  EXPECT_THAT(fault_of(members(64, 63)), HasSubstr("repeated name at byte"));
  EXPECT_THAT(fault_of(members(66, 65)), HasSubstr("repeated name at byte"));
}

TEST(Reader, RefusesEveryBeginningOfARecord) {
  const std::string line =
      "{\"a\":\"\\u00e4\xC3\xA4\",\"b\":[1,{\"c\":null}],\"d\":-1.5e+3,\"e\":true,\"f\":{\"g\":\"" +
      std::string(100, 'x') + "\"}}";
  ASSERT_THAT(fault_of(line), IsEmpty());
  for (std::size_t size = 0; size < line.size(); ++size) {
    EXPECT_FALSE(fault_of(std::string_view(line).substr(0, size)).empty()) << size;
  }
}

TEST(Reader, RefusesAControlCharacterOrBadByteAtEveryPlaceOfAString) {
  const std::string text(5000, 'x');
  for (std::size_t at = 0; at < text.size(); at += at < 300 ? 1 : 97) {
    for (const char bad : {'\x01', '\xFF'}) {
      std::string line = "{\"a\":\"" + text + "\"}";
      line[6 + at] = bad;
      EXPECT_THAT(fault_of(line), HasSubstr("at byte " + std::to_string(7 + at)));
    }
  }
}

TEST(Reader, KeepsMembersInOrderWithTheirBytes) {
  const Parsed parsed(R"( {"a" : 1.50 ,"b":[ 1, 2 ],"c":{"d" : "e"},"f":"\u0067","h":true} )");
  const auto found = parsed.record().members();
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(found[0].raw_name, "a");
  EXPECT_EQ(found[0].value.raw(), "1.50");
  EXPECT_EQ(found[1].value.raw(), "[ 1, 2 ]");
  EXPECT_EQ(found[2].value.raw(), R"({"d" : "e"})");
  EXPECT_EQ(found[3].value.raw(), R"("\u0067")");
  EXPECT_EQ(found[4].value.raw(), "true");
}

TEST(Reader, FindsNamesUnescaped) {
  const Parsed parsed(R"({"\u0061":1,"b\\n":2,"\"":3,"a\u0000":4})");
  EXPECT_EQ(parsed.raw("a"), "1");
  EXPECT_EQ(parsed.raw("b\\n"), "2");
  EXPECT_EQ(parsed.raw("\""), "3");
  EXPECT_EQ(parsed.raw(std::string_view("a\0", 2)), "4");
  EXPECT_EQ(parsed.raw("\\u0061"), "absent");
  EXPECT_EQ(parsed.raw("b"), "absent");
}

TEST(Reader, IsReusable) {
  Reader reader;
  Record record;
  const Line good(R"({"a":1,"\u0062":2})");
  const Line bad("{\"a\":");
  const Line other(R"({"a\\":1})");
  ASSERT_TRUE(reader.parse(good.view(), record));
  EXPECT_EQ(record.members().size(), 2U);
  ASSERT_FALSE(reader.parse(bad.view(), record));
  EXPECT_TRUE(record.members().empty());
  EXPECT_EQ(record.find("a"), nullptr);
  ASSERT_TRUE(reader.parse(other.view(), record));
  EXPECT_NE(record.find("a\\"), nullptr);
}

}  // namespace
}  // namespace dbi::record
