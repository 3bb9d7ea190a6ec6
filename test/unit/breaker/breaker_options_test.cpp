// SPDX-License-Identifier: Apache-2.0
#include "breaker/breaker_options.hpp"

#include <gmock/gmock.h>

#include "cli/review.hpp"

namespace dbi::breaker {
namespace {

TEST(BreakerOptions, PassTheReview) {
  BreakerOptions options;
  cli::Tree tree("DBI_BREAKER_");
  describe_breaker_options(tree, options);
  EXPECT_THAT(cli::review(tree), ::testing::IsEmpty());
}

TEST(BreakerOptions, BecomeShares) {
  BreakerOptions options;
  options.failure_rate_pct = 25;
  options.slow_rate_pct = 75;
  options.jitter_pct = 10;
  options.memory_mb = 3;
  const Settings settings = settings_of(options).value();
  EXPECT_EQ(settings.rules.failure_rate, 0.25);
  EXPECT_EQ(settings.rules.slow_rate, 0.75);
  EXPECT_EQ(settings.rules.backoff.jitter, 0.1);
  EXPECT_EQ(settings.host.memory_available, std::uint64_t{3} << 20U);
}

TEST(BreakerOptions, TheWindowHoldsTwiceTheThresholdUnlessTold) {
  BreakerOptions options;
  options.settings.rules.minimum_calls = 7;
  EXPECT_EQ(settings_of(options)->rules.window.calls, 14U);
  options.settings.rules.minimum_calls = circuit::WindowSize::kMaxCalls;
  EXPECT_EQ(settings_of(options)->rules.window.calls, circuit::WindowSize::kMaxCalls);
  options.settings.rules.minimum_calls = 7;
  options.window_calls = 9;
  EXPECT_EQ(settings_of(options)->rules.window.calls, 9U);
  options.window_calls = 6;
  EXPECT_EQ(settings_of(options).error().kind, ErrorKind::Configuration) << "fewer than the threshold";
}

}  // namespace
}  // namespace dbi::breaker
