// SPDX-License-Identifier: Apache-2.0
#include "base/lru_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace dbi {
namespace {

std::vector<std::string> keys_of(const LruMap<int>& map) {
  std::vector<std::string> keys;
  map.for_each([&](const std::string& key, int) { keys.push_back(key); });
  return keys;
}

TEST(LruMap, EvictsWhatWasTouchedLongestAgo) {
  LruMap<int> map(2);
  map.put("a") = 1;
  map.put("b") = 2;
  ASSERT_NE(map.find("a"), nullptr);
  map.put("c") = 3;
  EXPECT_EQ(map.find("b"), nullptr);
  EXPECT_EQ(*map.find("a"), 1);
  EXPECT_EQ(*map.find("c"), 3);
  EXPECT_EQ(map.evictions(), 1);
}

TEST(LruMap, GivesAnEntryThatTookAnothersPlaceADefaultValue) {
  LruMap<int> map(1);
  map.put("a") = 7;
  EXPECT_EQ(map.put("b"), 0);
}

TEST(LruMap, VisitsTheOldestFirstWithoutTouchingIt) {
  LruMap<int> map(3);
  for (const char* key : {"a", "b", "c"}) map.put(key);
  map.find("a");
  const std::vector<std::string> order = {"b", "c", "a"};
  EXPECT_EQ(keys_of(map), order);
  EXPECT_EQ(keys_of(map), order);
  EXPECT_EQ(map.oldest_key(), "b");
}

TEST(LruMap, ShrinksToANewBoundAtOnce) {
  LruMap<int> map(3);
  for (const char* key : {"a", "b", "c"}) map.put(key);
  map.set_max(1);
  EXPECT_EQ(keys_of(map), std::vector<std::string>{"c"});
  EXPECT_EQ(map.evictions(), 2);
  map.put("d");
  EXPECT_EQ(keys_of(map), std::vector<std::string>{"d"});
}

TEST(LruMap, ErasesWithoutCountingAnEviction) {
  LruMap<int> map(2);
  map.put("a");
  EXPECT_TRUE(map.erase("a"));
  EXPECT_FALSE(map.erase("a"));
  EXPECT_EQ(map.size(), 0);
  EXPECT_EQ(map.evictions(), 0);
}

TEST(LruMap, ErasesWhatIsWantedAndKeepsTheOrderOfTheOthers) {
  LruMap<int> map(5);
  for (const char* key : {"a", "b", "c", "d"}) map.put(key) = key[0];
  map.erase_if([](const std::string& key, int) { return key == "a" || key == "c"; });
  EXPECT_EQ(map.find("a"), nullptr);
  EXPECT_EQ(map.size(), 2);
  EXPECT_EQ(map.oldest_key(), "b");
  EXPECT_EQ(map.evictions(), 0);
}

TEST(LruMap, MovesWithItsEntries) {
  LruMap<int> map(2);
  map.put("a") = 1;
  map.put("b") = 2;
  LruMap<int> other(std::move(map));
  other.put("c") = 3;
  EXPECT_EQ(other.find("a"), nullptr);
  ASSERT_NE(other.find("b"), nullptr);
  EXPECT_EQ(*other.find("b"), 2);
}

// The model is a list of keys in the order of their last touch.
TEST(LruMap, AgreesWithAPlainListOverRandomWork) {
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same work on every run
  LruMap<int> map(5);
  std::vector<std::pair<std::string, int>> model;
  const auto place = [&](const std::string& key) {
    return std::ranges::find(model, key, &std::pair<std::string, int>::first);
  };
  for (int step = 0; step < 20'000; ++step) {
    // Some keys are too long for a string's own memory.
    std::string key(1 + random() % 2 * 40, static_cast<char>('a' + random() % 9));
    const auto found = place(key);
    const bool known = found != model.end();
    switch (random() % 4) {
      case 0:
        EXPECT_EQ(map.erase(key), known);
        if (known) model.erase(found);
        break;
      case 1:
        ASSERT_EQ(map.find(key) != nullptr, known);
        if (known) std::rotate(found, found + 1, model.end());
        break;
      default:
        map.put(key) = step;
        if (known) model.erase(found);
        if (!known && model.size() == 5) model.erase(model.begin());
        model.emplace_back(key, step);
    }
    std::vector<std::pair<std::string, int>> entries;
    map.for_each([&](const std::string& name, int value) { entries.emplace_back(name, value); });
    ASSERT_EQ(entries, model);
  }
}

}  // namespace
}  // namespace dbi
