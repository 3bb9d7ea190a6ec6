// SPDX-License-Identifier: Apache-2.0
#include "extract/plan_cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace dbi::extract {
namespace {

KnownPlan of(std::string_view hash) {
  KnownPlan known;
  known.members.text("plan_hash", hash);
  return known;
}

TEST(PlanCache, KnowsWhatWasPut) {
  PlanCache cache(10, 1 << 20);
  EXPECT_EQ(cache.find("plan"), nullptr);
  cache.put("plan", of("a"));
  ASSERT_NE(cache.find("plan"), nullptr);
  EXPECT_EQ(cache.find("plan")->members.find("plan_hash"), "\"a\"");
  EXPECT_EQ(cache.find("plans"), nullptr);
}

TEST(PlanCache, StaysWithinEntriesAndBytes) {
  PlanCache few(3, 1 << 20);
  for (int i = 0; i < 10; ++i) few.put(std::to_string(i), of("x"));
  EXPECT_EQ(few.size(), 3U);
  EXPECT_EQ(few.evictions(), 7U);
  EXPECT_NE(few.find("9"), nullptr);
  EXPECT_EQ(few.find("0"), nullptr);

  PlanCache small(1000, 10'000);
  for (int i = 0; i < 1000; ++i) small.put(std::to_string(i), of(std::string(static_cast<std::size_t>(i), 'x')));
  EXPECT_LE(small.bytes(), 10'000U);
  EXPECT_GT(small.size(), 2U);
  small.put("large", of(std::string(9000, 'x')));
  EXPECT_EQ(small.find("large"), nullptr);
  small.shrink();
  EXPECT_LE(small.bytes(), 5'000U);
}

TEST(PlanCache, KeepsNothingWithoutEntries) {
  PlanCache cache(0, 1 << 20);
  cache.put("plan", of("a"));
  EXPECT_EQ(cache.find("plan"), nullptr);
}

}  // namespace
}  // namespace dbi::extract
