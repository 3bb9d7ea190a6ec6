// The adaptive rate: its steps, its bounds, and a model of the pipe that it is for.
// SPDX-License-Identifier: Apache-2.0
#include "limit/adaptive_rate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "limit/downstream.hpp"

namespace dbi::limit {
namespace {

using State = AdaptiveRate::State;

Rate rate(double per_second) {
  return Rate::per_second(per_second);
}

const RateBounds kBounds{rate(100), rate(500), rate(2000)};

TEST(AdaptiveRate, DemandWithoutPressureRaisesItBySmallSteps) {
  AdaptiveRate adaptive;
  EXPECT_EQ(adaptive.rate(kBounds), rate(500));
  adaptive.step(kBounds, Pressure::None, true);
  EXPECT_EQ(adaptive.rate(kBounds), rate(525));
  adaptive.step(kBounds, Pressure::None, false);
  EXPECT_EQ(adaptive.rate(kBounds), rate(525)) << "above the base it stays";
  adaptive.step(kBounds, Pressure::Hold, true);
  EXPECT_EQ(adaptive.rate(kBounds), rate(525));
  for (int i = 0; i < 100; ++i) adaptive.step(kBounds, Pressure::None, true);
  EXPECT_EQ(adaptive.rate(kBounds), rate(2000));
}

TEST(AdaptiveRate, PressureLowersItWhateverTheDemand) {
  AdaptiveRate adaptive;
  adaptive.step(kBounds, Pressure::High, true);
  EXPECT_EQ(adaptive.rate(kBounds), rate(450));
  adaptive.step(kBounds, Pressure::High, false);
  EXPECT_EQ(adaptive.rate(kBounds), rate(405));
  for (int i = 0; i < 100; ++i) adaptive.step(kBounds, Pressure::High, true);
  EXPECT_EQ(adaptive.rate(kBounds), rate(100));
}

// Else a rate that pressure lowered would stay at the minimum where demand is low.
TEST(AdaptiveRate, WithoutPressureItReturnsToTheBaseDemandOrNot) {
  AdaptiveRate adaptive(State::Lowered, rate(100));
  adaptive.step(kBounds, Pressure::Hold, true);
  EXPECT_EQ(adaptive.rate(kBounds), rate(100));
  std::vector<double> rates;
  for (int i = 0; i < 9; ++i) {
    adaptive.step(kBounds, Pressure::None, i % 2 == 0);
    rates.push_back(adaptive.rate(kBounds).per_second());
  }
  EXPECT_EQ(rates, (std::vector<double>{125, 156.25, 195.313, 244.142, 305.178, 381.473, 476.842, 500, 525}));
}

TEST(AdaptiveRate, AWindowIsACeilingAndLeavesWhatPressureLowered) {
  const RateBounds night{rate(100), rate(200), rate(200)};
  AdaptiveRate lowered(State::Lowered, rate(300));
  lowered.change_base();
  EXPECT_EQ(lowered.rate(night), rate(200));
  lowered.step(night, Pressure::None, true);
  EXPECT_EQ(lowered.rate(night), rate(200));
  lowered.change_base();
  EXPECT_EQ(lowered.rate(kBounds), rate(300)) << "what it was before the window";
  lowered.step(night, Pressure::High, true);
  EXPECT_EQ(lowered.rate(night), rate(180));
  lowered.change_base();
  EXPECT_EQ(lowered.rate(kBounds), rate(180));

  AdaptiveRate raised(State::Raised, rate(1500));
  raised.change_base();
  EXPECT_EQ(raised.rate(night), rate(200));
  raised.step(night, Pressure::None, true);
  EXPECT_EQ(raised.rate(night), rate(200));
}

TEST(AdaptiveRate, NeverLeavesItsBounds) {
  std::mt19937_64 random(7);
  for (int run = 0; run < 2000; ++run) {
    const auto up_to = [&random](std::int64_t most) {
      return std::uniform_int_distribution<std::int64_t>(0, most)(random);
    };
    // Any state may have been saved.
    AdaptiveRate adaptive(static_cast<State>(up_to(2)), Rate::thousandths(up_to(5'000'000)));
    const Rate lowest = Rate::thousandths(up_to(1'000'000));
    const Rate highest = Rate::thousandths(lowest.thousandths() + up_to(3'000'000));
    Rate base = lowest;
    for (int step = 0; step < 100; ++step) {
      if (step % 10 == 0) {
        base = Rate::thousandths(lowest.thousandths() + up_to(highest.thousandths() - lowest.thousandths()));
        adaptive.change_base();
      }
      const RateBounds bounds{lowest, base, up_to(1) == 0 ? base : highest};
      ASSERT_GE(adaptive.rate(bounds), bounds.lowest);
      ASSERT_LE(adaptive.rate(bounds), bounds.highest);
      adaptive.step(bounds, static_cast<Pressure>(up_to(2)), up_to(1) == 0);
      ASSERT_GE(adaptive.rate(bounds), bounds.lowest);
      ASSERT_LE(adaptive.rate(bounds), bounds.highest);
    }
  }
}

// A key with more demand than downstream drains (800 a second) behind a spool: how far the rate swings once it has
// found the drain. The figures of the manual are these.
struct Swing {
  double lowest = 1e9;
  double highest = 0;
  double mean = 0;
};

template <typename Verdict>
Swing swing(Verdict verdict) {
  constexpr double kDrain = 800;
  constexpr double kStep = 30;
  AdaptiveRate adaptive;
  Swing swing;
  double depth = 0;
  double before = 0;
  int counted = 0;
  for (int step = 0; step < 4000; ++step) {
    const double in = adaptive.rate(kBounds).per_second();
    before = depth;
    depth = std::max(0.0, depth + (in - kDrain) * kStep);
    adaptive.step(kBounds, verdict(depth, before), true);
    if (step < 400) continue;
    swing.lowest = std::min(swing.lowest, in);
    swing.highest = std::max(swing.highest, in);
    swing.mean += in;
    ++counted;
  }
  swing.mean /= counted;
  return swing;
}

constexpr double kThreshold = 20'000;

TEST(AdaptiveRate, FindsWhatDownstreamDrainsAndStaysNearIt) {
  DownstreamFigures figures;
  Downstream downstream({0.5, static_cast<std::uint64_t>(kThreshold)}, [&] { return figures; });
  MonotonicTime now{};
  const Swing found = swing([&](double depth, double) {
    figures.spool_bytes = depth;
    return downstream.pressure(now += Downstream::kInterval);
  });
  EXPECT_GE(found.lowest, 700);
  EXPECT_LE(found.highest, 930);
  EXPECT_NEAR(found.mean, 800, 8);
}

// What was rejected: depth alone.
TEST(AdaptiveRate, DepthAloneWouldSwingTwiceAsFar) {
  const Swing found = swing([](double depth, double) { return depth > kThreshold ? Pressure::High : Pressure::None; });
  EXPECT_LE(found.lowest, 600);
  EXPECT_GE(found.highest, 1000);
}

}  // namespace
}  // namespace dbi::limit
