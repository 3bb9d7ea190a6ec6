// SPDX-License-Identifier: Apache-2.0
#include "record/event.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/lines.hpp"
#include "record/schema/check.hpp"

namespace dbi::record {
namespace {

constexpr Timestamp kNow{std::chrono::seconds{1'000'000'000}};

std::string written(const Event& event) {
  std::string out;
  write_event(out, event, kNow);
  return out;
}

TEST(Event, FollowsTheTable) {
  Event event{.tool = "dbi-breaker", .name = "second", .target = "db1:5432", .database = "app"};
  event.cycle = "0192f0c1d2e37f3a9b5c8d1e2f3a4b5c";
  event.event = "circuit_opened";
  event.severity = Severity::Warning;
  event.message = "5 of 10 calls failed";
  const std::string line = written(event);
  const Parsed parsed(line.substr(0, line.size() - 1));
  EXPECT_THAT(schema::check_record(parsed.record()), testing::IsEmpty()) << line;
}

TEST(Event, LeavesOutWhatDoesNotApply) {
  const Event event{.tool = "dbi-sample", .name = "dbi-sample", .event = "state_corrupt", .message = "set aside"};
  EXPECT_EQ(written(event),
            R"({"v":1,"kind":"event","ts":"2001-09-09T01:46:40.000000Z","observed_ts":"2001-09-09T01:46:40.000000Z",)"
            R"("tool":"dbi-sample","event":"state_corrupt","severity":"info","message":"set aside"})"
            "\n");
}

}  // namespace
}  // namespace dbi::record
