// Blocks to a file, redrawing on a terminal.
// SPDX-License-Identifier: Apache-2.0
#include "export/table_sink.hpp"

#include <algorithm>

#include "export/samples.hpp"

namespace dbi::exporting {
namespace {

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t times = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++times;
  return times;
}

TEST(TableSink, GivesABlockACycleAndTheRestAtTheEnd) {
  const SetClock clock;
  stream::Writer out(-1);
  const auto sink = make_table_sink({}, clock);
  for (const std::string cycle : {"01", "02"}) {
    ASSERT_TRUE(give(*sink, statement(cycle, "select 1", 1, 1), out));
    ASSERT_TRUE(give(*sink, scrape(cycle), out));
  }
  EXPECT_EQ(count(out.buffer(), "main  postgresql"), 2U);
  EXPECT_EQ(out.buffer().find('\x1b'), std::string::npos);
  ASSERT_TRUE(give(*sink, statement("03", "select 2", 1, 1), out));
  ASSERT_TRUE(sink->finish(out));
  EXPECT_EQ(count(out.buffer(), "no scrape"), 1U);
}

TEST(TableSink, RedrawsInPlaceAndAnewWhenTheWindowChanges) {
  const Folder folder;
  SetClock clock;
  const std::string path = folder.file("screen");
  std::ofstream(path).flush();
  std::FILE* file = std::fopen(path.c_str(), "r+");
  ASSERT_NE(file, nullptr);
  stream::Writer out(fileno(file));
  WindowSize window{80, 24};
  TableOptions options;
  options.window = [&] { return window; };
  const auto sink = make_table_sink(options, clock);
  auto screen = [&, shown = std::size_t{0}]() mutable {
    const std::string all = read_file(path);
    const std::string fresh = all.substr(shown);
    shown = all.size();
    return fresh;
  };
  ASSERT_TRUE(give(*sink, scrape("01"), out));
  ASSERT_TRUE(sink->on_deadline(clock.monotonic(), out));
  const std::string first = screen();
  EXPECT_EQ(first.find("main"), 0U);
  EXPECT_TRUE(first.ends_with("\x1b[J"));
  EXPECT_EQ(*sink->next_deadline(), clock.monotonic() + std::chrono::milliseconds{250});
  ASSERT_TRUE(give(*sink, scrape("02"), out));
  EXPECT_EQ(*sink->next_deadline(), clock.monotonic() + std::chrono::milliseconds{100});
  ASSERT_TRUE(sink->on_deadline(clock.monotonic(), out));
  EXPECT_EQ(screen().find("\x1b[1A\r"), 0U);
  ASSERT_TRUE(sink->on_deadline(clock.monotonic(), out));
  EXPECT_EQ(screen(), "");
  window = {40, 10};
  ASSERT_TRUE(sink->on_deadline(clock.monotonic(), out));
  EXPECT_EQ(screen().find("\x1b[H\x1b[2J"), 0U);
  std::fclose(file);
}

}  // namespace
}  // namespace dbi::exporting
