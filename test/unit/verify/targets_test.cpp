// Order by cycle and by time, silence, scores; the bound and what is kept over a stop.
// SPDX-License-Identifier: Apache-2.0
#include "verify/targets.hpp"

#include <gmock/gmock.h>

#include "support/parsed.hpp"

namespace dbi::verify {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNow{std::chrono::hours(500'000)};
constexpr std::string_view kOlder = "0193589f3e8a7b3c8a1d2e3f40516200";
constexpr std::string_view kNewer = "0193589f3e8a7b3c8a1d2e3f40516201";

TEST(Targets, GoesBackWithAnOlderCycle) {
  TargetState state;
  EXPECT_FALSE(Targets::goes_back(state, kOlder, {}, 1min));
  EXPECT_FALSE(Targets::goes_back(state, kOlder, {}, 1min));
  EXPECT_FALSE(Targets::goes_back(state, kNewer, {}, 1min));
  EXPECT_TRUE(Targets::goes_back(state, kOlder, {}, 1min));
  EXPECT_FALSE(Targets::goes_back(state, "no id", {}, 1min));
}

TEST(Targets, GoesBackWithATimeFarBehindTheClock) {
  TargetState state;
  EXPECT_FALSE(Targets::goes_back(state, "", kNow, 1min));
  EXPECT_FALSE(Targets::goes_back(state, "", kNow - 1min, 1min));
  EXPECT_TRUE(Targets::goes_back(state, "", kNow - 61s, 1min));
  EXPECT_FALSE(Targets::goes_back(state, "", kNow - 61s, 0min));
  // A single time far ahead does not make all that follow late.
  EXPECT_FALSE(Targets::goes_back(state, "", kNow + 24h, 1min));
  EXPECT_FALSE(Targets::goes_back(state, "", kNow, 1min));
}

TEST(Targets, KeepsSoManyAndForgetsWhoWasHeardOfLongestAgo) {
  Targets targets(2);
  targets.of("a").score = 0.1;
  targets.of("b").score = 0.2;
  targets.of("a");
  targets.of("c").score = 0.3;
  EXPECT_EQ(targets.size(), 2U);
  EXPECT_EQ(targets.evictions(), 1U);
  EXPECT_DOUBLE_EQ(targets.of("a").score, 0.1);
  EXPECT_DOUBLE_EQ(targets.of("b").score, 1);
  targets.set_max(1);
  EXPECT_EQ(targets.size(), 1U);
  EXPECT_DOUBLE_EQ(targets.of("b").score, 1);
}

TEST(Targets, ScoresAWindowAndAll) {
  TargetState state;
  EXPECT_FALSE(state.mean_score().has_value());
  EXPECT_FALSE(Targets::close_window(state).has_value());
  Targets::score(state, 1);
  Targets::score(state, 0.5);
  EXPECT_DOUBLE_EQ(Targets::close_window(state).value(), 0.75);
  Targets::score(state, 0);
  EXPECT_DOUBLE_EQ(state.mean_score().value(), 0.5);
  EXPECT_DOUBLE_EQ(state.score, 0.75);
}

TEST(Targets, AreKeptOverAStop) {
  Targets targets(10);
  TargetState& state = targets.of("a");
  EXPECT_FALSE(Targets::goes_back(state, kNewer, kNow, 1min));
  Targets::score(state, 0.5);
  state.heard = 5s;
  std::string lines;
  targets.save(lines);
  for (const bool heard_again : {false, true}) {
    Targets loaded(10);
    const Parsed line(std::string_view(lines).substr(0, lines.size() - 1));
    EXPECT_TRUE(loaded.load_line(line.record(), heard_again));
    TargetState& again = loaded.of("a");
    EXPECT_TRUE(Targets::goes_back(again, kOlder, {}, 1min));
    EXPECT_TRUE(Targets::goes_back(again, "", kNow - 2min, 1min));
    EXPECT_EQ(again.heard, 5s);
    EXPECT_EQ(again.fresh, heard_again);
    EXPECT_DOUBLE_EQ(Targets::close_window(again).value(), 0.5);
  }
}

}  // namespace
}  // namespace dbi::verify
