// SPDX-License-Identifier: Apache-2.0
#include "config/yaml.hpp"

#include <gmock/gmock.h>

namespace dbi::config {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Error refusal(std::string_view text) {
  const auto document = parse_yaml(text, "dbi.yaml");
  if (!document) return document.error();
  EXPECT_FALSE(document->faults.empty()) << text;
  return document->faults.empty() ? Error{} : document->faults.front();
}

TEST(ParseYaml, KeepsPlacesAndQuoting) {
  const auto document = parse_yaml("a: 1\nb:\n  - \"2\"\n  - x\n", "dbi.yaml");
  ASSERT_TRUE(document.has_value()) << document.error().message;
  const Value* a = document->root.find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->text, "1");
  EXPECT_TRUE(a->plain);
  const Value* b = document->root.find("b");
  ASSERT_EQ(b->items.size(), 2U);
  EXPECT_FALSE(b->items[0].plain);
  EXPECT_EQ(b->items[1].place.line, 4);
  EXPECT_EQ(b->items[1].place.column, 5);
}

TEST(ParseYaml, AnEmptyDocumentIsNothing) {
  for (const auto* text : {"", "\n", "# only a comment\n", "---\n"}) {
    const auto document = parse_yaml(text, "dbi.yaml");
    ASSERT_TRUE(document.has_value()) << text;
    EXPECT_EQ(document->root.kind, Kind::Null);
  }
}

TEST(ParseYaml, DuplicateKeysAreErrors) {
  const Error error = refusal("a:\n  b: 1\n  b: 2\n");
  EXPECT_EQ(error.kind, ErrorKind::Configuration);
  EXPECT_EQ(error.message, "dbi.yaml:3:3: the key b stands here a second time");
  EXPECT_EQ(error.hint, "The first is in line 2.");
}

TEST(ParseYaml, RefusesMergeKeysTagsSecondDocumentsAndOtherRoots) {
  EXPECT_THAT(refusal("x: &x {a: 1}\ny:\n  <<: *x\n").message, StartsWith("dbi.yaml:3:3: a merge key"));
  EXPECT_THAT(refusal("x: !!binary aGk=\n").message, HasSubstr("a tag"));
  EXPECT_THAT(refusal("a: 1\n---\nb: 2\n").message, HasSubstr("a second document"));
  EXPECT_THAT(refusal("- a\n").message, HasSubstr("no map of sections"));
  EXPECT_THAT(refusal("? [a]\n: b\n").message, HasSubstr("a key that is no word"));
  EXPECT_THAT(refusal(std::string_view("a: b\0c\n", 7)).message, HasSubstr("NUL"));
}

TEST(ParseYaml, AVariableInAFlowMapMustBeQuoted) {
  for (const auto* text : {"s: {a: ${B}}\n", "s: {a: ${B:1}, c: 2}\n", "s: [${B}]\n", "s: [1, ${B:2}]\n",
                           "s: {a: ${B:x y}}\n", "s:\n  o: {production: {n: ${B:1}}}\n"}) {
    EXPECT_THAT(refusal(text).hint, HasSubstr("must be quoted: \"${NAME}\"")) << text;
  }
  EXPECT_TRUE(parse_yaml("s: {a: \"${B}\"}\n", "dbi.yaml").has_value());
  EXPECT_TRUE(parse_yaml("s:\n  a: ${B:1}\n", "dbi.yaml").has_value());
}

TEST(ParseYaml, AliasesAreCopiesWithinBounds) {
  const auto document = parse_yaml("a: &x {b: 1}\nc: *x\n", "dbi.yaml");
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->root.find("c")->find("b")->text, "1");
  EXPECT_THAT(refusal("a: &x [*x]\n").message, HasSubstr("dbi.yaml:1"));
  std::string bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string inner = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + inner;
    for (int j = 0; j < 9; ++j) bomb += "," + inner;
    bomb += "]\n";
  }
  EXPECT_THAT(refusal(bomb).message, HasSubstr("more than 100000 values"));
}

TEST(ParseYaml, DepthIsBounded) {
  std::string deep = "a: " + std::string(200, '[') + std::string(200, ']') + "\n";
  EXPECT_THAT(refusal(deep).message, HasSubstr("more than 64 levels"));
}

TEST(ParseYaml, FaultsOfTheParserNameThePlace) {
  EXPECT_THAT(refusal("a: [1\nb: 2\n").message, StartsWith("dbi.yaml:"));
  EXPECT_THAT(refusal("a:\n\t- b\n").message, StartsWith("dbi.yaml:2:"));
}

}  // namespace
}  // namespace dbi::config
