// SPDX-License-Identifier: Apache-2.0
#include "circuit/window.hpp"

#include <gmock/gmock.h>

#include <random>
#include <string>

namespace dbi::circuit {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + 12h};

CallResult result_of(char letter) {
  return letter == 'f' ? CallResult::Failure : letter == 's' ? CallResult::Slow : CallResult::Success;
}

TEST(Window, ByCountHoldsTheLastCalls) {
  const WindowSize size{.calls = 4, .time = {}};
  Window window;
  for (const char letter : std::string("ffoso")) window.add(size, result_of(letter), kNoon);
  EXPECT_EQ(window.format(), "foso");
  EXPECT_EQ(window.count(size, kNoon + 24h * 365), (Counts{4, 1, 1}));
  EXPECT_EQ(window.count({.calls = 2, .time = {}}, kNoon), (Counts{2, 0, 1}));
  window.clear();
  EXPECT_EQ(window.count(size, kNoon), Counts{});
}

TEST(Window, ByTimeForgetsWhatIsOlder) {
  const WindowSize size{.calls = 10, .time = 100s};
  Window window;
  window.add(size, CallResult::Failure, kNoon);
  window.add(size, CallResult::Failure, kNoon + 9s);
  window.add(size, CallResult::Slow, kNoon + 50s);
  window.add(size, CallResult::Success, kNoon + 95s);
  EXPECT_EQ(window.count(size, kNoon + 99s), (Counts{4, 2, 1}));
  EXPECT_EQ(window.count(size, kNoon + 100s), (Counts{2, 0, 1}));
  EXPECT_EQ(window.count(size, kNoon + 149s), (Counts{2, 0, 1}));
  EXPECT_EQ(window.count(size, kNoon + 150s), (Counts{1, 0, 0}));
  EXPECT_EQ(window.count(size, kNoon + 1h), Counts{});
}

TEST(Window, ByTimeKeepsFewSlicesHoweverManyCallsCome) {
  const WindowSize size{.calls = 10, .time = 100s};
  Window window;
  for (int i = 0; i < 100000; ++i) window.add(size, CallResult::Success, kNoon + i * 10ms);
  EXPECT_LE(window.format().size(), 10U * 45);
  EXPECT_LE(window.count(size, kNoon + 999990ms).calls, 10000U);
  EXPECT_GE(window.count(size, kNoon + 999990ms).calls, 9000U);
}

TEST(Window, WhatLiesAheadOfAClockThatWasSetBackCountsAsNow) {
  const WindowSize size{.calls = 10, .time = 100s};
  Window window;
  window.add(size, CallResult::Failure, kNoon);
  EXPECT_EQ(window.count(size, kNoon - 1h), (Counts{1, 1, 0}));
  window.add(size, CallResult::Success, kNoon - 1h);
  EXPECT_EQ(window.count(size, kNoon - 1h), (Counts{2, 1, 0}));
  EXPECT_EQ(window.count(size, kNoon - 1h + 100s), Counts{});
}

// Whatever the length was when they came: a reload or a restart may change it, a restart also moves all times.
TEST(Window, WhatItHoldsCanAlwaysBeReadBack) {
  std::mt19937_64 random(5);
  const auto below = [&](std::uint64_t end) { return random() % end; };
  for (int history = 0; history < 200; ++history) {
    Window window;
    Timestamp now = kNoon;
    for (int i = 0; i < 100; ++i) {
      WindowSize size{.calls = 10, .time = {}};
      size.time = microseconds(1 + below(below(2) == 0 ? 1'000'000 : 10'000'000'000));
      const auto calls = below(25);
      for (std::uint64_t call = 0; call < calls; ++call) {
        now += below(30) == 0 ? microseconds(below(31'536'000'000'000)) * (below(2) == 0 ? 300 : -300)
                              : microseconds(below(static_cast<std::uint64_t>(size.time->count())) / 5);
        window.add(size, result_of("ofs"[below(3)]), now);
        const Counts counts = window.count(size, now);
        ASSERT_GE(counts.calls, 1U);
        const auto read = Window::parse(window.format());
        ASSERT_TRUE(read) << window.format();
        ASSERT_EQ(read->count(size, now), counts);
      }
      const microseconds shift = microseconds(below(1'000'000'000)) * (below(10) == 0 ? 300'000'000 : 1);
      const auto moved = Window::parse(window.format(below(2) == 0 ? shift : -shift));
      ASSERT_TRUE(moved) << window.format(shift);
      window = *moved;
    }
  }
}

TEST(Window, ALongerOneTakesTheSlicesOfAShorterOne) {
  const WindowSize small{.calls = 10, .time = 10min};
  const WindowSize large{.calls = 10, .time = 100min};
  Window window;
  for (int i = 0; i < 10; ++i) window.add(small, CallResult::Failure, kNoon + i * 1min);
  window.add(large, CallResult::Success, kNoon + 15min);
  window.add(large, CallResult::Success, kNoon + 25min);
  EXPECT_EQ(
      window.format(),
      "2026-11-25T12:00:00.000000Z 10/10/0, 2026-11-25T12:10:00.000000Z 1/0/0, 2026-11-25T12:20:00.000000Z 1/0/0");
}

TEST(Window, AnotherKindOfSizeStartsAfresh) {
  const WindowSize by_count{.calls = 4, .time = {}};
  const WindowSize by_time{.calls = 4, .time = 100s};
  Window window;
  window.add(by_count, CallResult::Failure, kNoon);
  EXPECT_EQ(window.count(by_time, kNoon), Counts{});
  window.add(by_time, CallResult::Slow, kNoon);
  EXPECT_EQ(window.count(by_time, kNoon), (Counts{1, 0, 1}));
  window.add(by_count, CallResult::Success, kNoon);
  EXPECT_EQ(window.format(), "o");
}

TEST(Window, ReadsBackWhatItWrites) {
  for (const auto& size : {WindowSize{.calls = 100, .time = {}}, WindowSize{.calls = 1, .time = 100s}}) {
    Window window;
    EXPECT_EQ(*Window::parse(window.format()), window);
    for (int i = 0; i < 50; ++i) {
      window.add(size, result_of("ofs"[i % 3]), kNoon + i * 7s);
      const auto read = Window::parse(window.format());
      ASSERT_TRUE(read) << window.format();
      EXPECT_EQ(*read, window);
    }
  }
}

TEST(Window, MovesItsTimesWhereAsked) {
  const WindowSize size{.calls = 1, .time = 100s};
  Window window;
  window.add(size, CallResult::Failure, kNoon);
  EXPECT_EQ(window.format(1h), "2026-11-25T13:00:00.000000Z 1/1/0");
}

TEST(Window, RefusesWhatIsNone) {
  for (const auto& text :
       {std::string("ofx"), std::string(1001, 'o'), std::string("noon 1/0/0"), std::string("2026-11-25T12:00:00Z"),
        std::string("2026-11-25T12:00:00Z 1/0"), std::string("2026-11-25T12:00:00Z 1/2/0"),
        std::string("2026-11-25T12:00:00Z 1/0/0x"), std::string("2026-11-25T12:00:00Z -1/0/0"),
        std::string("2026-11-25T12:00:00Z 99999999999/0/0"),
        std::string("2026-11-25T12:00:01Z 1/0/0, 2026-11-25T12:00:00Z 1/0/0")}) {
    const auto read = Window::parse(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::Malformed) << text;
  }
}

}  // namespace
}  // namespace dbi::circuit
