// Setting members leaves every other byte alone.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "record/lines.hpp"

namespace dbi::record {
namespace {

std::string spliced(std::string_view line, std::initializer_list<Change> changes) {
  std::string out = "before|";
  splice(Parsed(line).record(), std::span(changes.begin(), changes.size()), out);
  EXPECT_TRUE(out.starts_with("before|"));
  out.erase(0, 7);
  EXPECT_EQ(fault_of(out), "") << out;
  return out;
}

TEST(Splice, WithoutChangesCopiesTheLine) {
  for (const auto* line : {"{}", " {\"a\" : 1}\t", R"({"a":1e2,"b":"\u0061"})"}) EXPECT_EQ(spliced(line, {}), line);
}

TEST(Splice, ReplacesTheBytesOfAValueInPlace) {
  EXPECT_EQ(spliced(R"({"a":1,"b":2})", {{"a", "10"}}), R"({"a":10,"b":2})");
  EXPECT_EQ(spliced(R"( { "a" : [1, 2] , "b" : 2 } )", {{"a", "{}"}}), R"( { "a" : {} , "b" : 2 } )");
  EXPECT_EQ(spliced(R"({"a":"}","b":{"a":1}})", {{"a", "0"}}), R"({"a":0,"b":{"a":1}})");
}

TEST(Splice, AddsANewMemberBeforeTheClosingBrace) {
  EXPECT_EQ(spliced("{}", {{"a", "1"}}), R"({"a":1})");
  EXPECT_EQ(spliced("{ }\r", {{"a", "1"}}), "{ \"a\":1}\r");
  EXPECT_EQ(spliced(R"({"a":1})", {{"b", "2"}, {"c", "3"}}), R"({"a":1,"b":2,"c":3})");
  EXPECT_EQ(spliced(R"({"a":"}"})", {{"b", "\"}\""}}), R"({"a":"}","b":"}"})");
}

TEST(Splice, TakesAMemberOutWithItsComma) {
  EXPECT_EQ(spliced(R"({"a":1})", {{"a", ""}}), "{}");
  EXPECT_EQ(spliced(R"({"a":1,"b":2,"c":3})", {{"a", ""}}), R"({"b":2,"c":3})");
  EXPECT_EQ(spliced(R"({"a":1,"b":"x","c":3})", {{"b", ""}}), R"({"a":1,"c":3})");
  EXPECT_EQ(spliced(R"({"a":1,"b":[2,"}"]})", {{"b", ""}}), R"({"a":1})");
  EXPECT_EQ(spliced(R"( { "a" : 1 , "b" : 2 } )", {{"b", ""}}), R"( { "a" : 1  } )");
  EXPECT_EQ(spliced(R"( { "a" : 1 , "b" : 2 } )", {{"a", ""}}), R"( {  "b" : 2 } )");
  EXPECT_EQ(spliced(R"({"a":1})", {{"a", ""}, {"b", "2"}}), R"({"b":2})");
  EXPECT_EQ(spliced(R"({"a":1,"b":2})", {{"b", ""}, {"a", "10"}, {"c", "3"}}), R"({"a":10,"c":3})");
  EXPECT_EQ(spliced(R"({"a":1})", {{"none", ""}}), R"({"a":1})");
}

TEST(Splice, TakesChangesInAnyOrder) {
  EXPECT_EQ(spliced(R"({"a":1,"b":2,"c":3})", {{"c", "30"}, {"d", "4"}, {"a", "10"}}),
            R"({"a":10,"b":2,"c":30,"d":4})");
}

TEST(Splice, FindsANameThatIsWrittenWithEscapes) {
  EXPECT_EQ(spliced(R"({"\u0061":1,"b":2})", {{"a", "3"}}), R"({"\u0061":3,"b":2})");
}

TEST(Splice, EscapesANewName) {
  EXPECT_EQ(spliced("{}", {{"a\"\n", "1"}}), R"({"a\"\n":1})");
}

}  // namespace
}  // namespace dbi::record
