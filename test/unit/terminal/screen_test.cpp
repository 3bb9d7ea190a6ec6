// SPDX-License-Identifier: Apache-2.0
#include "terminal/screen.hpp"

#include <gtest/gtest.h>

#include <map>

namespace dbi::terminal {
namespace {

constexpr int kNoTerminal = -1;

Environment environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(Screen, ColoursGoToATerminalOrWhereTheyAreAskedFor) {
  EXPECT_FALSE(shows_color(Color::Auto, kNoTerminal, environment({})));
  EXPECT_TRUE(shows_color(Color::Always, kNoTerminal, environment({{"NO_COLOR", "1"}})));
  EXPECT_FALSE(shows_color(Color::Never, kNoTerminal, environment({})));
}

TEST(Screen, ColumnsAreAPositiveNumberOrNothing) {
  EXPECT_EQ(columns_of(kNoTerminal, environment({{"COLUMNS", "132"}})), 132U);
  for (const char* none : {"", "0", "-3", "8O", " 80", "99999999999999999999999"}) {
    EXPECT_EQ(columns_of(kNoTerminal, environment({{"COLUMNS", none}})), std::nullopt) << none;
  }
  EXPECT_EQ(columns_of(kNoTerminal, environment({})), std::nullopt);
}

TEST(Screen, TheFirstLocaleThatIsSetSaysWhetherThereIsUnicode) {
  EXPECT_TRUE(shows_unicode(environment({})));
  EXPECT_TRUE(shows_unicode(environment({{"LANG", "de_AT.UTF-8"}})));
  EXPECT_TRUE(shows_unicode(environment({{"LANG", "C.utf8"}})));
  EXPECT_FALSE(shows_unicode(environment({{"LANG", "C"}})));
  EXPECT_FALSE(shows_unicode(environment({{"LC_ALL", "POSIX"}, {"LANG", "C.UTF-8"}})));
  EXPECT_TRUE(shows_unicode(environment({{"LC_ALL", ""}, {"LC_CTYPE", "en_US.UTF-8"}, {"LANG", "C"}})));
}

}  // namespace
}  // namespace dbi::terminal
