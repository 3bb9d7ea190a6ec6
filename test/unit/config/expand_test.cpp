// Variables of whole documents.
// SPDX-License-Identifier: Apache-2.0
#include "config/expand.hpp"

#include <gmock/gmock.h>

#include "config/emit.hpp"
#include "config/yaml.hpp"

namespace dbi::config {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

std::optional<std::string> variable(const std::string& name) {
  if (name == "NINE") return "9";
  if (name == "TRICK") return "${NINE}";
  return std::nullopt;
}

Document expanded(std::string_view text, int kept_line = 0) {
  auto document = parse_yaml(text, "t.yaml");
  EXPECT_TRUE(document.has_value());
  expand(*document, variable, [&](const Place& place) { return place.line == kept_line; });
  return *std::move(document);
}

TEST(Expand, PutsValuesIntoEveryScalar) {
  const Document out = expanded("a:\n  b: ${NINE}\n  c: [\"${NINE}s\", x]\n  d: ${MISSING:3}\n");
  EXPECT_THAT(out.faults, IsEmpty());
  EXPECT_EQ(format_yaml(out.root), "a:\n  b: 9\n  c: [\"9s\", x]\n  d: 3\n");
}

TEST(Expand, WhatIsKeptStays) {
  EXPECT_EQ(format_yaml(expanded("a:\n  b: ${NINE}\n  c: ${MISSING}\n", 3).root), "a:\n  b: 9\n  c: ${MISSING}\n");
}

TEST(Expand, TheResultIsReadAsItWas) {
  EXPECT_EQ(format_yaml(expanded("a:\n  b: ${TRICK}\n  c: $${NINE}${NINE}\n").root),
            "a:\n  b: $${NINE}\n  c: $${NINE}9\n");
}

TEST(Expand, EveryMissingVariableIsAFaultWithItsPlace) {
  const Document out = expanded("a:\n  b: ${MISSING}\n  c: ${ALSO}\n");
  ASSERT_THAT(out.faults, SizeIs(2));
  EXPECT_EQ(out.faults[0].message, "t.yaml:2:6: the variable MISSING is not set");
  EXPECT_EQ(out.faults[1].message, "t.yaml:3:6: the variable ALSO is not set");
}

TEST(Expand, TheFormsOfOthersAreRefused) {
  const Document out = expanded("a:\n  b: ${env:HOST}\n  c: ${PORT:-5432}\n");
  ASSERT_THAT(out.faults, SizeIs(2));
  EXPECT_EQ(out.faults[0].hint, "Write it without env:, ${HOST}.");
  EXPECT_EQ(out.faults[1].hint, "The shell's form is not taken: write ${PORT:5432}.");
}

}  // namespace
}  // namespace dbi::config
