// The running maximum, and jumps that need a second witness.
// SPDX-License-Identifier: Apache-2.0
#include "stream/record_clock.hpp"

#include <gtest/gtest.h>

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
  EXPECT_EQ(clock.held_back(), kStart + hours{10000});
}

class RecordClockTest : public testing::Test {
 protected:
  Timestamp observe(RecordClock& clock, std::string line) { return clock.observe(parse(std::move(line))); }
  const record::Record& parse(std::string line) {
    line_ = std::move(line);
    const std::size_t size = line_.size();
    line_.append(record::kPadding, '\0');
    EXPECT_TRUE(reader_.parse(std::string_view(line_).substr(0, size), record_));
    return record_;
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

TEST_F(RecordClockTest, TheOldestTargetMakesRoom) {
  RecordClock clock(2);
  observe(clock, R"({"target":"a","ts":"2026-01-01T00:00:00Z"})");
  observe(clock, R"({"target":"b","ts":"2026-01-01T02:00:00Z"})");
  observe(clock, R"({"target":"c","ts":"2026-01-01T01:00:00Z"})");
  EXPECT_EQ(clock.targets(), 2U);
  EXPECT_EQ(observe(clock, R"({"target":"a"})"), clock.newest());
}

TEST_F(RecordClockTest, SurvivesItsLines) {
  RecordClock clock;
  observe(clock, R"({"target":"a","ts":"2026-01-01T00:00:00Z"})");
  observe(clock, R"({"target":"a","ts":"2026-01-01T09:00:00Z"})");
  std::string lines;
  clock.save(lines);
  RecordClock later;
  EXPECT_TRUE(later.load_line(parse(lines.substr(0, lines.find('\n')))));
  EXPECT_FALSE(later.load_line(parse(R"({"kind":"other"})")));
  EXPECT_EQ(later.newest(), clock.newest());
  const auto nine = parse_timestamp("2026-01-01T09:00:00Z").value();
  EXPECT_EQ(observe(later, R"({"target":"a","ts":"2026-01-01T09:00:00Z"})"), nine);
}

}  // namespace
}  // namespace dbi::stream
