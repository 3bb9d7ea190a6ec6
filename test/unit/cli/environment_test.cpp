// Environment variables into options.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "cli/example_tree.hpp"

namespace dbi::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using EnvironmentTest = ExampleTree;

TEST_F(EnvironmentTest, AVariableIsWeakerThanAFlagAndAnEmptyOneIsNone) {
  const auto lookup = [](const std::string& name) -> std::optional<std::string> {
    if (name == "DBI_TEST_TOP") return "3";
    if (name == "DBI_TEST_INTERVAL") return "";
    if (name == "DBI_TEST_KINDS") return "session, error";
    return std::nullopt;
  };
  ASSERT_THAT(read_environment(tree_, lookup), IsEmpty());
  EXPECT_EQ(options_.top, 3);
  EXPECT_EQ(options_.interval, 10s);
  EXPECT_THAT(options_.kinds, ElementsAre("session", "error"));
  ASSERT_TRUE(read({"--top", "4"}).has_value());
  ASSERT_THAT(read_environment(tree_, lookup), IsEmpty());
  EXPECT_EQ(options_.top, 4);
}

TEST_F(EnvironmentTest, AllFaultsOfTheEnvironmentAreTold) {
  const auto errors = read_environment(tree_, [](const std::string&) { return std::optional<std::string>("?"); });
  ASSERT_GE(errors.size(), 4U);
  EXPECT_THAT(errors[0].message, HasSubstr("$DBI_TEST_INTERVAL: not a duration: '?'"));
}

}  // namespace
}  // namespace dbi::cli
