// The goal is met within a tenth whatever the order of the input, the least important goes first, and what each class
// is given depends on nothing but what arrived.
// SPDX-License-Identifier: Apache-2.0
#include "sampling/goal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "sampling/lines.hpp"

namespace dbi::sampling {
namespace {

using std::chrono::milliseconds;

constexpr double kGoal = 200;
const std::vector<std::int64_t> kPriorities = {100, 50, 0};

enum class Order { Mixed, MostImportantFirst, LeastImportantFirst };

struct Input {
  double per_second = 10 * kGoal;
  milliseconds cycle{10};  // all records of one come at once; 10 ms is a steady stream
  Order order = Order::Mixed;
  // Of the classes: what must be kept, the three priorities, what no rule matches.
  std::vector<double> shares = {0.02, 0.03, 0.15, 0.3, 0.5};
};

// The classes of the records of one cycle.
std::vector<std::size_t> classes_of(const Input& input, std::size_t records, std::size_t& before) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < records; ++i) {
    // The golden ratio spreads the classes evenly.
    double place = static_cast<double>(before++) * 0.6180339887498949;
    place -= static_cast<double>(static_cast<std::size_t>(place));
    std::size_t one = 0;
    while (one + 1 < input.shares.size() && place >= input.shares[one]) place -= input.shares[one++];
    out.push_back(one);
  }
  if (input.order == Order::MostImportantFirst) std::ranges::sort(out);
  if (input.order == Order::LeastImportantFirst) std::ranges::sort(out, std::ranges::greater{});
  return out;
}

// What is kept on the average, by second and class.
struct Kept {
  std::vector<double> by_second;
  std::vector<double> by_class = std::vector<double>(5);
  std::vector<double> asked_by_class = std::vector<double>(5);

  [[nodiscard]] double window_mean(std::size_t begin) const {
    double sum = 0;
    for (std::size_t i = begin; i < begin + 60; ++i) sum += by_second.at(i);
    return sum / 60;
  }
};

Kept run(Goal& goal, const Input& input, int seconds, Timestamp start = Timestamp(std::chrono::hours(1))) {
  Kept kept;
  kept.by_second.resize(static_cast<std::size_t>(seconds));
  std::size_t records = 0;
  for (milliseconds at{0}; at < std::chrono::seconds(seconds); at += input.cycle) {
    const auto count = static_cast<std::size_t>(input.per_second * std::chrono::duration<double>(input.cycle).count());
    for (const std::size_t one : classes_of(input, count, records)) {
      const double factor = goal.factor(one, 1, start + at);
      kept.by_second[static_cast<std::size_t>(at.count() / 1000)] += factor;
      if (at < std::chrono::minutes(2)) continue;
      kept.by_class[one] += factor;
      kept.asked_by_class[one] += 1;
    }
  }
  return kept;
}

class GoalOfInput : public testing::TestWithParam<std::tuple<int, Order>> {};

TEST_P(GoalOfInput, IsMetWithinATenthAfterTwoWindows) {
  const auto& [cycle_ms, order] = GetParam();
  Input input;
  input.cycle = milliseconds(cycle_ms);
  input.order = order;
  Goal goal(kGoal, 60, kPriorities);
  const Kept kept = run(goal, input, 480);
  // A window of whole cycles begins where a cycle does.
  const auto step = static_cast<std::size_t>(std::max(1, cycle_ms / 1000));
  for (std::size_t begin = 120; begin + 60 <= 480; begin += step) {
    EXPECT_NEAR(kept.window_mean(begin), kGoal, kGoal / 10) << "window from second " << begin;
  }
  // What must be kept and the first priority, together half of the goal, are complete; of the last class, little is.
  const auto share = [&](std::size_t one) { return kept.by_class[one] / kept.asked_by_class[one]; };
  EXPECT_EQ(share(Goal::kMustKeep), 1);
  EXPECT_GT(share(1), 0.97);
  EXPECT_LT(share(3), 0.02);
  EXPECT_LT(share(4), 0.02);
  EXPECT_GT(share(4), 0.0);
  EXPECT_GT(share(2), share(3) * 5);
}

INSTANTIATE_TEST_SUITE_P(Inputs, GoalOfInput,
                         testing::Combine(testing::Values(10, 3000, 10'000, 30'000),
                                          testing::Values(Order::Mixed, Order::MostImportantFirst,
                                                          Order::LeastImportantFirst)));

TEST(Goal, LowersNothingWhileThereIsRoom) {
  Goal goal(kGoal, 60, kPriorities);
  Input input;
  input.per_second = kGoal * 0.9;
  const Kept kept = run(goal, input, 300);
  for (std::size_t one = 0; one < 5; ++one) EXPECT_EQ(kept.by_class[one], kept.asked_by_class[one]);
}

TEST(Goal, TheRulesOwnRatesCount) {
  Goal goal(kGoal, 60, kPriorities);
  double kept = 0;
  for (int i = 0; i < 300 * 1000; ++i) {
    kept += 0.1 * goal.factor(goal.unmatched(), 0.1, Timestamp(std::chrono::hours(1)) + milliseconds(i));
  }
  EXPECT_NEAR(kept, 30'000, 0.001);  // 100 a second are asked for
}

TEST(Goal, RisesWithAStepAndComesBack) {
  Goal goal(kGoal, 60, kPriorities);
  Input input;
  input.per_second = kGoal;
  const Timestamp start(std::chrono::hours(1));
  run(goal, input, 120, start);
  input.per_second = 10 * kGoal;
  const Kept high = run(goal, input, 240, start + std::chrono::minutes(2));
  EXPECT_LT(high.window_mean(0), 2.1 * kGoal);
  EXPECT_NEAR(high.window_mean(120), kGoal, kGoal / 10);
  input.per_second = kGoal;
  const Kept low = run(goal, input, 300, start + std::chrono::minutes(6));
  EXPECT_NEAR(low.window_mean(180), kGoal, kGoal / 10);
}

TEST(Goal, MustKeepIsKeptAboveTheGoalAndEachClassKeepsALittle) {
  Goal goal(kGoal, 60, kPriorities);
  Input input;
  input.shares = {0.5, 0, 0.2, 0, 0.3};
  const Kept kept = run(goal, input, 240);
  EXPECT_EQ(kept.by_class[0], kept.asked_by_class[0]);
  EXPECT_NEAR(kept.by_class[2] / kept.asked_by_class[2], 0.02 * 0.1, 0.001);
  EXPECT_NEAR(kept.by_class[4] / kept.asked_by_class[4], 0.02 * 0.1, 0.001);
}

TEST(Goal, WithoutGoalOrTimeThereIsNoLimit) {
  Goal none(0, 60, kPriorities);
  Goal timeless(kGoal, 60, kPriorities);
  for (int i = 0; i < 100'000; ++i) {
    EXPECT_EQ(none.factor(1, 1, Timestamp(std::chrono::hours(1))), 1);
    EXPECT_EQ(timeless.factor(1, 1, Timestamp()), 1);
  }
}

TEST(Goal, GoesOnAfterASaveAsIfNothingHadBeen) {
  Goal goal(kGoal, 60, kPriorities);
  Input input;
  input.cycle = milliseconds(700);
  const Timestamp start(std::chrono::hours(1));
  run(goal, input, 100, start);
  std::string text;
  goal.save(text);
  Goal again(kGoal, 60, kPriorities);
  Goal changed(kGoal, 60, {50});
  Lines lines;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
    const auto& line = lines.parse(text.substr(0, end));
    EXPECT_TRUE(again.load_line(line));
    EXPECT_TRUE(changed.load_line(line));
    text.erase(0, end + 1);
  }
  EXPECT_FALSE(again.load_line(lines.parse(R"({"kind":"session"})")));
  const Timestamp later = start + std::chrono::seconds(100);
  EXPECT_EQ(run(goal, input, 60, later).by_second, run(again, input, 60, later).by_second);
  // A class that is gone is left out, the others go on.
  EXPECT_LT(changed.factor(changed.unmatched(), 1, later), 1);
}

TEST(Goal, AClockFarAheadDoesNotStopTheSlots) {
  Goal goal(kGoal, 60, kPriorities);
  goal.factor(1, 1, Timestamp(std::chrono::hours(10'000)));
  Input input;
  const Kept kept = run(goal, input, 240);
  EXPECT_NEAR(kept.window_mean(180), kGoal, kGoal / 10);
}

// A slot that is under way keeps its length.
TEST(Goal, AClockThatGoesBackALittleChangesNothing) {
  Goal straight(kGoal, 60, kPriorities);
  Goal back(kGoal, 60, kPriorities);
  const Input input;
  const Timestamp start(std::chrono::hours(1));
  run(straight, input, 123, start);
  run(back, input, 123, start + std::chrono::seconds(4));
  const Kept expected = run(straight, input, 60, start + std::chrono::seconds(123));
  const Kept kept = run(back, input, 60, start + std::chrono::seconds(123));
  for (std::size_t i = 0; i < 60; ++i) EXPECT_NEAR(kept.by_second[i], expected.by_second[i], 1) << "second " << i;
}

// Whatever the clock did: two windows of healthy time later the goal is met.
TEST(Goal, IsMetTwoWindowsAfterAnyWalkOfTheClock) {
  std::mt19937_64 random(4);  // NOLINT: the same every time
  for (int walk = 0; walk < 20; ++walk) {
    Goal goal(kGoal, 60, kPriorities);
    Timestamp now(std::chrono::hours(1'000'000));
    for (int i = 0; i < 1000; ++i) {
      const auto far = milliseconds(std::int64_t{1} << random() % 40U);
      now += random() % 2 == 0 ? far : -far;
      goal.factor(random() % 5, 1, now);
    }
    Input input;
    input.order = Order::LeastImportantFirst;
    input.cycle = milliseconds(1000);
    const Kept kept = run(goal, input, 300, now);
    for (std::size_t begin = 120; begin + 60 <= 300; ++begin) {
      ASSERT_NEAR(kept.window_mean(begin), kGoal, kGoal / 10) << "walk " << walk << ", window from second " << begin;
    }
  }
}

TEST(Goal, TakesNothingImpossibleFromAFile) {
  Goal goal(kGoal, 60, kPriorities);
  Lines lines;
  for (const auto* name : {"must_keep", "100", "50", "0", "unmatched"}) {
    goal.load_line(lines.parse(std::string(R"({"kind":"sampling_goal","class":")") + name +
                               R"(","average":1e999,"count":1e999,"slot_s":1e999,)"
                               R"("slot_start":"0001-01-01T00:00:00Z","latest":"9999-12-31T00:00:00Z"})"));
  }
  const Timestamp start(std::chrono::hours(1));
  for (int i = 0; i < 1000; ++i) {
    const double factor = goal.factor(1 + static_cast<std::size_t>(i % 4), 1, start + milliseconds(i));
    ASSERT_TRUE(factor >= 0 && factor <= 1) << factor;
  }
  const Input input;
  EXPECT_NEAR(run(goal, input, 240, start).window_mean(180), kGoal, kGoal / 10);
}

}  // namespace
}  // namespace dbi::sampling
