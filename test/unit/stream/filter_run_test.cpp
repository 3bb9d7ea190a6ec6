// The run of a filter where memory is short, and what a run that is cut off counts.
// SPDX-License-Identifier: Apache-2.0
#include "stream/filter_run.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "stream/line_reader.hpp"
#include "stream/signals.hpp"

namespace dbi::stream {
namespace {

// A second, or `step`, passes with every look at it, so that no wait takes time.
class HastyClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return {}; }
  [[nodiscard]] MonotonicTime monotonic() const override { return time_ += step; }
  microseconds step = std::chrono::seconds{1};

 private:
  mutable MonotonicTime time_{};
};

struct Pipe {
  Pipe() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    input = Descriptor(ends[0]);
    output = Descriptor(ends[1]);
  }
  void write(std::string_view text) const {
    EXPECT_EQ(::write(output.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  /// What it holds, up to 64 KiB.
  [[nodiscard]] std::string read() const {
    std::string text(65536, '\0');
    const auto got = ::read(input.get(), text.data(), text.size());
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }
  Descriptor input, output;
};

class Counting final : public Filter {
 public:
  Status on_record(const record::Record& record, Writer& out) override {
    ++records;
    return out.append(record.line());
  }
  void on_cut_off(const record::Record& record) override { cut_off.emplace_back(record.line()); }
  void shrink() override { ++shrunk; }

  int records = 0;
  int shrunk = 0;
  std::vector<std::string> cut_off;
};

class FilterRunTest : public ::testing::Test {
 protected:
  FilterRunTest() {
    std::signal(SIGPIPE, SIG_IGN);
    options_.input = input_.input.get();
    options_.output = output_.output.get();
    context_.loop = &loop_;
    context_.clock = &clock_;
    context_.log = &log_;
    context_.counters = &counters_;
  }
  // A stop is remembered until signals are taken over anew.
  ~FilterRunTest() override { const Signals forgets(loop_.waker()); }
  Result<RunSummary> run() { return run_filter(filter_, options_, context_); }

  Pipe input_;
  Pipe output_;
  Loop loop_ = Loop::open().value();
  HastyClock clock_;
  Log log_{"test", LogLevel::Error};
  StreamCounters counters_;
  Counting filter_;
  StreamOptions options_;
  StreamContext context_;
};

TEST_F(FilterRunTest, AtTheSoftLimitTheFilterShrinksAndReadingGoesOn) {
  context_.memory_pressure = [] { return MemoryPressure::Soft; };
  input_.write("{}\n{}\n");
  input_.output = Descriptor();
  ASSERT_TRUE(run());
  EXPECT_EQ(filter_.records, 2);
  EXPECT_GE(filter_.shrunk, 1);
}

// What holds the memory is not the filter's.
TEST_F(FilterRunTest, WhereMemoryStaysAboveTheSoftLimitTheFilterShrinksNotWithEveryBlockAndOneWarningSaysSo) {
  const Descriptor told(::memfd_create("told", MFD_CLOEXEC));
  const Log log("test", LogLevel::Warning, told.get());
  context_.log = &log;
  clock_.step = std::chrono::milliseconds{1};
  context_.memory_pressure = [] { return MemoryPressure::Soft; };
  options_.files.assign(1000, "/dev/null");
  ASSERT_TRUE(run());
  EXPECT_GE(filter_.shrunk, 4);
  EXPECT_LE(filter_.shrunk, 500) << "as often as there are files";
  std::string text(10'000, '\0');
  text.resize(static_cast<std::size_t>(::pread(told.get(), text.data(), text.size(), 0)));
  EXPECT_EQ(std::ranges::count(text, '\n'), 1) << text;
}

TEST_F(FilterRunTest, CountsTheBytesThatCameAndNoEndThatTheLastLineHasNot) {
  input_.write("{}\n{}");
  input_.output = Descriptor();
  ASSERT_TRUE(run());
  EXPECT_EQ(counters_.bytes_in.value(), 5U);
}

TEST_F(FilterRunTest, AtTheHardLimitReadingPausesUntilMemoryWasGivenBack) {
  int looks = 0;
  context_.memory_pressure = [&] {
    if (++looks > 10) return MemoryPressure::None;
    EXPECT_EQ(filter_.records, 0);
    return MemoryPressure::Hard;
  };
  input_.write("{}\n");
  input_.output = Descriptor();
  ASSERT_TRUE(run());
  EXPECT_EQ(filter_.records, 1);
  EXPECT_EQ(filter_.shrunk, 10);
}

TEST_F(FilterRunTest, MemoryThatStaysAboveTheHardLimitSlowsReadingButDoesNotEndIt) {
  std::vector<int> records_at_look;
  context_.memory_pressure = [&] {
    records_at_look.push_back(filter_.records);
    return MemoryPressure::Hard;
  };
  for (int i = 0; i < 3; ++i) input_.write("{}\n");
  input_.output = Descriptor();
  ASSERT_TRUE(run());
  EXPECT_EQ(filter_.records, 3);
  // Five seconds of looks ten times a second.
  ASSERT_GT(records_at_look.size(), 50U);
  EXPECT_EQ(records_at_look[50], 0);
}

TEST_F(FilterRunTest, BetweenTwoLooksInVainOneBlockIsRead) {
  const Descriptor file(
      ::open((::testing::TempDir() + "dbi-blocks").c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  std::string text;
  while (text.size() < 4 * LineReader::kBlock) text += "{\"a\":\"" + std::string(1000, 'x') + "\"}\n";
  ASSERT_EQ(::pwrite(file.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  const Descriptor nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  options_.input = file.get();
  options_.output = nowhere.get();
  int last = 0;
  int looks = 0;
  context_.memory_pressure = [&] {
    EXPECT_LE(filter_.records - last, static_cast<int>(LineReader::kBlock / 1000));
    last = filter_.records;
    ++looks;
    return MemoryPressure::Hard;
  };
  ASSERT_TRUE(run());
  EXPECT_GT(filter_.records, 1000);
  EXPECT_GE(looks, 50 + 4);
}

TEST_F(FilterRunTest, WhereTheReaderIsGoneWhatThePipeHoldsIsCounted) {
  options_.strict = true;  // nothing of it leaves: a malformed line is counted, and the rest too
  output_.input = Descriptor();
  input_.write("{\"a\":1}\nmalformed\n\n{\"a\":2}\n{\"not complete\":");
  const auto summary = run();
  ASSERT_TRUE(summary);
  EXPECT_TRUE(summary->reader_gone);
  EXPECT_TRUE(summary->malformed);
  EXPECT_EQ(filter_.records, 0);
  EXPECT_EQ(filter_.cut_off, (std::vector<std::string>{"{\"a\":1}", "{\"a\":2}"}));
  EXPECT_EQ(counters_.records_in.value(), 2U);
  EXPECT_EQ(counters_.rejects.value(), 1U);
  EXPECT_EQ(counters_.cut_off.value(), 2U);
}

// What a filter decided before the writer told it of a fault is neither lost nor counted twice.
TEST_F(FilterRunTest, WhatWasWrittenToAReaderThatGoesIsCountedOnce) {
  class Goes final : public Filter {
   public:
    explicit Goes(Pipe& output) : output_(output) {}
    Status on_record(const record::Record& record, Writer& out) override {
      if (++records == 3) output_.input = Descriptor();
      // More than a chunk: the write comes, and fails, before the record itself is there.
      out.buffer().append(Writer::kChunk, ' ').append("\n");
      DBI_TRY(out.commit());
      return out.append(record.line());
    }
    void on_cut_off(const record::Record& record) override { cut_off.emplace_back(record.line()); }
    int records = 0;
    std::vector<std::string> cut_off;

   private:
    Pipe& output_;
  };
  Goes filter(output_);
  input_.write("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n");
  input_.output = Descriptor();
  const auto summary = run_filter(filter, options_, context_);
  ASSERT_TRUE(summary);
  EXPECT_TRUE(summary->reader_gone);
  EXPECT_EQ(filter.records, 3);
  EXPECT_EQ(filter.cut_off, (std::vector<std::string>{"{\"a\":4}", "{\"a\":2}", "{\"a\":3}"}));
}

// The filter's file is full: what it decided before, and its ledger, leave all the same.
TEST_F(FilterRunTest, WhatIsCompleteLeavesBeforeAFaultAtTheEnd) {
  class Unstored final : public Filter {
   public:
    Status on_record(const record::Record& record, Writer& out) override { return out.append(record.line()); }
    Status on_end(Writer& out) override {
      DBI_TRY(out.append("{\"ledger\":1}"));
      return fail(ErrorKind::State, "the disk is full");
    }
  };
  Unstored filter;
  input_.write("{\"a\":1}\n");
  input_.output = Descriptor();
  const auto summary = run_filter(filter, options_, context_);
  ASSERT_TRUE(summary);
  ASSERT_TRUE(summary->fault);
  EXPECT_EQ(summary->fault->message, "the disk is full");
  EXPECT_EQ(output_.read(), "{\"a\":1}\n{\"ledger\":1}\n");
  EXPECT_EQ(counters_.records_out.value(), 2U);
}

TEST_F(FilterRunTest, AFaultOfTheFiltersOwnOutputLetsWhatIsCompleteLeave) {
  class Diverts final : public Filter {
   public:
    Status on_record(const record::Record& record, Writer& out) override {
      if (record.find("over") != nullptr) return full();
      return out.append(record.line());
    }
    Status on_end(Writer& out) override { return out.append("{\"ledger\":1}"); }
    Status flush() override { return full(); }
    static Status full() { return fail(ErrorKind::Output, "over: No space left on device"); }
  };
  Diverts filter;
  input_.write("{\"a\":1}\n{\"over\":2}\n");
  input_.output = Descriptor();
  const auto summary = run_filter(filter, options_, context_);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().message, "over: No space left on device");
  output_.output = Descriptor();
  EXPECT_EQ(output_.read(), "{\"a\":1}\n{\"ledger\":1}\n");
}

// Nobody else has what the pipe held.
TEST_F(FilterRunTest, AfterAFaultThatIsNotTheOutputsWhatThePipeHeldIsCounted) {
  options_.strict = true;
  input_.write("{\"a\":1}\nmalformed\n{\"a\":2}\nmalformed\n{\"a\":3}\n");
  input_.output = Descriptor();
  EXPECT_FALSE(run());
  EXPECT_EQ(filter_.records, 1);
  EXPECT_EQ(filter_.cut_off, (std::vector<std::string>{"{\"a\":2}", "{\"a\":3}"}));
  EXPECT_EQ(counters_.rejects.value(), 2U);
  EXPECT_EQ(counters_.records_in.value(), 3U);
}

// What was read of a pipe does not come again: the next run needs what this one holds.
TEST_F(FilterRunTest, AfterAFaultOfAPipesRunTheNextOneHasAPlaceToBegin) {
  options_.resume = true;
  const Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  options_.output = full.get();
  input_.write("{\"a\":1}\n");
  input_.output = Descriptor();
  const auto summary = run();
  ASSERT_TRUE(summary);
  ASSERT_TRUE(summary->fault);
  EXPECT_EQ(summary->fault->message, "No space left on device");
  EXPECT_NE(summary->resume.find("stream_position"), std::string::npos);
  EXPECT_EQ(filter_.cut_off.size(), 1U);
  options_.files = {::testing::TempDir() + "dbi-not-there"};
  EXPECT_FALSE(run()) << "nothing was read";
}

// Counts in the buffer, too: they are the filter's again.
TEST_F(FilterRunTest, WhatAFullDeviceDidNotTakeIsCutOff) {
  class Tells final : public Filter {
   public:
    Status on_record(const record::Record& record, Writer& out) override { return out.append(record.line()); }
    Status on_end(Writer& out) override { return out.append("{\"ledger\":1}"); }
    void take_held(std::string& lines) override { lines.append("{\"held\":1}\n"); }
    void on_cut_off(const record::Record& record) override { cut_off.emplace_back(record.line()); }
    std::vector<std::string> cut_off;
  };
  clock_.step = {};  // no tick flushes before the end
  Tells filter;
  const Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  options_.output = full.get();
  const Descriptor file(::memfd_create("in", MFD_CLOEXEC));
  ASSERT_EQ(::write(file.get(), "{\"a\":1}\n", 8), 8);
  ASSERT_EQ(::lseek(file.get(), 0, SEEK_SET), 0);
  options_.input = file.get();
  const auto summary = run_filter(filter, options_, context_);
  ASSERT_FALSE(summary);
  EXPECT_EQ(filter.cut_off, (std::vector<std::string>{"{\"a\":1}", "{\"ledger\":1}", "{\"held\":1}"}));
}

TEST_F(FilterRunTest, AReloadThatTheFilterRefusesChangesNothingAroundIt) {
  class Refuses final : public Filter {
   public:
    Status on_record(const record::Record& /*record*/, Writer& /*out*/) override { return {}; }
    Status on_reload() override { return refuses ? fail(ErrorKind::Configuration, "refused") : Status{}; }
    bool refuses = true;
  };
  Refuses filter;
  const Signals signals(loop_.waker());
  int prepared = 0;
  int committed = 0;
  context_.reload = [&]() -> Result<StreamContext::Commit> {
    ++prepared;
    return [&] { ++committed; };
  };
  context_.tick = [&](MonotonicTime) {
    if (prepared == 0 || filter.refuses) {
      filter.refuses = prepared == 0;
      std::raise(SIGHUP);
    } else {
      input_.output = Descriptor();
    }
  };
  ASSERT_TRUE(run_filter(filter, options_, context_));
  EXPECT_EQ(prepared, 2);
  EXPECT_EQ(committed, 1);
}

TEST_F(FilterRunTest, TheFilterIsFlushedBeforeAWait) {
  class Buffers final : public Filter {
   public:
    explicit Buffers(Pipe& input) : input_(input) {}
    Status on_record(const record::Record& /*record*/, Writer& /*out*/) override {
      ++held_;
      return {};
    }
    Status flush() override {
      flushed += std::exchange(held_, 0);
      input_.output = Descriptor();  // and so the wait ends
      return {};
    }
    int flushed = 0;

   private:
    Pipe& input_;
    int held_ = 0;
  };
  Buffers filter(input_);
  input_.write("{}\n{}\n");
  ASSERT_TRUE(run_filter(filter, options_, context_));
  EXPECT_EQ(filter.flushed, 2);
}

// Even where nobody reads the filter's standard output any more.
TEST_F(FilterRunTest, TheFilterIsFlushedAtTheEnd) {
  class Flushed final : public Filter {
   public:
    Status on_record(const record::Record& /*record*/, Writer& /*out*/) override { return {}; }
    Status flush() override {
      ++flushes;
      return {};
    }
    int flushes = 0;
  };
  Flushed filter;
  output_.input = Descriptor();
  const auto summary = run_filter(filter, options_, context_);
  ASSERT_TRUE(summary);
  EXPECT_TRUE(summary->reader_gone);
  EXPECT_GE(filter.flushes, 1);
}

// Takes a record every other time that it is asked, a second later.
class Delays final : public Filter {
 public:
  explicit Delays(const Clock& clock) : clock_(clock) {}
  Status on_record(const record::Record& record, Writer& out) override {
    ++offers;
    holds_ = until_ == MonotonicTime{} || clock_.monotonic() < until_;
    if (holds_) {
      until_ = clock_.monotonic() + std::chrono::seconds{1};
      return {};
    }
    until_ = {};
    return out.append(record.line());
  }
  [[nodiscard]] bool holds_back() const override { return holds_; }
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const override {
    return holds_ ? std::optional(until_) : std::nullopt;
  }
  int offers = 0;

 private:
  const Clock& clock_;
  bool holds_ = false;
  MonotonicTime until_{};
};

TEST_F(FilterRunTest, ARecordThatIsHeldBackIsOfferedAgainAndCountedOnce) {
  Delays filter(clock_);
  input_.write("{\"a\":1}\n\nmalformed\n{\"a\":2}");
  input_.output = Descriptor();
  const auto summary = run_filter(filter, options_, context_);
  ASSERT_TRUE(summary);
  output_.output = Descriptor();
  EXPECT_EQ(output_.read(), "{\"a\":1}\n{\"a\":2}\n");
  EXPECT_GE(filter.offers, 4);
  EXPECT_EQ(counters_.records_in.value(), 2U);
  EXPECT_EQ(counters_.rejects.value(), 1U);
  EXPECT_EQ(counters_.bytes_in.value(), 8U + 1 + 10 + 7);
}

// Never takes what it is offered.
class HoldsAll final : public Filter {
 public:
  explicit HoldsAll(const Clock& clock) : clock_(clock) {}
  Status on_record(const record::Record& /*record*/, Writer& /*out*/) override {
    if (++offers == 3) std::raise(SIGTERM);
    return {};
  }
  [[nodiscard]] bool holds_back() const override { return true; }
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const override {
    return clock_.monotonic() + std::chrono::hours{1};
  }
  void on_cut_off(const record::Record& record) override { cut_off.emplace_back(record.line()); }
  int offers = 0;
  std::vector<std::string> cut_off;

 private:
  const Clock& clock_;
};

TEST_F(FilterRunTest, AStopCutsOffWhatIsHeldBackOfAPipe) {
  const Signals signals(loop_.waker());
  HoldsAll filter(clock_);
  options_.drain = std::chrono::seconds{5};
  input_.write("{\"a\":1}\n{\"a\":2}\n");
  const auto summary = run_filter(filter, options_, context_);
  ASSERT_TRUE(summary);
  EXPECT_TRUE(summary->stopped);
  EXPECT_EQ(filter.cut_off, (std::vector<std::string>{"{\"a\":1}", "{\"a\":2}"}));
  EXPECT_EQ(counters_.records_in.value(), 2U);
  EXPECT_EQ(counters_.records_out.value(), 0U);
}

TEST_F(FilterRunTest, AStopLeavesWhatIsHeldBackOfAFileToALaterRun) {
  const Signals signals(loop_.waker());
  HoldsAll filter(clock_);
  const Descriptor file(
      ::open((::testing::TempDir() + "dbi-held").c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  const std::string_view text = "{\"a\":1}\n{\"a\":2}\n";
  ASSERT_EQ(::pwrite(file.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  options_.input = file.get();
  const auto summary = run_filter(filter, options_, context_);
  ASSERT_TRUE(summary);
  EXPECT_TRUE(filter.cut_off.empty());
  EXPECT_EQ(counters_.records_in.value(), 0U);
  EXPECT_EQ(::lseek(file.get(), 0, SEEK_CUR), 0);
}

}  // namespace
}  // namespace dbi::stream
