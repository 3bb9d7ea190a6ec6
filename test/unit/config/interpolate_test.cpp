// SPDX-License-Identifier: Apache-2.0
#include "config/interpolate.hpp"

#include <gmock/gmock.h>

namespace dbi::config {
namespace {

using ::testing::HasSubstr;

std::optional<std::string> lookup(const std::string& name) {
  if (name == "SET") return "value";
  if (name == "EMPTY") return "";
  if (name == "NESTED") return "${SET}";
  return std::nullopt;
}

TEST(Interpolate, ReplacesVariablesAndDefaults) {
  const std::pair<const char*, const char*> cases[] = {
      {"plain", "plain"},    {"${SET}", "value"}, {"a ${SET} b", "a value b"}, {"${UNSET:1000}", "1000"},
      {"${UNSET:}", ""},     {"${EMPTY:x}", "x"}, {"${UNSET:a:b}", "a:b"},     {"${NESTED}", "${SET}"},
      {"$${SET}", "${SET}"}, {"$", "$"},          {"cost: 5$", "cost: 5$"},    {"${SET}${SET}", "valuevalue"},
      {"$SET", "$SET"},
  };
  for (const auto& [text, expected] : cases) {
    const auto out = interpolate(text, lookup);
    ASSERT_TRUE(out.has_value()) << text << ": " << out.error().message;
    EXPECT_EQ(*out, expected) << text;
  }
}

TEST(Interpolate, RefusesWhatIsUnsetOrIllFormed) {
  EXPECT_THAT(interpolate("${UNSET}", lookup).error().message, HasSubstr("the variable UNSET is not set"));
  EXPECT_THAT(interpolate("${EMPTY}", lookup).error().message, HasSubstr("not set"));
  EXPECT_THAT(interpolate("${SET", lookup).error().message, HasSubstr("without end"));
  EXPECT_THAT(interpolate("${}", lookup).error().message, HasSubstr("no name"));
  EXPECT_THAT(interpolate("${1X}", lookup).error().message, HasSubstr("no name"));
}

TEST(IsBareVariable, TakesNothingAround) {
  EXPECT_TRUE(is_bare_variable("${PASSWORD}"));
  EXPECT_FALSE(is_bare_variable("${PASSWORD:secret}"));
  EXPECT_FALSE(is_bare_variable("x${PASSWORD}"));
  EXPECT_FALSE(is_bare_variable("${A}${B}"));
  EXPECT_FALSE(is_bare_variable(""));
  EXPECT_FALSE(is_bare_variable("${}"));
}

}  // namespace
}  // namespace dbi::config
