// A failing sink is named and left out; the others get everything.
// SPDX-License-Identifier: Apache-2.0
#include "export/fan_out.hpp"

#include "export/open_sink.hpp"
#include "export/samples.hpp"

namespace dbi::exporting {
namespace {

TEST(FanOut, AFullDeviceLeavesTheOtherSinkUnharmed) {
  const Folder folder;
  const SetClock clock;
  const Log log("test", LogLevel::Error, -1);
  const std::string good = folder.file("good.ndjson");
  auto sinks = open_sinks({"ndjson:/dev/full", "ndjson:" + good}, {}, clock);
  ASSERT_TRUE(sinks) << sinks.error().message;
  Delivery delivery;
  FanOut fan(std::move(*sinks), log, delivery);
  ASSERT_TRUE(fan.on_record(*Sample(scrape("01")), no_output()));
  ASSERT_TRUE(fan.on_deadline(clock.monotonic(), no_output()));
  ASSERT_TRUE(fan.on_record(*Sample(scrape("02", "failed")), no_output()));
  ASSERT_TRUE(fan.on_end(no_output()));
  ASSERT_TRUE(delivery.fault);
  EXPECT_EQ(delivery.fault->message, "ndjson:/dev/full: write: No space left on device");
  EXPECT_EQ(exit_status(delivery.fault->kind), ExitStatus::InputOutput);
  EXPECT_TRUE(delivery.scrape_failed);
  EXPECT_EQ(read_file(good), scrape("01") + "\n" + scrape("02", "failed") + "\n");
}

TEST(FanOut, FailsWhenNoSinkIsLeft) {
  const SetClock clock;
  const Log log("test", LogLevel::Error, -1);
  auto sinks = open_sinks({"ndjson:/dev/full"}, {}, clock);
  ASSERT_TRUE(sinks);
  Delivery delivery;
  FanOut fan(std::move(*sinks), log, delivery);
  ASSERT_TRUE(fan.on_record(*Sample(scrape("01")), no_output()));
  EXPECT_FALSE(fan.on_deadline(clock.monotonic(), no_output()));
}

TEST(FanOut, NamesTheSinkThatCannotBeOpened) {
  const Folder folder;
  const SetClock clock;
  for (const std::string scheme : {"ndjson:", "sqlite:"}) {
    const std::string word = scheme + folder.file("missing/x");
    const auto sinks = open_sinks({"table", word}, {}, clock);
    ASSERT_FALSE(sinks) << word;
    EXPECT_TRUE(sinks.error().message.starts_with(word + ": ")) << sinks.error().message;
  }
}

// What other programs may read is for the owner of a file to say.
TEST(FanOut, FilesAreTheOwnersAloneUnlessTheyAreThere) {
  const Folder folder;
  const SetClock clock;
  const auto mode = [](const std::string& path) {
    return static_cast<int>(std::filesystem::status(path).permissions()) & 0777;
  };
  const auto sinks = open_sinks(
      {"ndjson:" + folder.file("x"), "ndjson:" + folder.file("x.lz4"), "sqlite:" + folder.file("x.db")}, {}, clock);
  ASSERT_TRUE(sinks) << sinks.error().message;
  for (const std::string name : {"x", "x.lz4", "x.db", "x.db-wal"}) EXPECT_EQ(mode(folder.file(name)), 0600) << name;

  const std::string shared = folder.file("shared.ndjson");
  std::ofstream(shared).close();
  std::filesystem::permissions(shared, std::filesystem::perms{0644});
  ASSERT_TRUE(open_sinks({"ndjson:" + shared}, {}, clock));
  EXPECT_EQ(mode(shared), 0644);
}

TEST(FanOut, ShortMemoryIsForTheSinks) {
  class Shrinking final : public Sink {
   public:
    explicit Shrinking(int& calls) : calls_(&calls) {}
    [[nodiscard]] std::string_view name() const override { return "shrinking"; }
    Status accept(const record::Record&, stream::Writer&) override { return {}; }
    Status shrink() override { return ++*calls_ == 1 ? Status{} : fail(ErrorKind::Output, "no room"); }
    Status finish(stream::Writer&) override { return {}; }

   private:
    int* calls_;
  };
  const Log log("test", LogLevel::Error, -1);
  Delivery delivery;
  int calls = 0;
  std::vector<std::unique_ptr<Sink>> sinks;
  sinks.push_back(std::make_unique<Shrinking>(calls));
  FanOut fan(std::move(sinks), log, delivery);
  fan.shrink();
  EXPECT_TRUE(fan.on_record(*Sample(scrape("01")), no_output()));
  fan.shrink();
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(delivery.fault->message, "shrinking: no room");
  EXPECT_FALSE(fan.on_record(*Sample(scrape("02")), no_output()));
}

TEST(CheckSinks, RefusesWhatIsNoSink) {
  EXPECT_TRUE(check_sinks({"table", "ndjson:a", "sqlite:b"}));
  for (const std::string word : {"tabel", "ndjson:", "sqlite", "table:x", "csv:x", "ndjson:-", "sqlite:-"}) {
    const Status status = check_sinks({word});
    ASSERT_FALSE(status) << word;
    EXPECT_EQ(status.error().kind, ErrorKind::Usage);
  }
  EXPECT_FALSE(check_sinks({"table", "table"}));
}

}  // namespace
}  // namespace dbi::exporting
