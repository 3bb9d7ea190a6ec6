// Blocks to a file; on a terminal one picture that is redrawn in place.
// SPDX-License-Identifier: Apache-2.0
#include "export/table_sink.hpp"

#include <algorithm>

#include "export/samples.hpp"
#include "export/screen.hpp"

namespace dbi::exporting {
namespace {

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t times = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++times;
  return times;
}

std::string of_target(std::string line, const std::string& target) {
  const std::string main = R"("target":"main")";
  return line.replace(line.find(main), main.size(), R"("target":")" + target + '"');
}

TEST(TableSink, GivesABlockACycleAndTheRestAtTheEnd) {
  const SetClock clock;
  stream::Writer out(-1);
  const auto sink = make_table_sink({}, clock);
  for (const std::string cycle : {"01", "02"}) {
    ASSERT_TRUE(give(*sink, statement(cycle, "select 1", 1, 1), out));
    ASSERT_TRUE(give(*sink, scrape(cycle), out));
  }
  EXPECT_EQ(count(out.buffer(), "main  ok"), 2U);
  EXPECT_EQ(out.buffer().find('\x1b'), std::string::npos);
  ASSERT_TRUE(give(*sink, statement("03", "select 2", 1, 1), out));
  ASSERT_TRUE(sink->finish(out));
  EXPECT_EQ(count(out.buffer(), "no scrape"), 1U);
}

TEST(TableSink, ManyTargetsAreShownInBoundedMemory) {
  const SetClock clock;
  stream::Writer out(-1);
  const auto sink = make_table_sink({}, clock);
  for (int target = 0; target < 200; ++target) {
    ASSERT_TRUE(give(*sink, of_target(statement("01", "q", 1, 1), "t" + std::to_string(target)), out));
  }
  ASSERT_TRUE(sink->finish(out));
  EXPECT_EQ(count(out.buffer(), "no scrape"), 64U);
  EXPECT_NE(out.buffer().find("t199  no scrape"), std::string::npos);
  EXPECT_EQ(out.buffer().find("t0  no scrape"), std::string::npos);
}

/// A table sink before a screen.
class OnATerminal : public testing::Test {
 protected:
  OnATerminal() : file_(std::fopen(folder_.file("screen").c_str(), "w+")), out_(fileno(file_)) {
    TableOptions options;
    options.window = [this] { return window_; };
    sink_ = make_table_sink(options, clock_);
  }
  ~OnATerminal() override { std::fclose(file_); }

  void records(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) ASSERT_TRUE(give(*sink_, line, out_));
  }
  /// Lets the time pass to the next deadline; what was then written.
  std::string wait() {
    const auto deadline = sink_->next_deadline();
    if (!deadline) return {};
    if (*deadline > clock_.monotonic()) {
      clock_.pass(std::chrono::duration_cast<microseconds>(*deadline - clock_.monotonic()));
    }
    EXPECT_TRUE(sink_->on_deadline(clock_.monotonic(), out_));
    return written();
  }
  std::string written() {
    const std::string all = read_file(folder_.file("screen"));
    std::string fresh = all.substr(shown_);
    shown_ = all.size();
    screen_.write(fresh);
    return fresh;
  }
  void resize(std::size_t columns, std::size_t lines) {
    window_ = {columns, lines};
    screen_.resize(columns, lines);
  }

  Folder folder_;
  SetClock clock_;
  terminal::WindowSize window_{80, 24};
  std::FILE* file_;
  stream::Writer out_;
  std::unique_ptr<Sink> sink_;
  std::size_t shown_ = 0;
  Screen screen_{80, 24};
};

TEST_F(OnATerminal, SaysWhatItWaitsFor) {
  EXPECT_NE(wait().find("Waiting for the first cycle"), std::string::npos);
  EXPECT_EQ(wait(), "") << "nothing has changed";
  records({R"({"v":1,"kind":"scrape","target":"main","cycle":"01","outcome":"ok","baseline":true})"});
  wait();
  EXPECT_EQ(screen_.text(), "main  ok\n\nSTATEMENTS  waiting for the next cycle: a difference takes two readings\n");
}

TEST_F(OnATerminal, APictureOfOneCycleStandsWhereTheCursorWas) {
  screen_.write("$ dbi-collect | dbi-export\n");
  records({statement("01", "select 1", 2, 10), scrape("01")});
  wait();
  const std::string picture =
      "$ dbi-collect | dbi-export\n"
      "main  ok  08:00:00 UTC  postgresql 15.8  interval 10.0s  cycle 12.5ms\n"
      "  load 0.00  0.20 calls/s\n"
      "\n"
      "STATEMENTS by total time in app  10.0ms in 2 calls\n"
      "   SHARE     TOTAL    CALLS    MEAN  QUERY\n"
      "  100.0%    10.0ms        2  5.00ms  select 1\n";
  EXPECT_EQ(screen_.text(), picture);
  ASSERT_TRUE(sink_->finish(out_));
  written();
  // The last one tells the day as well.
  EXPECT_EQ(screen_.text().find("08:00:00 UTC"), picture.find("08:00:00 UTC") + 11);
  EXPECT_TRUE(screen_.history().empty());
}

TEST_F(OnATerminal, FurtherCyclesPaintOverWhatOthersWroteAndKeepTheHistory) {
  screen_.write("$ dbi-collect | dbi-export\n");
  for (const std::string cycle : {"01", "02", "03"}) {
    records({statement(cycle, "select " + cycle, 1, 1), scrape(cycle)});
    wait();
    EXPECT_EQ(count(screen_.text(), "select 0"), 1U) << screen_.text();
    EXPECT_NE(screen_.text().find("select " + cycle), std::string::npos);
    screen_.write("dbi-collect: a warning\n");
  }
  EXPECT_EQ(screen_.history().front(), "$ dbi-collect | dbi-export");
  records({scrape("04")});
  wait();
  EXPECT_EQ(screen_.text().find("main  ok"), 0U);
  EXPECT_EQ(screen_.text().find("a warning"), std::string::npos);
}

TEST_F(OnATerminal, DrawsAtMostTenTimesASecond) {
  records({scrape("01")});
  wait();
  const MonotonicTime first = clock_.monotonic();
  records({scrape("02")});
  EXPECT_EQ(*sink_->next_deadline(), first + std::chrono::milliseconds{100});
  wait();
  EXPECT_EQ(*sink_->next_deadline(), clock_.monotonic() + std::chrono::milliseconds{250}) << "to look at the window";
}

TEST_F(OnATerminal, AnotherWindowIsDrawnAnew) {
  records({statement("01", "select 1", 1, 1), scrape("01")});
  wait();
  for (const auto& [columns, lines] : {std::pair{40U, 10U}, {200U, 50U}, {20U, 3U}, {1U, 1U}, {80U, 24U}}) {
    resize(columns, lines);
    wait();
    EXPECT_EQ(screen_.text().find("(moved)"), std::string::npos) << screen_.text();
    records({scrape("02")});
    wait();
    records({statement("03", "select 1", 1, 1), scrape("03")});
    wait();
    EXPECT_LE(count(screen_.text(), "\n"), lines);
  }
  EXPECT_EQ(screen_.text().find("main  ok"), 0U);
}

TEST_F(OnATerminal, ManyErrorsLeaveSessionsAndStatementsInView) {
  for (int i = 0; i < 40; ++i) {
    records({R"({"v":1,"kind":"error","target":"main","cycle":"01","error_class":"other","message":"fault )" +
             std::to_string(i) + R"(","hint":"do this\nand that"})"});
  }
  for (int i = 0; i < 40; ++i) {
    records({R"({"v":1,"kind":"session","target":"main","cycle":"01","pid":")" + std::to_string(i) +
                 R"(","state":"active","query":"select ?"})",
             statement("01", "select a" + std::to_string(i), 1, i + 1)});
  }
  records({scrape("01", "partial")});
  wait();
  const std::string text = screen_.text();
  EXPECT_EQ(count(text, "error:"), 3U);
  EXPECT_NE(text.find("and 117 more lines of errors, events and hints\n"), std::string::npos) << text;
  EXPECT_GE(count(text, " active "), 4U) << text;
  EXPECT_NE(text.find("… and 3"), std::string::npos) << text;
  EXPECT_GE(count(text, "select a"), 4U) << text;
  EXPECT_NE(text.find("more statements)"), std::string::npos) << text;
}

TEST_F(OnATerminal, TwoTargetsShareALargeWindow) {
  window_ = {120, 50};
  screen_ = Screen(120, 50);
  for (const std::string target : {"a", "b"}) {
    records({of_target(statement("01", "select " + target, 1, 1), target), of_target(scrape("01"), target)});
  }
  wait();
  EXPECT_EQ(screen_.text().find("a  ok"), 0U);
  EXPECT_NE(screen_.text().find("\n\nb  ok"), std::string::npos);
  EXPECT_EQ(count(screen_.text(), "STATEMENTS"), 2U);
}

TEST_F(OnATerminal, TargetsInTroubleStandFirstInASmallWindow) {
  records({of_target(scrape("01"), "quiet"), of_target(statement("01", "select slow", 2, 9000), "busy"),
           of_target(scrape("01"), "busy"), of_target(scrape("01", "failed"), "down")});
  wait();
  EXPECT_EQ(screen_.text(),
            "  TARGET       OUTCOME   LOAD CALLS/S  MOST TIME\n"
            "  down         failed       -       -\n"
            "  busy         ok        0.90    0.20  select slow\n"
            "  quiet        ok           -       -  none finished in this interval\n"
            "\n"
            "down  failed  08:00:00 UTC  postgresql 15.8  interval 10.0s  cycle 12.5ms\n");
}

TEST_F(OnATerminal, MoreTargetsThanLinesAreCounted) {
  for (int i = 0; i < 100; ++i) records({of_target(scrape("01"), "t" + std::to_string(i))});
  wait();
  EXPECT_EQ(count(screen_.text(), "\n"), 23U) << screen_.text();
  EXPECT_NE(screen_.text().find("… and 43 more targets"), std::string::npos) << screen_.text();
}

}  // namespace
}  // namespace dbi::exporting
