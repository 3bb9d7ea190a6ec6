// Settings that are right one by one have to go together.
// SPDX-License-Identifier: Apache-2.0
#include "breaker/settings.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace dbi::breaker {
namespace {

using namespace std::chrono_literals;

Status check(const std::function<void(Settings& settings)>& change) {
  Settings settings;
  change(settings);
  return check_settings(settings);
}

TEST(Settings, TheDefaultsGoTogether) {
  EXPECT_TRUE(check([](Settings&) {}));
}

TEST(Settings, AWindowHoldsTheCallsThatItNeeds) {
  EXPECT_TRUE(check([](Settings& settings) { settings.rules.minimum_calls = settings.rules.window.calls; }));
  EXPECT_EQ(
      check([](Settings& settings) { settings.rules.minimum_calls = settings.rules.window.calls + 1; }).error().kind,
      ErrorKind::Configuration);
  EXPECT_TRUE(check([](Settings& settings) {
    settings.rules.minimum_calls = 500;
    settings.rules.window.time = 1h;
  }));
}

TEST(Settings, TheLongestIsNoShorterThanTheFirst) {
  EXPECT_EQ(check([](Settings& settings) { settings.rules.backoff.base = 1h; }).error().kind, ErrorKind::Configuration);
  EXPECT_TRUE(check([](Settings& settings) { settings.rules.backoff.base = settings.rules.backoff.cap; }));
  EXPECT_EQ(check([](Settings& settings) { settings.timeout.base = 1h; }).error().kind, ErrorKind::Configuration);
}

TEST(Settings, AFileIsGivenWhereRecordsAreDivertedAndOnlyThere) {
  EXPECT_FALSE(check([](Settings& settings) { settings.on_open = OnOpen::Divert; }));
  EXPECT_FALSE(check([](Settings& settings) { settings.divert_to = "held"; }));
  EXPECT_TRUE(check([](Settings& settings) {
    settings.on_open = OnOpen::Divert;
    settings.divert_to = "held";
  }));
}

}  // namespace
}  // namespace dbi::breaker
