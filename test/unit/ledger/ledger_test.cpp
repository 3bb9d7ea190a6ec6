// Every drop is counted once: by key, folded beyond the bound, over a save, and when its own record is cut off.
// SPDX-License-Identifier: Apache-2.0
#include "ledger/ledger.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "base/descriptor.hpp"

namespace dbi::ledger {
namespace {

using std::chrono::seconds;

class FakeClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return {}; }
  [[nodiscard]] MonotonicTime monotonic() const override { return {}; }
};

class LedgerTest : public testing::Test {
 protected:
  const record::Record& parse(std::string line) {
    line_ = std::move(line);
    const std::size_t size = line_.size();
    line_.append(record::kPadding, '\0');
    EXPECT_TRUE(reader_.parse(std::string_view(line_).substr(0, size), record_)) << line_;
    return record_;
  }

  // What was written since the last call, line by line.
  std::vector<std::string> written() {
    std::vector<std::string> lines;
    EXPECT_TRUE(out_.flush());
    std::string text(static_cast<std::size_t>(::lseek(file_.get(), 0, SEEK_CUR)), '\0');
    EXPECT_EQ(::pread(file_.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    EXPECT_EQ(::lseek(file_.get(), 0, SEEK_SET), 0);
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
      lines.push_back(text.substr(0, end));
      text.erase(0, end + 1);
    }
    return lines;
  }

  static bool has(const std::string& line, std::string_view part) { return line.find(part) != std::string::npos; }

  // The sum of `count` over lines.
  std::uint64_t counted(const std::vector<std::string>& lines) {
    std::uint64_t sum = 0;
    for (const auto& line : lines) {
      sum += static_cast<std::uint64_t>(parse(line).find("count")->value.integer().value());
    }
    return sum;
  }

  FakeClock clock_;
  stream::RunClock run_clock_{stream::ClockMode::Record, false, clock_};
  Ledger ledger_{"dbi-t", "dbi-t", run_clock_};
  Descriptor file_{::memfd_create("out", MFD_CLOEXEC)};
  stream::Writer out_{file_.get()};
  std::string line_;
  record::Reader reader_;
  record::Record record_;
};

constexpr auto kQuery =
    R"({"v":1,"kind":"query_stats","target":"a","database":"d","cycle":"c","weight":3,"calls":10,"total_ms":2.5})";

TEST_F(LedgerTest, CountsWithTheWeightOfTheRecord) {
  ledger_.drop(parse(kQuery), Reason::Rule);
  ledger_.drop(parse(kQuery), Reason::Rule, 2);
  ASSERT_TRUE(ledger_.end(out_));
  const auto lines = written();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(has(lines[0], R"("target":"a","database":"d","cycle":"c","tool":"dbi-t","reason":"rule","count":2,)"
                            R"("weight":5,"calls":50,"total_ms":12.5})"))
      << lines[0];
  EXPECT_TRUE(ledger_.empty());
}

TEST_F(LedgerTest, TheCoinCountsOnlyRecords) {
  ledger_.drop(parse(kQuery), Reason::Sampled);
  ASSERT_TRUE(ledger_.end(out_));
  EXPECT_TRUE(has(written().at(0), R"("reason":"sampled","count":1,"weight":0,"calls":0,"total_ms":0})"));
}

TEST_F(LedgerTest, AScrapeIsPrecededByTheCountsOfItsTarget) {
  ledger_.drop(parse(kQuery), Reason::Rule);
  ledger_.drop(parse(R"({"target":"b"})"), Reason::Rule);
  ASSERT_TRUE(ledger_.before(parse(R"({"kind":"session","target":"a"})"), {}, out_));
  EXPECT_TRUE(written().empty());
  ASSERT_TRUE(ledger_.before(parse(R"({"kind":"scrape","target":"a"})"), {}, out_));
  const auto lines = written();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(has(lines[0], R"("target":"a")"));
  EXPECT_FALSE(ledger_.empty());
}

TEST_F(LedgerTest, CountsWaitTenSecondsAtMost) {
  const Timestamp start{seconds{1000}};
  ASSERT_TRUE(ledger_.before(parse(kQuery), start, out_));
  ledger_.drop(record_, Reason::Limit);
  ASSERT_TRUE(ledger_.before(parse(kQuery), start + microseconds{9'999'999}, out_));
  EXPECT_TRUE(written().empty());
  ASSERT_TRUE(ledger_.before(parse(kQuery), start + seconds{10}, out_));
  EXPECT_EQ(written().size(), 1U);
}

TEST_F(LedgerTest, AClockThatGoesBackHoldsNoCountUp) {
  const Timestamp start{seconds{1000}};
  ASSERT_TRUE(ledger_.before(parse(kQuery), start + std::chrono::hours{24}, out_));
  ledger_.drop(record_, Reason::Limit);
  ASSERT_TRUE(ledger_.before(parse(kQuery), start, out_));
  ASSERT_TRUE(ledger_.before(parse(kQuery), start + microseconds{9'999'999}, out_));
  EXPECT_TRUE(written().empty());
  ASSERT_TRUE(ledger_.before(parse(kQuery), start + seconds{10}, out_));
  EXPECT_EQ(written().size(), 1U);
}

// Counts of any past, loaded ones, too.
TEST_F(LedgerTest, AfterAnyWalkOfTheClockTenSecondsWriteAll) {
  std::mt19937_64 random(3);  // NOLINT(cert-msc51-cpp): the same walks on every run
  constexpr std::array<int, 5> kSteps{1, 9, 11, 4000, 300'000'000};
  for (int walk = 0; walk < 300; ++walk) {
    Ledger ledger("dbi-t", "dbi-t", run_clock_);
    Timestamp now{seconds{1'000'000'000}};
    const auto drop = [&](int of) {
      ASSERT_TRUE(ledger.before(parse(R"({"target":"t)" + std::to_string(of) + R"("})"), now, out_));
      ledger.drop(record_, Reason::Rule);
    };
    for (std::uint64_t step = random() % 20; step > 0; --step) {
      const seconds size{kSteps[random() % kSteps.size()]};
      now += random() % 2 == 0 ? size : -size;
      drop(static_cast<int>(random() % 5));
    }
    std::string lines;
    ledger.save(lines);
    now = Timestamp{seconds{1'000'000'000}};
    Ledger later("dbi-t", "dbi-t", run_clock_);
    for (std::size_t begin = 0; begin < lines.size(); begin = lines.find('\n', begin) + 1) {
      EXPECT_TRUE(later.load_line(parse(lines.substr(begin, lines.find('\n', begin) - begin))));
    }
    for (int second = 0; second <= 10; ++second) {
      ASSERT_TRUE(ledger.before(parse(R"({"target":"x"})"), now + seconds{second}, out_));
      ASSERT_TRUE(later.before(record_, now + seconds{second}, out_));
    }
    EXPECT_TRUE(ledger.empty()) << walk;
    EXPECT_TRUE(later.empty()) << walk;
  }
}

TEST_F(LedgerTest, WrongWeightsCountAsOneAndSumsStayFinite) {
  for (const char* weight : {"-5", "0", "1e999", "\"7\"", "null"}) {
    ledger_.drop(parse(R"({"calls":2,"total_ms":3,"weight":)" + std::string(weight) + "}"), Reason::Limit);
  }
  ledger_.drop(parse(R"({"calls":1e99999,"total_ms":-1})"), Reason::Limit);
  ledger_.drop(parse(R"({"calls":1e308,"total_ms":1e308,"weight":1e308})"), Reason::Rule);
  ledger_.drop(record_, Reason::Rule);
  ASSERT_TRUE(ledger_.end(out_));
  const auto lines = written();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(has(lines[0], R"("count":6,"weight":6,"calls":10,"total_ms":15})")) << lines[0];
  parse(lines[1]);
  for (const char* sum : {"weight", "calls", "total_ms"}) {
    EXPECT_GE(record_.number(sum).value_or(0), 1e308) << lines[1];
    EXPECT_TRUE(std::isfinite(record_.number(sum).value_or(0))) << lines[1];
  }
}

TEST_F(LedgerTest, BeyondAThousandKeysCountsAreFoldedByCycleAndReason) {
  for (int i = 0; i < 1500; ++i) {
    ledger_.drop(parse(R"({"target":"a","cycle":"c","database":"d)" + std::to_string(i) + R"("})"), Reason::Rule);
  }
  ASSERT_TRUE(ledger_.end(out_));
  const auto lines = written();
  ASSERT_EQ(lines.size(), 1001U);
  EXPECT_TRUE(has(lines.back(), R"("count":500,"weight":500,"calls":0,"total_ms":0,"folded":true})"));
  EXPECT_FALSE(has(lines.back(), "database"));
  EXPECT_EQ(counted(lines), 1500U);
}

TEST_F(LedgerTest, StaysBoundedWhereEvenFoldedKeysAreMany) {
  std::vector<std::string> all;
  for (int i = 0; i < 5000; ++i) {
    parse(R"({"target":"t)" + std::to_string(i) + R"("})");
    ASSERT_TRUE(ledger_.before(record_, {}, out_));
    ledger_.drop(record_, Reason::Rule);
    for (auto& line : written()) all.push_back(std::move(line));
  }
  EXPECT_GE(all.size(), 2000U);
  ASSERT_TRUE(ledger_.end(out_));
  for (auto& line : written()) all.push_back(std::move(line));
  EXPECT_EQ(counted(all), 5000U);
}

TEST_F(LedgerTest, StaysBoundedAtTheEndToo) {
  for (int i = 0; i < 5000; ++i) {
    const auto reason = i % 2 == 0 ? "rule" : "limit";
    ledger_.cut_off(parse(R"({"kind":"dropped","tool":"dbi-t","reason":")" + std::string(reason) +
                          R"(","count":2,"target":"t)" + std::to_string(i) + R"("})"));
  }
  std::string lines;
  ledger_.save(lines);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2 * static_cast<std::ptrdiff_t>(Ledger::kMaxKeys) + 2);
  ASSERT_TRUE(ledger_.end(out_));
  EXPECT_EQ(counted(written()), 10000U);
}

TEST_F(LedgerTest, KeysThatReadAlikeStayApart) {
  ledger_.drop(parse(R"({"target":"ab"})"), Reason::Rule);
  ledger_.drop(parse(R"({"target":"a","database":"b"})"), Reason::Rule);
  ledger_.drop(parse(R"({"target":"a","cycle":"b"})"), Reason::Rule);
  ledger_.drop(parse(R"({"target":"ab","database":""})"), Reason::Rule);
  ledger_.drop(parse(R"({"target":"ab"})"), Reason::Dedup);
  ASSERT_TRUE(ledger_.end(out_));
  EXPECT_EQ(written().size(), 5U);
}

TEST_F(LedgerTest, ItsOwnRecordGivesItsCountsBackWhenCutOff) {
  for (int i = 0; i < 3; ++i) ledger_.drop(parse(kQuery), Reason::Rule);
  ASSERT_TRUE(ledger_.end(out_));
  const auto own = written().at(0);
  ledger_.cut_off(parse(own));
  ledger_.cut_off(parse(kQuery));
  ASSERT_TRUE(ledger_.end(out_));
  const auto lines = written();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0], own);
  EXPECT_TRUE(has(lines[1], R"("reason":"shutdown","count":1,"weight":3)"));
}

// What an earlier filter of the pipe counted is nowhere else.
TEST_F(LedgerTest, AnothersRecordThatIsCutOffLeavesWithTheNextRun) {
  const std::string other = R"({"kind":"dropped","tool":"dbi-other","reason":"rule","count":7})";
  ledger_.cut_off(parse(other));
  EXPECT_FALSE(ledger_.empty());
  std::string lines;
  ledger_.save(lines);
  EXPECT_EQ(lines, other + "\n");
  Ledger later("dbi-t", "second", run_clock_);
  EXPECT_TRUE(later.load_line(parse(other)));
  ASSERT_TRUE(later.before(parse(kQuery), Timestamp{seconds{1000}}, out_));
  ASSERT_TRUE(later.end(out_));
  EXPECT_EQ(written(), std::vector<std::string>{other});
}

// Its own event was never read: it is neither in nor dropped. One of another tool was.
TEST_F(LedgerTest, ItsOwnEventThatIsCutOffLeavesWithTheNextRunUncounted) {
  const std::string own = R"({"v":1,"kind":"event","tool":"dbi-t","event":"circuit_opened","target":"a"})";
  ledger_.cut_off(parse(own));
  ledger_.cut_off(parse(R"({"v":1,"kind":"event","tool":"dbi-other","event":"rate_changed","target":"a"})"));
  ledger_.cut_off(parse(R"({"v":1,"kind":"event","tool":"dbi-t","name":"second","event":"x","target":"a"})"));
  std::string lines;
  ledger_.save(lines);
  Ledger later("dbi-t", "dbi-t", run_clock_);
  for (std::size_t begin = 0; begin < lines.size(); begin = lines.find('\n', begin) + 1) {
    EXPECT_TRUE(later.load_line(parse(lines.substr(begin, lines.find('\n', begin) - begin))));
  }
  ASSERT_TRUE(later.end(out_));
  const auto left = written();
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0], own);
  EXPECT_TRUE(has(left[1], R"("reason":"shutdown","count":2)"));
}

TEST_F(LedgerTest, KeepsABoundedSizeOfOthersRecords) {
  const auto other = R"({"kind":"dropped","tool":"dbi-other","count":7,"x":")" + std::string(1 << 20, 'x') + "\"}";
  for (int i = 0; i < 9; ++i) ledger_.cut_off(parse(other));
  std::string lines;
  ledger_.save(lines);
  EXPECT_LT(lines.size(), Ledger::kMaxOtherBytes + 1000);
  EXPECT_TRUE(has(lines, R"("reason":"shutdown","folded":false,"count":2)")) << lines.substr(lines.size() - 300);
}

TEST_F(LedgerTest, OthersRecordsBeyondTheBoundAreCountedLikeAnyRecord) {
  const auto other = parse(R"({"kind":"dropped","tool":"dbi-other","reason":"rule","count":7})");
  for (std::size_t i = 0; i <= Ledger::kMaxOthers; ++i) ledger_.cut_off(other);
  ASSERT_TRUE(ledger_.end(out_));
  const auto lines = written();
  ASSERT_EQ(lines.size(), Ledger::kMaxOthers + 1);
  EXPECT_TRUE(has(lines.back(), R"("reason":"shutdown","count":1)"));
}

TEST_F(LedgerTest, KnowsWhenWhatItLoadedHasLeft) {
  EXPECT_TRUE(ledger_.loaded_has_left());
  EXPECT_TRUE(ledger_.load_line(parse(R"({"kind":"ledger","target":"a","reason":"rule","count":7})")));
  EXPECT_TRUE(ledger_.load_line(parse(R"({"kind":"ledger","target":"a","reason":"rule","count":1})")));
  ledger_.drop(parse(R"({"target":"b"})"), Reason::Rule);
  EXPECT_FALSE(ledger_.loaded_has_left());
  ASSERT_TRUE(ledger_.before(parse(R"({"kind":"scrape","target":"a"})"), {}, out_));
  EXPECT_TRUE(ledger_.loaded_has_left());
  EXPECT_FALSE(ledger_.empty());
  EXPECT_TRUE(ledger_.load_line(parse(R"({"kind":"dropped","tool":"dbi-other","reason":"rule","count":7})")));
  EXPECT_FALSE(ledger_.loaded_has_left());
  ASSERT_TRUE(ledger_.before(parse(kQuery), {}, out_));
  EXPECT_TRUE(ledger_.loaded_has_left());
}

TEST_F(LedgerTest, LoadedRecordsBeyondTheBoundAreCountedLikeAnyRecord) {
  const auto other = parse(R"({"kind":"dropped","tool":"dbi-other","reason":"rule","count":7})");
  for (std::size_t i = 0; i <= Ledger::kMaxOthers; ++i) EXPECT_TRUE(ledger_.load_line(other));
  ASSERT_TRUE(ledger_.end(out_));
  EXPECT_TRUE(ledger_.loaded_has_left());
  const auto lines = written();
  ASSERT_EQ(lines.size(), Ledger::kMaxOthers + 1);
  EXPECT_TRUE(has(lines.back(), R"("reason":"shutdown","count":1)"));
}

TEST_F(LedgerTest, SurvivesItsLines) {
  const Timestamp start{seconds{1000}};
  ASSERT_TRUE(ledger_.before(parse(kQuery), start, out_));
  ledger_.drop(parse(kQuery), Reason::Rule);
  std::string lines;
  ledger_.save(lines);
  Ledger later("dbi-t", "second", run_clock_);
  EXPECT_TRUE(later.load_line(parse(lines.substr(0, lines.size() - 1))));
  EXPECT_FALSE(later.load_line(parse(kQuery)));
  std::string again;
  later.save(again);
  EXPECT_EQ(again, lines);
  ASSERT_TRUE(later.before(parse(kQuery), start + seconds{10}, out_));
  EXPECT_TRUE(has(written().at(0), R"("tool":"dbi-t","name":"second")"));
}

TEST(Reason, WordsAndBack) {
  for (std::size_t i = 0; i < kReasonWords.size(); ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_EQ(find_reason(reason_word(reason)), reason);
  }
  EXPECT_EQ(find_reason("nonsense"), std::nullopt);
}

}  // namespace
}  // namespace dbi::ledger
