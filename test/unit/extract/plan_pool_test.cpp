// Workers change nothing of what leaves, and lose nothing that does not.
// SPDX-License-Identifier: Apache-2.0
#include "extract/plan_pool.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "extract/extractor.hpp"
#include "record/builder.hpp"
#include "stream/writer.hpp"
#include "support/plan_fixtures.hpp"

namespace dbi::extract {
namespace {

/// A filter with `workers` threads, and the loop that they wake.
class Pipe {
 public:
  explicit Pipe(std::uint32_t workers) : filter_(options(workers), setup()) {}

  Status pass(std::string line) {
    const std::size_t size = line.size();
    line.append(record::kPadding, '\0');
    record::Record record;
    DBI_TRY(reader_.parse(std::string_view(line).substr(0, size), record));
    return filter_.on_record(record, out_);
  }
  Extractor& filter() { return filter_; }
  stream::Writer& out() { return out_; }
  /// All that has left, and what waits to.
  std::string written() {
    EXPECT_TRUE(out_.flush());
    std::string text(static_cast<std::size_t>(::lseek(file_.get(), 0, SEEK_END)), '\0');
    EXPECT_EQ(::pread(file_.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    return text;
  }
  [[nodiscard]] const stream::Loop& loop() const { return loop_; }

 private:
  static ExtractOptions options(std::uint32_t workers) {
    ExtractOptions options;
    options.workers = workers;
    return options;
  }
  Extractor::Setup setup() {
    static const SystemClock kClock;
    Extractor::Setup setup;
    setup.tool = "dbi-plan";
    setup.clock = &kClock;
    setup.replay = true;
    setup.waker = loop_.waker();
    return setup;
  }

  stream::Loop loop_ = stream::Loop::open().value();
  Descriptor file_{::memfd_create("out", MFD_CLOEXEC)};
  stream::Writer out_{file_.get()};
  record::Reader reader_;
  Extractor filter_;
};

std::string record_of(int number, std::string_view plan) {
  std::string line;
  record::Builder builder(line);
  builder.begin("plan").text("ts", "2026-11-25T08:00:00.000000Z").integer("number", number);
  if (!plan.empty()) builder.text("plan", plan);
  builder.end();
  line.pop_back();
  return line;
}

/// Plans of a real server, some of them again, what is no plan, and records without one.
std::vector<std::string> mixed_records() {
  std::vector<std::string> lines;
  std::string last;
  for (const planread::Fixture& fixture : planread::read_fixtures(std::string(DBI_PLANS) + "/postgresql-15.ndjson")) {
    const int number = static_cast<int>(lines.size());
    lines.push_back(record_of(number, fixture.plan));
    if (number % 3 == 0) lines.push_back(record_of(number, last));
    if (number % 5 == 0) lines.push_back(record_of(number, ""));
    if (number % 7 == 0) lines.push_back(record_of(number, "no plan"));
    last = fixture.plan;
  }
  return lines;
}

TEST(PlanPool, ChangesNothingOfWhatLeaves) {
  const std::vector<std::string> lines = mixed_records();
  std::string alone;
  for (const std::uint32_t workers : {1U, 4U}) {
    Pipe pipe(workers);
    for (const std::string& line : lines) ASSERT_TRUE(pipe.pass(line));
    ASSERT_TRUE(pipe.filter().on_end(pipe.out()));
    const std::string written = pipe.written();
    if (workers == 1) alone = written;
    EXPECT_EQ(written, alone) << workers;
    EXPECT_GT(pipe.filter().figures().plans.value(), 100U);
    EXPECT_GT(pipe.filter().figures().errors.value(), 20U);
  }
}

TEST(PlanPool, HandsOnWhatIsThereBeforeTheLoopWaits) {
  Pipe pipe(2);
  ASSERT_TRUE(pipe.pass(record_of(1, "Result")));
  EXPECT_EQ(pipe.out().buffer(), "");
  ASSERT_TRUE(pipe.filter().flush());
  const SystemClock clock;
  ASSERT_TRUE(pipe.loop().wait({}, clock.monotonic() + std::chrono::seconds(60), clock).value().woken);
  ASSERT_TRUE(pipe.filter().on_wake(pipe.out()));
  EXPECT_NE(pipe.out().buffer().find("\"plan_gist\":\"Res\""), std::string::npos) << pipe.out().buffer();
}

TEST(PlanPool, GivesUpWhatIsUnderWayOnceAndInOrder) {
  Pipe pipe(2);
  std::string expected;
  for (int number = 0; number < 50; ++number) {
    const std::string line = record_of(number, number % 2 == 0 ? "Result" : "");
    ASSERT_TRUE(pipe.pass(line));
    expected += line + "\n";
  }
  std::string held;
  pipe.filter().take_held(held);
  EXPECT_EQ(held, expected.substr(expected.size() - held.size()));
  const std::string all = pipe.written() + held;
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 50);
  EXPECT_GT(held.size(), 0U);
  held.clear();
  pipe.filter().take_held(held);
  EXPECT_EQ(held, "");
}

}  // namespace
}  // namespace dbi::extract
