// What was kept a short while ago, by target, database, statement and attribute.
// SPDX-License-Identifier: Apache-2.0
#include "sampling/recently_seen.hpp"

#include <gtest/gtest.h>

#include <random>

#include "sampling/lines.hpp"

namespace dbi::sampling {
namespace {

using std::chrono::seconds;

class RecentlySeenTest : public testing::Test {
 protected:
  static constexpr seconds kWindow{300};
  const record::Record& plan(std::string_view hash, std::string_view database = "d", std::string_view signature = "s") {
    return lines_.parse("{\"kind\":\"plan\",\"target\":\"t\",\"database\":\"" + std::string(database) +
                        "\",\"query_signature\":\"" + std::string(signature) + "\",\"plan_hash\":\"" +
                        std::string(hash) + "\"}");
  }
  Lines lines_;
  RecentlySeen seen_{3, kWindow, "plan_hash"};
  Timestamp now_{seconds(100'000)};
};

TEST_F(RecentlySeenTest, KnowsARecordByAllPartsOfItsKey) {
  EXPECT_FALSE(seen_.seen(plan("1"), now_));
  EXPECT_TRUE(seen_.seen(plan("1"), now_));
  EXPECT_FALSE(seen_.seen(plan("2"), now_));
  EXPECT_FALSE(seen_.seen(plan("1", "e"), now_));
  EXPECT_FALSE(seen_.seen(plan("1", "d", "q"), now_));
}

TEST_F(RecentlySeenTest, ForgetsAfterTheWindowWhichRepeatsDoNotExtend) {
  EXPECT_FALSE(seen_.seen(plan("1"), now_));
  EXPECT_TRUE(seen_.seen(plan("1"), now_ + seconds(299)));
  EXPECT_FALSE(seen_.seen(plan("1"), now_ + seconds(300)));
  EXPECT_TRUE(seen_.seen(plan("1"), now_ + seconds(301)));
}

TEST_F(RecentlySeenTest, ATimeFarAheadSuppressesNothing) {
  EXPECT_FALSE(seen_.seen(plan("1"), now_ + seconds(1'000'000)));
  EXPECT_FALSE(seen_.seen(plan("1"), now_));
  EXPECT_TRUE(seen_.seen(plan("1"), now_));
}

TEST_F(RecentlySeenTest, ATimeAheadSuppressesNothing) {
  EXPECT_FALSE(seen_.seen(plan("1"), now_ + seconds(200)));
  EXPECT_FALSE(seen_.seen(plan("1"), now_));
  EXPECT_TRUE(seen_.seen(plan("1"), now_));
  EXPECT_TRUE(seen_.seen(plan("1"), now_ + seconds(299)));
}

// Whatever the clock did: from then on one in a window is kept, the first of them a window later at the latest.
TEST_F(RecentlySeenTest, IsRightAWindowAfterAnyWalkOfTheClock) {
  std::mt19937_64 random(3);  // NOLINT: the same every time
  for (int walk = 0; walk < 200; ++walk) {
    for (int i = 0; i < 50; ++i) {
      const auto far = seconds(std::int64_t{1} << random() % 29U);
      now_ += random() % 2 == 0 ? far : -far;
      seen_.seen(plan("1"), now_);
    }
    int kept = 0;
    for (int i = 0; i < 300; ++i) kept += seen_.seen(plan("1"), now_ += seconds(10)) ? 0 : 1;
    EXPECT_EQ(kept, 10) << "walk " << walk;
  }
}

TEST_F(RecentlySeenTest, WhatLacksTheAttributeIsLikeNothing) {
  for (const auto* line : {R"({"kind":"plan","target":"t"})", R"({"kind":"plan","plan_hash":""})",
                           R"({"kind":"plan","plan_hash":null})"}) {
    EXPECT_FALSE(seen_.seen(lines_.parse(line), now_));
    EXPECT_FALSE(seen_.seen(lines_.parse(line), now_)) << line;
  }
  EXPECT_EQ(seen_.size(), 0U);
}

TEST_F(RecentlySeenTest, TheOneAskedForLongestAgoMakesRoom) {
  for (const auto* hash : {"1", "2", "3"}) EXPECT_FALSE(seen_.seen(plan(hash), now_));
  EXPECT_TRUE(seen_.seen(plan("1"), now_));
  EXPECT_FALSE(seen_.seen(plan("4"), now_));
  EXPECT_EQ(seen_.evictions(), 1U);
  EXPECT_TRUE(seen_.seen(plan("1"), now_));
  EXPECT_FALSE(seen_.seen(plan("2"), now_));
}

TEST_F(RecentlySeenTest, ShrinksByHalvesAndLeavesSome) {
  RecentlySeen seen(3000, kWindow, "plan_hash");
  for (int i = 0; i < 3000; ++i) EXPECT_FALSE(seen.seen(plan(std::to_string(i)), now_));
  seen.shrink();
  EXPECT_EQ(seen.size(), 1500U);
  for (int i = 0; i < 100; ++i) seen.shrink();
  EXPECT_EQ(seen.size(), RecentlySeen::kShrinkAbove);
  EXPECT_TRUE(seen.seen(plan("2999"), now_));
}

TEST_F(RecentlySeenTest, GoesOnAfterASave) {
  seen_.seen(plan("1"), now_);
  seen_.seen(plan("2"), now_ + seconds(10));
  seen_.seen(plan("1"), now_ + seconds(20));
  std::string text;
  stream::append_lines(text, [this](stream::Lines& all) { seen_.save(all); });
  RecentlySeen again(2, kWindow, "plan_hash");
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
    EXPECT_TRUE(again.load_line(lines_.parse(text.substr(0, end))));
    text.erase(0, end + 1);
  }
  EXPECT_FALSE(again.load_line(plan("1")));
  EXPECT_FALSE(again.seen(plan("3"), now_));  // 2 makes room: 1 was asked for after it
  EXPECT_TRUE(again.seen(plan("1"), now_ + seconds(299)));
  EXPECT_FALSE(again.seen(plan("1"), now_ + seconds(300)));
}

TEST_F(RecentlySeenTest, AnotherAttributeIsAnotherKey) {
  const auto& record = lines_.parse(R"({"plan_hash":"1","plan_shape":"1"})");
  EXPECT_FALSE(seen_.seen(record, now_));
  seen_.set(3, kWindow, "plan_shape");
  EXPECT_FALSE(seen_.seen(record, now_));
  EXPECT_TRUE(seen_.seen(record, now_));
}

}  // namespace
}  // namespace dbi::sampling
