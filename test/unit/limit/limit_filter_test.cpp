// dbi-ratelimit as a filter: what passes, what is counted, what waits.
// SPDX-License-Identifier: Apache-2.0
#include "limit/limit_filter.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/descriptor.hpp"
#include "base/time_text.hpp"

namespace dbi::limit {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class FakeClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return time; }
  [[nodiscard]] MonotonicTime monotonic() const override { return MonotonicTime(time.time_since_epoch()); }
  Timestamp time{std::chrono::seconds{1'800'000'000}};
};

class LimitFilterTest : public ::testing::Test {
 protected:
  LimitFilterTest() : folder_(::testing::TempDir() + "dbi-limit-XXXXXX") {
    folder_ = ::mkdtemp(folder_.data());
    options_.default_rps = 10;
    options_.default_burst = 3;
    around_.tool = around_.name = "dbi-ratelimit";
    around_.clock = &clock_;
    around_.counters = &counters_;
    make();
  }
  ~LimitFilterTest() override { std::filesystem::remove_all(folder_); }

  void make(std::optional<stream::DivertFile> divert = std::nullopt) {
    filter_ = std::make_unique<LimitFilter>(settings_of(options_).value(), options_.over, std::move(divert), around_);
  }

  // A wait, before which the loop flushes.
  void pass_time(microseconds time) {
    EXPECT_TRUE(filter_->flush());
    clock_.time += time;
  }
  // Feeds a line; what comes out is in written().
  Status feed(const std::string& line) {
    const std::string text = line + std::string(record::kPadding, ' ');
    EXPECT_TRUE(reader_.parse(std::string_view(text).substr(0, line.size()), record_)) << line;
    return filter_->on_record(record_, out_);
  }
  Status feed(const std::string& kind, const std::string& database, const std::string& rest = "") {
    return feed(fmt::format(R"({{"v":1,"kind":"{}","ts":"{}","target":"t","database":"{}","calls":2,"total_ms":3{}}})",
                            kind, format_timestamp(clock_.time), database, rest));
  }
  void load(const std::string& lines) {
    std::istringstream input(lines);
    for (std::string line; std::getline(input, line);) {
      const std::string text = line + std::string(record::kPadding, ' ');
      ASSERT_TRUE(reader_.parse(std::string_view(text).substr(0, line.size()), record_));
      ASSERT_TRUE(filter_->load_line(record_));
    }
  }
  // The lines written since the last call.
  std::vector<std::string> written() {
    std::istringstream input(std::exchange(out_.buffer(), {}));
    std::vector<std::string> lines;
    for (std::string line; std::getline(input, line);) lines.push_back(line);
    return lines;
  }

  std::string folder_;
  FakeClock clock_;
  stream::StreamCounters counters_;
  LimitOptions options_;
  LimitSurroundings around_;
  std::unique_ptr<LimitFilter> filter_;
  Descriptor nowhere_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  stream::Writer out_{nowhere_.get()};
  record::Reader reader_;
  record::Record record_;
};

TEST_F(LimitFilterTest, WhatIsOverItsLimitIsCountedWithItsWeight) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(feed("query_stats", "app", R"(,"weight":4)"));
  EXPECT_EQ(written().size(), 3U);
  ASSERT_TRUE(filter_->on_end(out_));
  const auto end = written();
  ASSERT_EQ(end.size(), 1U);
  EXPECT_THAT(end[0], HasSubstr(R"("target":"t","database":"app","tool":"dbi-ratelimit","reason":"limit","count":2,)"
                                R"("weight":8,"calls":16,"total_ms":24)"));
}

TEST_F(LimitFilterTest, ControlRecordsPassAndTakeNothing) {
  for (const auto* kind : {"scrape", "error", "event", "dropped"}) {
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(feed(kind, "app"));
  }
  EXPECT_EQ(written().size(), 20U);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(feed("session", "app"));
  ASSERT_TRUE(feed("made_up", "app"));
  EXPECT_EQ(written().size(), 3U) << "a kind that is not known is data";
}

TEST_F(LimitFilterTest, CountsStandBeforeTheScrapeOfTheirTarget) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(feed("query_stats", "app"));
  ASSERT_TRUE(feed("scrape", "app"));
  const auto lines = written();
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_THAT(lines[3], HasSubstr(R"("reason":"limit","count":2)"));
  EXPECT_THAT(lines[4], HasSubstr(R"("kind":"scrape")"));
}

TEST_F(LimitFilterTest, EscapedNamesAreTheSameKey) {
  ASSERT_TRUE(feed("query_stats", "app"));
  ASSERT_TRUE(feed("query_stats", "\\u0061pp"));
  ASSERT_TRUE(feed("query_stats", "app"));
  ASSERT_TRUE(feed("query_stats", "a\\u0070p"));
  EXPECT_EQ(written().size(), 3U);
}

TEST_F(LimitFilterTest, DivertedRecordsAreKeptAsTheyCameAndCounted) {
  options_.over = Over::Divert;
  const std::string file = folder_ + "/late";
  make(stream::DivertFile::open(file, {}).value());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(feed("query_stats", "app", fmt::format(R"(,"n":{})", i)));
  EXPECT_EQ(written().size(), 3U);
  ASSERT_TRUE(filter_->flush());
  std::ostringstream late;
  late << std::ifstream(file).rdbuf();
  EXPECT_THAT(late.str(), ::testing::MatchesRegex(".*\"n\":3}\n.*\"n\":4}\n"));
  ASSERT_TRUE(filter_->on_end(out_));
  EXPECT_THAT(written().at(0), HasSubstr(R"("reason":"limit","count":2)"));
}

TEST_F(LimitFilterTest, AFaultOfTheFileEndsTheRunAndLosesNoCount) {
  options_.over = Over::Divert;
  make(stream::DivertFile::open("/dev/full", {}).value());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(feed("query_stats", "app"));
  const Status flushed = filter_->flush();
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error().kind, ErrorKind::Output);
  written();
  ASSERT_TRUE(filter_->on_end(out_));
  EXPECT_THAT(written().at(0), HasSubstr(R"("count":2)"));
}

TEST_F(LimitFilterTest, ADelayedRecordIsHeldBackUntilItMayPass) {
  options_.over = Over::Delay;
  make();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(feed("query_stats", "app"));
  EXPECT_FALSE(filter_->holds_back());
  ASSERT_TRUE(feed("query_stats", "app"));
  EXPECT_TRUE(filter_->holds_back());
  EXPECT_EQ(written().size(), 3U);
  ASSERT_TRUE(filter_->on_deadline(clock_.monotonic(), out_));
  EXPECT_EQ(filter_->next_deadline(), clock_.monotonic() + 100ms);
  pass_time(99ms);
  ASSERT_TRUE(feed("query_stats", "app"));
  EXPECT_TRUE(filter_->holds_back());
  pass_time(1ms);
  ASSERT_TRUE(feed("query_stats", "app"));
  EXPECT_FALSE(filter_->holds_back());
  EXPECT_EQ(written().size(), 1U);
  ASSERT_TRUE(filter_->on_end(out_));
  EXPECT_TRUE(written().empty()) << "nothing was dropped";
  ASSERT_TRUE(filter_->flush());
  EXPECT_EQ(filter_->figures().delayed.value(), 1U);
  EXPECT_EQ(filter_->figures().admitted.value(), 4U);
}

TEST_F(LimitFilterTest, ABadConfigurationIsRefusedWholeAndAGoodOneTakesEffect) {
  options_.default_rps = 20;
  around_.reread = [this]() { return settings_of(options_); };
  make();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(feed("query_stats", "app"));
  options_.default_burst = 100;
  options_.time_zone = "Mars/Olympus";
  EXPECT_FALSE(filter_->on_reload());
  ASSERT_TRUE(feed("query_stats", "app"));
  EXPECT_EQ(written().size(), 3U);
  options_.time_zone = "UTC";
  EXPECT_TRUE(filter_->on_reload());
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(feed("query_stats", "app"));
  EXPECT_EQ(written().size(), 97U) << "the three stay in the bucket";
}

TEST_F(LimitFilterTest, RecordTimeDecidesWhereItIsAskedFor) {
  around_.clock_mode = stream::ClockMode::Record;
  make();
  const Timestamp begin = clock_.time;
  for (int i = 0; i < 50; ++i) {
    clock_.time = begin + i * 100ms;
    ASSERT_TRUE(feed("query_stats", "app"));
  }
  EXPECT_EQ(written().size(), 50U);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(feed("query_stats", "app"));
  EXPECT_EQ(written().size(), 2U);
}

TEST_F(LimitFilterTest, ARecordWithoutATimeDrainsNoBucketOfAnEarlierRun) {
  around_.clock_mode = stream::ClockMode::Record;
  make();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(feed("query_stats", "app"));
  std::string kept;
  stream::append_lines(kept, [this](stream::Lines& all) { filter_->save_memory(all); });
  make();
  load(kept);
  written();
  ASSERT_TRUE(feed(R"({"v":1,"kind":"query_stats","target":"t","database":"app"})"));
  ASSERT_TRUE(feed("query_stats", "app"));
  EXPECT_EQ(written().size(), 0U);
}

TEST_F(LimitFilterTest, ARateThatIsLoweredIsAnEvent) {
  options_.default_rps = 500;
  options_.adaptive = true;
  make();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(feed("query_stats", "app"));
  written();
  pass_time(30s);
  ASSERT_TRUE(feed("query_stats", "app"));  // the first look
  written();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(feed("query_stats", "app"));
  pass_time(30s);
  counters_.write_stall_us.add(20'000'000);
  written();
  ASSERT_TRUE(feed("query_stats", "app"));
  const auto lines = written();
  ASSERT_GE(lines.size(), 2U);
  EXPECT_THAT(
      lines[lines.size() - 2],
      HasSubstr(
          R"("target":"t","database":"app","tool":"dbi-ratelimit","event":"rate_lowered",)"
          R"("severity":"warning","message":"t/app: 472.5 a second instead of 525: downstream does not keep up")"));
}

TEST_F(LimitFilterTest, WithReplayNothingOfDownstreamDecides) {
  options_.default_rps = 500;
  options_.adaptive = true;
  around_.replay = true;
  counters_.write_stall_us.add(1);
  make();
  for (int look = 0; look < 5; ++look) {
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(feed("query_stats", "app"));
    counters_.write_stall_us.add(30'000'000);
    pass_time(30s);
  }
  for (const auto& line : written()) EXPECT_THAT(line, ::testing::Not(HasSubstr("rate_lowered")));
}

TEST_F(LimitFilterTest, AResumedRunGoesOnAsIfItHadNotStopped) {
  around_.replay = true;
  make();
  const Timestamp begin = clock_.time;
  const auto run = [&](bool stops) {
    clock_.time = begin;
    make();
    std::vector<std::string> lines;
    for (int i = 0; i < 300; ++i) {
      clock_.time += std::chrono::milliseconds{(i * 37) % 90};
      EXPECT_TRUE(feed("query_stats", i % 3 == 0 ? "app" : "etl"));
      if (i % 50 == 0) {
        EXPECT_TRUE(feed("scrape", "app"));
      }
      for (auto& line : written()) lines.push_back(line);
      if (!stops || i % 40 != 39) continue;
      std::string kept;
      filter_->save_state(kept);
      filter_->save_pending(kept);
      make();
      load(kept);
    }
    EXPECT_TRUE(filter_->on_end(out_));
    for (auto& line : written()) lines.push_back(line);
    return lines;
  };
  EXPECT_EQ(run(true), run(false));
}

}  // namespace
}  // namespace dbi::limit
