// The running maximum, and jumps that need a second witness.
// SPDX-License-Identifier: Apache-2.0
#include "stream/record_clock.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>

#include "base/time_text.hpp"

namespace dbi::stream {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Timestamp kStart{std::chrono::hours{24 * 365 * 50}};

TEST(TargetClock, IsARunningMaximum) {
  TargetClock clock;
  EXPECT_EQ(clock.observe(kStart), kStart);
  EXPECT_EQ(clock.observe(kStart + seconds{10}), kStart + seconds{10});
  EXPECT_EQ(clock.observe(kStart), kStart + seconds{10});
  EXPECT_EQ(clock.observe(kStart + seconds{10} + minutes{5}), kStart + seconds{10} + minutes{5});
}

TEST(TargetClock, AJumpTakesEffectWithTheSecondTimeBeyondIt) {
  TargetClock clock;
  clock.observe(kStart);
  EXPECT_EQ(clock.observe(kStart + hours{1}), kStart);
  EXPECT_EQ(clock.observe(kStart + seconds{1}), kStart + seconds{1});
  EXPECT_EQ(clock.observe(kStart + hours{1} + seconds{2}), kStart + hours{1} + seconds{2});
}

TEST(TargetClock, AWrongTimeDoesNotCarryARightOneAlong) {
  TargetClock clock;
  clock.observe(kStart);
  EXPECT_EQ(clock.observe(kStart + hours{10000}), kStart);
  EXPECT_EQ(clock.observe(kStart + hours{1}), kStart + hours{1});
  EXPECT_EQ(clock.held_back().ahead, kStart + hours{10000});
}

TEST(TargetClock, TwoTimesInARowFarBehindTakeItBackToTheLaterOne) {
  TargetClock clock;
  clock.observe(kStart);
  EXPECT_EQ(clock.observe(kStart - minutes{5}), kStart);
  EXPECT_EQ(clock.observe(kStart - minutes{5}), kStart);
  EXPECT_EQ(clock.observe(kStart - hours{2}), kStart);
  EXPECT_EQ(clock.observe(kStart - hours{1}), kStart - hours{1});
  EXPECT_EQ(clock.observe(kStart - hours{1} + seconds{1}), kStart - hours{1} + seconds{1});
}

TEST(TargetClock, WrongTimesBehindThatDoNotFollowEachOtherDoNotTakeItBack) {
  TargetClock clock;
  clock.observe(kStart);
  for (int turn = 1; turn < 10; ++turn) {
    EXPECT_EQ(clock.observe(kStart - hours{1}), kStart + seconds{turn - 1});
    EXPECT_EQ(clock.observe(kStart + seconds{turn}), kStart + seconds{turn});
  }
  EXPECT_EQ(clock.observe(kStart - hours{1}), kStart + seconds{9});
  EXPECT_EQ(clock.observe(kStart + hours{1}), kStart + seconds{9});
  EXPECT_EQ(clock.observe(kStart - hours{1}), kStart + seconds{9});
}

TEST(TargetClock, AFartherTimeBehindWaitsForAnotherOne) {
  TargetClock clock;
  clock.observe(kStart);
  clock.observe(kStart - hours{1});
  EXPECT_EQ(clock.observe(kStart - hours{100}), kStart - hours{1});
  EXPECT_EQ(clock.held_back().behind, kStart - hours{100});
  EXPECT_EQ(clock.observe(kStart - hours{100} + seconds{1}), kStart - hours{100} + seconds{1});
}

TEST(TargetClock, AJumpAheadOfAWrongTimeIsForgottenWithIt) {
  TargetClock clock;
  clock.observe(kStart);
  clock.observe(kStart + hours{1});
  clock.observe(kStart - hours{1});
  EXPECT_EQ(clock.observe(kStart - hours{1}), kStart - hours{1});
  EXPECT_EQ(clock.observe(kStart + hours{1}), kStart - hours{1});
}

TEST(TargetClock, AfterAnyHistoryTwoTimesOfOneCourseBringItBack) {
  std::mt19937_64 random(5);  // NOLINT(cert-msc51-cpp): the same walks on every run
  constexpr std::array<std::int64_t, 6> kSteps{1, 60, 299, 301, 3600, 300'000'000};
  for (int walk = 0; walk < 2000; ++walk) {
    TargetClock clock;
    Timestamp time = kStart;
    for (std::uint64_t step = random() % 20; step > 0; --step) {
      const auto size = seconds{kSteps[random() % kSteps.size()]};
      time += random() % 2 == 0 ? size : -size;
      clock.observe(time);
    }
    const Timestamp course = kStart + seconds{static_cast<std::int64_t>(random() % 100'000)};
    clock.observe(course);
    for (int second = 1; second < 5; ++second) {
      const Timestamp now = clock.observe(course + seconds{second});
      ASSERT_LE(now - (course + seconds{second}), TargetClock::kJump) << walk;
      ASSERT_LE(course + seconds{second} - now, TargetClock::kJump) << walk;
    }
  }
}

class RecordClockTest : public testing::Test {
 protected:
  std::optional<Timestamp> observe(RecordClock& clock, std::string line) {
    return clock.observe(parse(std::move(line)));
  }
  const record::Record& parse(std::string line) {
    line_ = std::move(line);
    const std::size_t size = line_.size();
    line_.append(record::kPadding, '\0');
    EXPECT_TRUE(reader_.parse(std::string_view(line_).substr(0, size), record_));
    return record_;
  }
  static Timestamp time(std::string_view text) { return parse_timestamp(text).value(); }
  // Another clock of three targets that goes on from the lines of the first.
  std::unique_ptr<RecordClock> resumed(const RecordClock& clock) {
    std::string lines;
    clock.save(lines);
    auto later = std::make_unique<RecordClock>(3);
    for (std::size_t begin = 0; begin < lines.size();) {
      const std::size_t end = lines.find('\n', begin);
      EXPECT_TRUE(later->load_line(parse(lines.substr(begin, end - begin))));
      begin = end + 1;
    }
    return later;
  }
  std::string line_;
  record::Reader reader_;
  record::Record record_;
};

TEST_F(RecordClockTest, KeepsTargetsApartAndKnowsTheNewest) {
  RecordClock clock;
  const auto early = parse_timestamp("2026-01-01T00:00:00Z").value();
  EXPECT_EQ(observe(clock, R"({"target":"a","observed_ts":"2026-01-01T00:00:00Z","ts":"2030-01-01T00:00:00Z"})"),
            early);
  EXPECT_EQ(observe(clock, R"({"target":"b","ts":"2026-01-01T02:00:00Z"})"), early + hours{2});
  EXPECT_EQ(clock.newest(), early + hours{2});
  EXPECT_EQ(observe(clock, R"({"target":"a"})"), early);
  EXPECT_EQ(observe(clock, R"({"target":"c","ts":"nonsense"})"), early + hours{2});
}

TEST_F(RecordClockTest, TheTargetUsedLongestAgoMakesRoom) {
  RecordClock clock(2);
  observe(clock, R"({"target":"a","ts":"2026-01-01T02:00:00Z"})");
  observe(clock, R"({"target":"b","ts":"2026-01-01T01:00:00Z"})");
  observe(clock, R"({"target":"a"})");
  observe(clock, R"({"target":"c","ts":"2026-01-01T00:00:00Z"})");
  EXPECT_EQ(clock.targets(), 2U);
  EXPECT_EQ(observe(clock, R"({"target":"b"})"), clock.newest());
  EXPECT_EQ(observe(clock, R"({"target":"a","ts":"2026-01-01T01:59:00Z"})"), clock.newest());
}

TEST_F(RecordClockTest, TheNewestFollowsItsClockBackToTheNewestOfAll) {
  RecordClock clock;
  observe(clock, R"({"target":"a","ts":"2026-01-01T00:00:00Z"})");
  observe(clock, R"({"target":"b","ts":"2036-01-01T00:00:00Z"})");
  observe(clock, R"({"target":"b","ts":"2025-12-31T00:00:00Z"})");
  EXPECT_EQ(clock.newest(), time("2036-01-01T00:00:00Z"));
  observe(clock, R"({"target":"b","ts":"2025-12-31T00:00:00Z"})");
  EXPECT_EQ(clock.newest(), time("2026-01-01T00:00:00Z"));
}

TEST_F(RecordClockTest, TheNewestOfATargetThatHasGoneStandsForTenThousandRecords) {
  RecordClock clock;
  observe(clock, R"({"target":"gone","ts":"2036-01-01T00:00:00Z"})");
  observe(clock, R"({"target":"a","ts":"2026-01-01T00:00:00Z"})");
  observe(clock, R"({"target":"b","ts":"2026-01-01T01:00:00Z"})");
  for (std::uint32_t record = 3; record < RecordClock::kLeftBehind; ++record) {
    observe(clock, R"({"target":"a","ts":"2026-01-01T00:00:01Z"})");
  }
  EXPECT_EQ(clock.newest(), time("2036-01-01T00:00:00Z"));
  observe(clock, R"({"target":"a","ts":"2026-01-01T00:00:02Z"})");
  EXPECT_EQ(clock.newest(), time("2026-01-01T01:00:00Z"));
  EXPECT_EQ(clock.targets(), 2U) << "a time that nobody has is not to come back";
}

TEST_F(RecordClockTest, TheNewestFallsToNoTimeThatItsTargetHasLeftMeanwhile) {
  RecordClock clock;
  observe(clock, R"({"target":"gone","ts":"2036-01-01T00:00:00Z"})");
  observe(clock, R"({"target":"a","ts":"2026-01-01T09:00:00Z"})");
  for (std::uint32_t record = 1; record < RecordClock::kLeftBehind; ++record) {
    observe(clock, R"({"target":"a","ts":"2026-01-01T00:00:00Z"})");
  }
  EXPECT_EQ(clock.newest(), time("2026-01-01T00:00:00Z"));
}

TEST_F(RecordClockTest, ARecordOfTheNewestTimeHoldsIt) {
  RecordClock clock;
  for (std::uint32_t record = 0; record < 2 * RecordClock::kLeftBehind; ++record) {
    observe(clock, R"({"target":"a","ts":"2026-01-01T00:00:00Z"})");
    if (record % 9000 == 0) observe(clock, R"({"target":"b","ts":"2026-01-01T01:00:00Z"})");
  }
  EXPECT_EQ(clock.newest(), time("2026-01-01T01:00:00Z"));
}

TEST_F(RecordClockTest, KnowsTimesBeforeTheEpoch) {
  RecordClock clock;
  observe(clock, R"({"target":"a","ts":"1969-12-31T00:00:00Z"})");
  EXPECT_EQ(clock.newest(), time("1969-12-31T00:00:00Z"));
}

TEST_F(RecordClockTest, GoesOnFromItsLinesAsIfItHadNotStopped) {
  std::mt19937_64 random(7);  // NOLINT(cert-msc51-cpp): the same course on every run
  constexpr std::array<int, 4> kSteps{1, 100, 400, 4000};
  RecordClock whole(3);
  auto pieces = std::make_unique<RecordClock>(3);
  for (int step = 0; step < 40'000; ++step) {
    const int far = kSteps[random() % kSteps.size()];
    // The second half is of two targets behind the others, which have gone.
    const char target = static_cast<char>('a' + random() % (step < 15'000 ? 5 : 2));
    const int at = step < 15'000 ? 3'000'000 + step : step;
    const std::string line =
        fmt::format(R"({{"target":"{}","ts":"{}"}})", target,
                    format_timestamp(kStart + seconds{at} + (step < 15'000 ? seconds{far} : seconds{0})));
    const auto now = observe(whole, line);
    ASSERT_EQ(observe(*pieces, line), now) << step;
    ASSERT_EQ(pieces->newest(), whole.newest()) << step;
    if (random() % 50 == 0) pieces = resumed(*pieces);
  }
  EXPECT_LT(whole.newest(), kStart + seconds{40'000}) << "the test meant to show a fall";
}

TEST_F(RecordClockTest, TakesItsOwnLinesOnly) {
  RecordClock clock;
  EXPECT_FALSE(clock.load_line(parse(R"({"kind":"other"})")));
  EXPECT_TRUE(clock.load_line(parse(R"({"kind":"newest_record","behind":-1})")));
  EXPECT_EQ(clock.newest(), std::nullopt);
}

class MachineClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return kStart; }
  [[nodiscard]] MonotonicTime monotonic() const override { return {}; }
};

TEST_F(RecordClockTest, BeforeTheFirstReadableTimeARunGoesByTheMachine) {
  const MachineClock machine;
  for (const bool replay : {false, true}) {
    const Timestamp none = replay ? Timestamp{} : kStart;
    RunClock clock(ClockMode::Record, replay, machine);
    for (const auto* line : {R"({"kind":"x"})", R"({"target":"a","ts":"nonsense"})"}) {
      EXPECT_EQ(clock.observe(parse(line)), none);
      EXPECT_EQ(clock.now(), none);
      EXPECT_EQ(clock.stamp(), none);
    }
    const Timestamp first = time("2026-01-01T00:00:00Z");
    EXPECT_EQ(clock.observe(parse(R"({"target":"b","ts":"2026-01-01T00:00:00Z"})")), first);
    EXPECT_EQ(clock.observe(parse(R"({"target":"a"})")), first);
    EXPECT_EQ(clock.now(), first);
  }
}

}  // namespace
}  // namespace dbi::stream
