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

TEST(ChooseLimits, TakesWhatIsConfiguredElseWhatTheControlGroupLeaves) {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
  const auto chosen = [](auto limit, auto spike, auto group) {
    const MemoryLimits limits = choose_limits(limit, spike, group);
    return std::pair(limits.limit, limits.spike);
  };
  EXPECT_EQ(chosen(std::nullopt, std::nullopt, std::nullopt), std::pair(512 * kMiB, 128 * kMiB));
  EXPECT_EQ(chosen(std::nullopt, std::nullopt, 4096 * kMiB), std::pair(512 * kMiB, 128 * kMiB));
  EXPECT_EQ(chosen(std::nullopt, std::nullopt, 40 * kMiB), std::pair(36 * kMiB, 9 * kMiB));
  EXPECT_EQ(chosen(100 * kMiB, std::nullopt, 40 * kMiB), std::pair(100 * kMiB, 25 * kMiB));
  EXPECT_EQ(chosen(100 * kMiB, kMiB, std::nullopt), std::pair(100 * kMiB, kMiB));
  EXPECT_EQ(chosen(0, std::nullopt, 40 * kMiB), std::pair(std::uint64_t{0}, std::uint64_t{0}));
}

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

TEST(MemoryLimiter, LooksMoreOftenFromHalfOfTheSoftLimitOn) {
  FakeClock clock;
  int looks = 0;
  std::uint64_t resident = 39;
  MemoryLimiter limiter({100, 20}, clock, [&]() -> std::optional<std::uint64_t> {
    ++looks;
    return resident;
  });
  limiter.pressure();
  clock.time += MemoryLimiter::kNearInterval;
  limiter.pressure();
  EXPECT_EQ(looks, 1);
  resident = 40;
  clock.time += MemoryLimiter::kInterval;
  limiter.pressure();
  resident = 85;
  clock.time += MemoryLimiter::kNearInterval;
  EXPECT_EQ(limiter.pressure(), MemoryPressure::Soft);
  EXPECT_EQ(looks, 3);
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
