// Keys of several texts: nothing in a text makes two keys alike, and the texts come back.
// SPDX-License-Identifier: Apache-2.0
#include "base/text_key.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace dbi {
namespace {

using namespace std::string_literals;
using Texts = std::vector<std::optional<std::string>>;

std::string key_of(const Texts& texts) {
  std::string key;
  for (const auto& text : texts) append_part(key, text ? std::optional<std::string_view>(*text) : std::nullopt);
  return key;
}

TEST(TextKey, NoTwoListsOfTextsReadAlike) {
  const std::vector<std::optional<std::string>> parts = {std::nullopt,
                                                         "",
                                                         "a",
                                                         "\0"s,
                                                         "a\0"s,
                                                         "\1"s,
                                                         "\2a"s,
                                                         "b",
                                                         "a\0b"s,
                                                         std::string(126, 'x'),
                                                         std::string(127, 'x'),
                                                         std::string(300, 'x')};
  std::set<std::string> keys;
  std::size_t lists = 0;
  for (const auto& first : parts) {
    for (const auto& second : parts) {
      for (const auto& third : parts) {
        const Texts texts{first, second, third};
        keys.insert(key_of(texts));
        ++lists;
      }
    }
  }
  EXPECT_EQ(keys.size(), lists);
}

TEST(TextKey, TheTextsComeBack) {
  for (const std::size_t size : {0U, 1U, 126U, 127U, 128U, 16'382U, 16'383U, 70'000U}) {
    const std::string key = key_of({std::string(size, '\xFF'), std::nullopt, "last\0"s});
    std::string_view rest = key;
    EXPECT_EQ(take_part(rest), std::string(size, '\xFF'));
    EXPECT_EQ(take_part(rest), std::nullopt);
    EXPECT_EQ(take_part(rest), "last\0"s);
    EXPECT_EQ(rest, "");
  }
}

}  // namespace
}  // namespace dbi
