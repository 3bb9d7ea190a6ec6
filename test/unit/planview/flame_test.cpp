// SPDX-License-Identifier: Apache-2.0
#include "planview/flame.hpp"

#include <gtest/gtest.h>

#include "planview/analysed.hpp"

namespace dbi::planview {
namespace {

TEST(Flame, GoesByTheTimeThatEachNodeTookItself) {
  const Analysed plan{std::string(kJoin)};
  const Flame flame = flame_of(*plan);
  EXPECT_EQ(flame.measure, Measure::Time);
  EXPECT_NEAR(flame.total, 80, 1e-9);
  EXPECT_NEAR(flame.frames[0].self, 25.0 / 80, 1e-9);
  EXPECT_NEAR(flame.frames[1].self, 50.0 / 80, 1e-9);
  EXPECT_NEAR(flame.frames[2].begin, 50.0 / 80, 1e-9);
  EXPECT_NEAR(flame.frames[3].size, 4.0 / 80, 1e-9);
  EXPECT_EQ(show_self(flame, 1), "50.0ms, 62%");
}

TEST(Flame, GoesByCostWhereNothingRan) {
  const Analysed plan(
      "Limit  (cost=0.00..10.00 rows=1 width=4)\n"
      "  ->  Seq Scan on t  (cost=0.00..1000.00 rows=100 width=4)\n");
  const Flame flame = flame_of(*plan);
  EXPECT_EQ(flame.measure, Measure::Cost);
  EXPECT_EQ(show_self(flame, 1), "cost 10, 100%");
  EXPECT_EQ(show_self(flame, 0), "cost 0, 0%");
}

TEST(Flame, HasNoMeasureWhereThereAreNeitherTimesNorCosts) {
  const Analysed plan("Seq Scan on t\n");
  ASSERT_TRUE(plan);
  EXPECT_EQ(flame_of(*plan).measure, Measure::None);
  EXPECT_EQ(show_self(flame_of(*plan), 0), "");
}

TEST(Flame, OfEveryFixtureStaysWithinItsParent) {
  each_fixture(DBI_PLANS, [](const plan::Analysis& analysis) {
    const Flame flame = flame_of(analysis);
    double self = 0;
    for (std::size_t i = 0; i < flame.frames.size(); ++i) {
      const Frame& frame = flame.frames[i];
      self += frame.self;
      EXPECT_GE(frame.begin, 0);
      EXPECT_GE(frame.self, 0);
      if (i == 0) continue;
      const Frame& parent = flame.frames[analysis.plan().nodes()[i].parent];
      EXPECT_GE(frame.begin, parent.begin - 1e-9);
      EXPECT_LE(frame.begin + frame.size, parent.begin + parent.size + 1e-9);
    }
    EXPECT_LE(self, 1 + 1e-9);
  });
}

}  // namespace
}  // namespace dbi::planview
