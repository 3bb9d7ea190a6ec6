// The estimate's error is that of the paper, and the first values pass exactly.
// SPDX-License-Identifier: Apache-2.0
#include "verify/cardinality.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "support/parsed.hpp"
#include "verify/hyperloglog.hpp"

namespace dbi::verify {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNow{std::chrono::hours(500'000)};

// Whether the value may pass; it is remembered then.
bool admits(Cardinality& limits, std::size_t index, std::string_view value, Timestamp now) {
  const bool passes = limits.look(index, value, now) != Cardinality::Verdict::Over;
  limits.admit_new();
  return passes;
}

TEST(HyperLogLog, ErrsAsTheoryHasItFromOneToMillions) {
  constexpr int kRuns = 40;
  for (const int count : {1, 10, 100, 1000, 5000, 10'000, 20'000, 100'000, 1'000'000}) {
    double squares = 0;
    double sum = 0;
    for (int run = 0; run < kRuns; ++run) {
      std::mt19937_64 random(static_cast<std::uint64_t>(run) * 1000 + 7);
      HyperLogLog sketch;
      for (int i = 0; i < count; ++i) sketch.add(random());
      const double error = sketch.estimate() / count - 1;
      squares += error * error;
      sum += error;
    }
    constexpr double kStandardError = 1.04 / 64;  // sqrt(4096)
    EXPECT_LT(std::sqrt(squares / kRuns), 1.35 * kStandardError) << count;
    EXPECT_LT(std::abs(sum / kRuns), 4 * kStandardError / std::sqrt(kRuns)) << count;  // no bias
  }
}

TEST(HyperLogLog, CountsAValueOnceAndNoneAsNothing) {
  HyperLogLog sketch;
  EXPECT_EQ(sketch.estimate(), 0);
  for (int i = 0; i < 1000; ++i) sketch.add(0x123456789abcdef0U);
  EXPECT_NEAR(sketch.estimate(), 1, 0.01);
  HyperLogLog again;
  EXPECT_TRUE(again.read(sketch.show()));
  EXPECT_EQ(again.estimate(), sketch.estimate());
  EXPECT_FALSE(again.read("00"));
  EXPECT_FALSE(again.read(std::string(2 * HyperLogLog::kRegisters, 'f')));
}

TEST(NumberSet, HoldsWhatAStandardSetHolds) {
  std::mt19937_64 random(5);
  NumberSet set(1000);
  std::set<std::uint64_t> truth;
  for (int i = 0; i < 5000; ++i) {
    const std::uint64_t number = random() % 2000 + 1;
    const bool fits = truth.contains(number) || truth.size() < 1000;
    EXPECT_EQ(set.insert(number), fits);
    if (fits) truth.insert(number);
    const std::uint64_t other = random() % 2000 + 1;
    EXPECT_EQ(set.contains(other), truth.contains(other));
  }
  EXPECT_EQ(set.size(), 1000U);
  set.clear();
  EXPECT_FALSE(set.contains(*truth.begin()));
}

TEST(Cardinality, LetsTheFirstValuesPassAndThenOnlyThese) {
  Cardinality limits({{"database", 2}, {"query_id", 10'000}}, 1h);
  EXPECT_TRUE(admits(limits, 0, "a", kNow));
  EXPECT_TRUE(admits(limits, 0, "b", kNow));
  EXPECT_FALSE(admits(limits, 0, "c", kNow));
  EXPECT_TRUE(admits(limits, 0, "a", kNow + 59min));
  EXPECT_TRUE(admits(limits, 1, "c", kNow));
  for (int i = 0; i < 1000; ++i) admits(limits, 0, fmt::format("d{}", i), kNow);
  EXPECT_NEAR(limits.estimate(0), 1003, 60);
  EXPECT_TRUE(admits(limits, 0, "c", kNow + 60min));  // a new window
  EXPECT_TRUE(admits(limits, 0, "d", kNow + 60min));
  EXPECT_FALSE(admits(limits, 0, "a", kNow + 60min));
}

TEST(Cardinality, GivesNoRoomToWhatIsRefused) {
  Cardinality limits({{"database", 1}}, 1h);
  EXPECT_EQ(limits.look(0, "a", kNow), Cardinality::Verdict::New);
  limits.refuse_new();
  EXPECT_EQ(limits.look(0, "b", kNow), Cardinality::Verdict::New);
  limits.admit_new();
  EXPECT_EQ(limits.look(0, "b", kNow), Cardinality::Verdict::Known);
  EXPECT_EQ(limits.look(0, "a", kNow), Cardinality::Verdict::Over);
}

TEST(Cardinality, NeverEndsAWindowOfNothing) {
  Cardinality limits({{"database", 1}, {"none", 0}}, 0s);
  EXPECT_EQ(limits.size(), 1U);
  EXPECT_TRUE(admits(limits, 0, "a", kNow));
  EXPECT_FALSE(admits(limits, 0, "b", kNow + 24h * 365));
}

TEST(Cardinality, IsSavedAndTakenOver) {
  const std::map<std::string, std::uint64_t> options{{"query_id", 2500}};
  Cardinality limits(options, 1h);
  for (int i = 0; i < 3000; ++i) admits(limits, 0, std::to_string(i), kNow);
  std::string lines;
  limits.save(lines);
  Cardinality loaded(options, 1h);
  Parsed parsed;
  for (std::string_view rest = lines; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
    EXPECT_TRUE(loaded.load_line(parsed.parse(rest.substr(0, rest.find('\n')))));
  }
  Cardinality reloaded(options, 1h);
  EXPECT_EQ(loaded.estimate(0), limits.estimate(0));
  reloaded.take_over(limits);
  for (int i = 0; i < 3000; ++i) {
    EXPECT_EQ(admits(loaded, 0, std::to_string(i), kNow), i < 2500) << i;
    EXPECT_EQ(admits(reloaded, 0, std::to_string(i), kNow), i < 2500) << i;
  }
}

}  // namespace
}  // namespace dbi::verify
