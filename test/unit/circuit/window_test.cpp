// SPDX-License-Identifier: Apache-2.0
#include "circuit/window.hpp"

#include <gmock/gmock.h>

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

TEST(Window, AClockThatWasSetBackForgetsWhatLiesAhead) {
  const WindowSize size{.calls = 10, .time = 100s};
  Window window;
  window.add(size, CallResult::Failure, kNoon);
  EXPECT_EQ(window.count(size, kNoon - 1h), Counts{});
  window.add(size, CallResult::Success, kNoon - 1h);
  EXPECT_EQ(window.count(size, kNoon), Counts{});
  EXPECT_EQ(window.count(size, kNoon - 1h), (Counts{1, 0, 0}));
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
        std::string("2026-11-25T12:00:00Z 1/0/0, 2026-11-25T12:00:00Z 1/0/0")}) {
    const auto read = Window::parse(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::Malformed) << text;
  }
}

}  // namespace
}  // namespace dbi::circuit
