// Cycle ids ascend whatever the clock does.
// SPDX-License-Identifier: Apache-2.0
#include "base/uuid7.hpp"

#include <gtest/gtest.h>

namespace dbi {
namespace {

using namespace std::chrono_literals;

const Timestamp kNow{microseconds{1'780'000'000'000'000}};

TEST(CycleId, HasTheFormOfAUuidVersion7) {
  const auto id = next_cycle_id(kNow, "");
  ASSERT_TRUE(is_cycle_id(id)) << id;
  EXPECT_EQ(id.substr(0, 12), "019e70448800");
  EXPECT_EQ(id[12], '7');
  EXPECT_NE(std::string_view("89ab").find(id[16]), std::string_view::npos);
}

TEST(CycleId, SortsByTime) {
  EXPECT_LT(next_cycle_id(kNow, ""), next_cycle_id(kNow + 1ms, ""));
}

TEST(CycleId, NeverFallsBelowTheNewest) {
  std::string newest;
  for (int i = 0; i < 1000; ++i) {
    const auto id = next_cycle_id(kNow - i * 1h, newest);
    ASSERT_GT(id, newest);
    newest = id;
  }
}

TEST(CycleId, IsRecognised) {
  EXPECT_FALSE(is_cycle_id(""));
  EXPECT_FALSE(is_cycle_id("019E70E7BE0070000000000000000000"));
  EXPECT_TRUE(is_cycle_id("01900000000070008000000000000000"));
}

}  // namespace
}  // namespace dbi
