// JSON, YAML and XML of one plan are one document, and damaged ones say where.
// SPDX-License-Identifier: Apache-2.0
#include "planread/document.hpp"

#include <gtest/gtest.h>

#include <string>

namespace dbi::planread {
namespace {

// name=text of scalars, name{...} of containers.
std::string describe(const Document& document, std::uint32_t place = 0) {
  const Item& item = document.at(place);
  std::string out(item.name);
  if (item.kind != ItemKind::Object && item.kind != ItemKind::Array) return out + "=" + std::string(item.text);
  out += item.kind == ItemKind::Object ? "{" : "[";
  for (std::uint32_t child = Document::first(place); child < item.end; child = document.at(child).end) {
    if (child != Document::first(place)) out += ' ';
    out += describe(document, child);
  }
  return out + (item.kind == ItemKind::Object ? "}" : "]");
}

std::string json(std::string_view text) {
  Document document;
  const auto read = read_json(text, document);
  return read ? describe(document) : read.error().message;
}

std::string yaml(std::string_view text) {
  Document document;
  const auto read = read_yaml(text, document);
  return read ? describe(document) : read.error().message;
}

std::string xml(std::string_view text) {
  Document document;
  const auto read = read_xml(text, document);
  return read ? describe(document) : read.error().message;
}

TEST(JsonDocument, KeepsOrderAndRepeatedNames) {
  EXPECT_EQ(json(R"({"a":1,"a":[true,null,"x"],"b":{}})"), "{a=1 a[=true =null =x] b{}}");
}

TEST(JsonDocument, ResolvesEscapesInNamesAndTexts) {
  EXPECT_EQ(json(R"({"a\u0041":"\"\\\n\ud83d\ude00"})"), "{aA=\"\\\n\xF0\x9F\x98\x80}");
}

TEST(JsonDocument, TakesWhatTerminalsAndServersDoToIt) {
  EXPECT_EQ(json("{\"a\": \"two\nlines\"} /* query_block */"), "{a=two\nlines}");
  EXPECT_EQ(json("{\"a\": [1 /* one */, 2] /* a */}"), "{a[=1 =2]}");
}

TEST(JsonDocument, EndsTheListOfAMergesTargetsBeforeTheMembersThatPostgresqlPutsIntoIt) {
  EXPECT_EQ(json(R"({"Target Tables":[{"a":1},{"a":2},"Tuples Inserted":7,"Tuples Skipped":0],"Plans":[{"b":[3]}]})"),
            "{Target Tables[{a=1} {a=2}] Tuples Inserted=7 Tuples Skipped=0 Plans[{b[=3]}]}");
  EXPECT_EQ(json(R"({"a":[{"b":1},"c":2]})"), "line 1: expected ',' or a closing bracket");
  EXPECT_EQ(json(R"({"Target Tables":[{"a":1},"c":2}})"), "line 1: expected ',' or a closing bracket");
  EXPECT_EQ(json(R"({"Target Tables":[{"a":1},"c":2]]})"), "line 1: expected ',' or a closing bracket");
}

TEST(JsonDocument, GivesTheBytesItTook) {
  Document document;
  EXPECT_EQ(read_json("[1] [2]", document).value(), 3U);
}

TEST(JsonDocument, SaysWhereItEndsToBeJson) {
  EXPECT_EQ(json("{\"a\":\n1 2}"), "line 2: expected ',' or a closing bracket");
  EXPECT_EQ(json("{\"a\"\n\n 1}"), "line 3: expected ':' behind a name");
  EXPECT_EQ(json("{a:1}"), "line 1: expected a name in quotation marks");
  EXPECT_EQ(json("[\"\\q\"]"), "line 1: '\\' begins no escape");
  EXPECT_EQ(json("[tru]"), "line 1: expected a value");
  for (const auto* cut : {"", "{", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":1", "[1,", "[\"x", "[1 /* "}) {
    EXPECT_EQ(json(cut), "the JSON ends within the plan") << cut;
  }
}

TEST(JsonDocument, NeitherOverflowsTheStackNorGoesBeyondItsLimits) {
  Document document;
  const std::string deep(100'000, '[');
  EXPECT_EQ(read_json(deep, document).error().kind, ErrorKind::Unsupported);
  EXPECT_EQ(read_json(deep, document, {.depth = 200'000}).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(read_json("[1,2,3]", document, {.items = 3}).error().kind, ErrorKind::Unsupported);
}

TEST(YamlDocument, ReadsWhatExplainWrites) {
  EXPECT_EQ(yaml("- Plan: \n"
                 "    Node Type: \"Sort\"\n"
                 "    Parallel Aware: false\n"
                 "    Startup Cost: 1.50\n"
                 "    Sort Key: \n"
                 "      - \"a: b\"\n"
                 "      - \"c \\\"d\\\"\"\n"
                 "    Plans: \n"
                 "      - Node Type: \"Seq Scan\"\n"
                 "        Alias: \"t\"\n"
                 "      - Node Type: \"Result\"\n"
                 "  Triggers: \n"
                 "  Execution Time: 2.728\n"),
            "[{Plan{Node Type=Sort Parallel Aware=false Startup Cost=1.50 Sort Key[=a: b =c \"d\"] "
            "Plans[{Node Type=Seq Scan Alias=t} {Node Type=Result}]} Triggers= Execution Time=2.728}]");
}

TEST(YamlDocument, ReadsListsOfListsAndListsInTheColumnOfTheirName) {
  EXPECT_EQ(yaml("Keys:\n- [\"a\", \"b\"]\n- []\nNext: 1"), "{Keys[[=a =b] []] Next=1}");
  EXPECT_EQ(yaml("- - \"a\"\n  - \"b\"\n- - \"c\""), "[[=a =b] [=c]]");
}

TEST(YamlDocument, SaysWhereItEndsToBeYaml) {
  EXPECT_EQ(yaml("a: 1\nb"), "line 2: expected 'name: value'");
  EXPECT_EQ(yaml("a: \"x\n"), "line 1: a text does not end on its line");
  EXPECT_EQ(yaml("a: \"x\" y"), "line 1: something follows a text");
  EXPECT_EQ(yaml("a: [\"x\""), "line 1: a list does not end");
  EXPECT_EQ(yaml("a: 1\n- 2"), "line 2: a list item without a list");
  EXPECT_EQ(yaml("\n \n"), "the YAML is empty");
}

TEST(XmlDocument, ReadsWhatExplainWrites) {
  EXPECT_EQ(xml("<?xml version=\"1.0\"?>\n<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n <Query>\n"
                "  <Filter>(a &lt;&gt; &quot;b&quot; &amp;&amp; &apos;&#x0D;&#228;&apos;)</Filter>\n"
                "  <Triggers>\n  </Triggers><Output><Item>a</Item><Item/></Output>\n </Query></explain>"),
            "explain{Query{Filter=(a <> \"b\" && '\r\xC3\xA4') Triggers=\n   Output{Item=a Item=}}}");
}

TEST(XmlDocument, RefusesWhatAPlanHasNot) {
  EXPECT_EQ(xml("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"),
            "line 1: a document type or section, which a plan has not");
  EXPECT_EQ(xml("<a>&x;</a>"), "line 1: an entity that a plan has not");
  EXPECT_EQ(xml("<a>&#xD800;</a>"), "line 1: a number that is no character");
  EXPECT_EQ(xml("<a>\n</b>"), "line 2: an end that does not fit its beginning");
  for (const auto* cut : {"", "<", "<a", "<a>", "<a><b>", "<a>x</a"})
    EXPECT_EQ(xml(cut), "the XML ends within the plan") << cut;
}

}  // namespace
}  // namespace dbi::planread
