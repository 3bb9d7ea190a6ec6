// Names of keys: which they match, and which of two is the closer one.
// SPDX-License-Identifier: Apache-2.0
#include "limit/key_name.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace dbi::limit {
namespace {

TEST(Glob, Matches) {
  struct Case {
    const char* pattern;
    const char* text;
    bool matches;
  };
  for (const Case& one : std::initializer_list<Case>{{"", "", true},
                                                     {"", "a", false},
                                                     {"a", "", false},
                                                     {"app", "app", true},
                                                     {"app", "apple", false},
                                                     {"*", "", true},
                                                     {"*", "anything/at all", true},
                                                     {"app_*", "app_1", true},
                                                     {"app_*", "app", false},
                                                     {"*_test", "a_test_test", true},
                                                     {"*_test", "a_tests", false},
                                                     {"a*b*c", "a1b2b3c", true},
                                                     {"a*b*c", "a1b2b3", false},
                                                     {"?", "", false},
                                                     {"?", "a", true},
                                                     {"db?", "db12", false},
                                                     {"db??", "db12", true},
                                                     {"a**", "a", true},
                                                     {"[a]", "a", false}}) {
    EXPECT_EQ(matches_glob(one.pattern, one.text), one.matches) << one.pattern << " " << one.text;
  }
}

TEST(Glob, ManyWildcardsTakeNoLongTime) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  EXPECT_FALSE(matches_glob(pattern + "b", std::string(10000, 'a')));
}

TEST(KeyName, ADatabaseIsMeantOnAnyTargetUnlessOneIsNamed) {
  EXPECT_TRUE(KeyName("app").matches({"main", "app"}));
  EXPECT_TRUE(KeyName("app").matches({"other", "app"}));
  EXPECT_FALSE(KeyName("app").matches({"app", "x"}));
  EXPECT_TRUE(KeyName("main/app").matches({"main", "app"}));
  EXPECT_FALSE(KeyName("main/app").matches({"other", "app"}));
  EXPECT_TRUE(KeyName("main/*").matches({"main", "app"}));
  EXPECT_TRUE(KeyName("*/a/b").matches({"main", "a/b"}));
}

TEST(KeyName, WhatConcernsTheWholeServerHasNoDatabase) {
  EXPECT_TRUE(KeyName("main/").matches({"main", ""}));
  EXPECT_FALSE(KeyName("main/").matches({"main", "app"}));
  EXPECT_TRUE(KeyName("main/*").matches({"main", ""}));
  EXPECT_EQ(show_key({"main", ""}), "main");
  EXPECT_EQ(show_key({"main", "app"}), "main/app");
}

TEST(KeyName, TheCloserNameIsTheGreaterOne) {
  const std::vector<std::string> closest_first{"main/app", "app",   "b",  "main/app_*", "main/*",
                                               "app_1*",   "app_?", "a*", "z*",         "*"};
  std::vector<KeyName> names;
  for (auto text = closest_first.rbegin(); text != closest_first.rend(); ++text) names.emplace_back(*text);
  std::ranges::sort(names, [](const KeyName& a, const KeyName& b) { return b < a; });
  std::vector<std::string> sorted;
  for (const auto& name : names) sorted.push_back(name.text());
  EXPECT_EQ(sorted, closest_first);
}

}  // namespace
}  // namespace dbi::limit
