// What is written is read back.
// SPDX-License-Identifier: Apache-2.0
#include "config/emit.hpp"

#include <gmock/gmock.h>

#include "config/yaml.hpp"
#include "random_value.hpp"

namespace dbi::config {
namespace {

Document parsed(std::string_view text, Role role = Role::Whole) {
  auto document = parse_yaml(text, "t.yaml", role);
  EXPECT_TRUE(document.has_value()) << (document ? "" : document.error().message) << "\n" << text;
  return document ? *std::move(document) : Document{};
}

TEST(FormatYaml, ReadsLikeADocumentWrittenByHand) {
  const auto* text =
      "collector:\n"
      "  interval: 10s\n"
      "  kinds: [query_stats, session]\n"
      "\n"
      "adaptive_sampler:\n"
      "  rules:\n"
      "    - name: slow\n"
      "      conditions:\n"
      "        - attribute: duration_ms\n"
      "          value: ${LIMIT:2000}\n"
      "    - name: \"8\"\n"
      "  rule_overrides: {}\n";
  EXPECT_EQ(format_yaml(parsed(text).root), text);
}

TEST(FormatYaml, QuotesWhatWouldMeanSomethingElse) {
  const auto scalar = [](std::string text, bool plain = true) {
    Value value;
    value.kind = Kind::Scalar;
    value.text = std::move(text);
    value.plain = plain;
    return format_scalar(value);
  };
  EXPECT_EQ(scalar("5"), "5");
  EXPECT_EQ(scalar("5", false), "\"5\"");
  EXPECT_EQ(scalar("-5"), "-5");
  EXPECT_EQ(scalar("- 5"), "\"- 5\"");
  EXPECT_EQ(scalar("a: b"), "\"a: b\"");
  EXPECT_EQ(scalar("a:b"), "a:b");
  EXPECT_EQ(scalar("null"), "\"null\"");
  EXPECT_EQ(scalar(""), "\"\"");
  EXPECT_EQ(scalar("a\"b\\c\n"), R"("a\"b\\c\n")");
  EXPECT_EQ(scalar("@host"), "\"@host\"");
}

TEST(FormatYaml, WhatIsWrittenIsReadBack) {
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    const Value root = RandomValue(seed).map(5);
    const std::string text = format_yaml(root);
    const Document back = parsed(text);
    const Value& value = back.root;
    if (root.entries.empty()) {
      EXPECT_EQ(value.kind, Kind::Null);
      continue;
    }
    ASSERT_TRUE(same_value(value, root)) << "seed " << seed << "\n" << text;
    // Once written, nothing changes any more.
    ASSERT_EQ(format_yaml(value), text) << "seed " << seed;
    ASSERT_TRUE(same_value(parsed(format_yaml(value)).root, value, true)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace dbi::config
