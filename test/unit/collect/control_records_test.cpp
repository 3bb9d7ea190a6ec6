// The records that say how a cycle went.
// SPDX-License-Identifier: Apache-2.0
#include "collect/control_records.hpp"

#include <gmock/gmock.h>

#include "record/lines.hpp"
#include "record/schema/check.hpp"

namespace dbi::collect {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Routing kRouting{.target = "db1:5432",
                       .cycle = "0191f3c0a1b27c3d8e4f5a6b7c8d9e0f",
                       .system = "postgresql",
                       .host = "db1",
                       .port = 5432,
                       .observed_ts = Timestamp(microseconds{1'700'000'000'000'000})};
const Timestamp kNow(microseconds{1'700'000'000'500'000});

std::string error(const SourceError& error) {
  std::string out;
  write_error(out, kRouting, kNow, error);
  return out;
}

std::string scrape(const Scrape& scrape) {
  std::string out;
  write_scrape(out, kRouting, kNow, scrape);
  return out;
}

TEST(ControlRecords, AnErrorNamesItsSourceAndWhatMendsIt) {
  EXPECT_EQ(error({"statements", ErrorKind::Privilege, "42501", "no \"right\"", "GRANT x;"}),
            R"({"v":1,"kind":"error","ts":"2023-11-14T22:13:20.500000Z","observed_ts":"2023-11-14T22:13:20.000000Z",)"
            R"("target":"db1:5432","cycle":"0191f3c0a1b27c3d8e4f5a6b7c8d9e0f","system":"postgresql","host":"db1",)"
            R"("port":5432,"error_class":"privilege","sqlstate":"42501","source":"statements",)"
            R"("message":"no \"right\"","hint":"GRANT x;"})"
            "\n");
}

TEST(ControlRecords, WhatIsNotKnownIsAbsent) {
  const auto bare = error({"", ErrorKind::Timeout, "", "no answer", ""});
  for (const auto* member : {"sqlstate", "source", "hint"}) EXPECT_THAT(bare, Not(HasSubstr(member)));
  Scrape nothing_tried;
  nothing_tried.outcome = Outcome::Skipped;
  nothing_tried.reason = "waiting";
  const auto skipped = scrape(nothing_tried);
  EXPECT_THAT(skipped, HasSubstr(R"("outcome":"skipped","reason":"waiting")"));
  for (const auto* member : {"cost", "baseline", "self_", "dealloc", "replica", "server_version", "tls", "guards"}) {
    EXPECT_THAT(skipped, Not(HasSubstr(member)));
  }
}

TEST(ControlRecords, AScrapeHoldsTheCostOfEachSource) {
  Scrape said;
  said.cost["sessions"] = {.ms = 1.5, .rows = 2, .bytes = 30};
  said.cost["statements"] = {.ms = 4, .rows = 5, .bytes = 60};
  said.self = SelfCost{.calls = 7, .total_ms = 0.25};
  said.dealloc = 0;
  EXPECT_THAT(scrape(said), HasSubstr(R"("cost":{"sessions":{"ms":1.5,"rows":2,"bytes":30},)"
                                      R"("statements":{"ms":4,"rows":5,"bytes":60}})"));
  EXPECT_THAT(scrape(said), HasSubstr(R"("self_calls":7,"self_ms":0.25,"dealloc":0)"));
}

TEST(ControlRecords, FollowTheTables) {
  Scrape said;
  said.outcome = Outcome::Partial;
  said.unclean = {Unclean::Evicted};
  said.server_version = "15.8";
  for (const auto& line : {error({"texts", ErrorKind::Other, "", "m", ""}), scrape(said)}) {
    const record::Parsed parsed(line.substr(0, line.size() - 1));
    EXPECT_THAT(record::schema::check_record(parsed.record()), IsEmpty()) << line;
  }
}

}  // namespace
}  // namespace dbi::collect
