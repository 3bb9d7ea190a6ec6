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
