// Soft and hard limit, told by a probe that the test sets.
// SPDX-License-Identifier: Apache-2.0
#include "resource/memory_limiter.hpp"

#include <gtest/gtest.h>

namespace dbi::resource {
namespace {

class FakeClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return {}; }
  [[nodiscard]] MonotonicTime monotonic() const override { return time; }
  MonotonicTime time{std::chrono::seconds{1}};
};

struct Limited {
  FakeClock clock;
  std::optional<std::uint64_t> resident = 0;
  MemoryLimiter limiter{{100, 20}, clock, [this] { return resident; }};
  MemoryPressure at(std::optional<std::uint64_t> bytes) {
    resident = bytes;
    clock.time += MemoryLimiter::kInterval;
    return limiter.pressure();
  }
};

TEST(MemoryLimiter, TellsSoftBelowTheSpikeAndHardAtTheLimit) {
  Limited limited;
  EXPECT_EQ(limited.at(79), MemoryPressure::None);
  EXPECT_EQ(limited.at(80), MemoryPressure::Soft);
  EXPECT_EQ(limited.at(99), MemoryPressure::Soft);
  EXPECT_EQ(limited.at(100), MemoryPressure::Hard);
  EXPECT_EQ(limited.at(1), MemoryPressure::None);
  EXPECT_EQ(limited.at(std::nullopt), MemoryPressure::None);
}

TEST(MemoryLimiter, LooksAgainOnlyAfterTheInterval) {
  Limited limited;
  EXPECT_EQ(limited.at(100), MemoryPressure::Hard);
  limited.resident = 1;
  EXPECT_EQ(limited.limiter.pressure(), MemoryPressure::Hard);
}

TEST(MemoryLimiter, WithoutALimitNothingIsProbed) {
  const FakeClock clock;
  MemoryLimiter limiter({}, clock, []() -> std::optional<std::uint64_t> { throw 1; });
  EXPECT_EQ(limiter.pressure(), MemoryPressure::None);
}

TEST(MemoryLimiter, ASpikeMustLeaveSomething) {
  EXPECT_TRUE(check_limits({0, 5}));
  EXPECT_TRUE(check_limits({100, 99}));
  EXPECT_EQ(check_limits({100, 100}).error().kind, ErrorKind::Configuration);
}

}  // namespace
}  // namespace dbi::resource
