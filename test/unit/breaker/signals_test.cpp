// SPDX-License-Identifier: Apache-2.0
#include "breaker/signals.hpp"

#include <gmock/gmock.h>

#include "breaker/lines.hpp"

namespace dbi::breaker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Signals, OnlyErrorsOfTroubleAreFaults) {
  for (const auto* word : {"timeout", "connection", "too_many_connections"}) EXPECT_EQ(fault_of(word), Fault::Failure);
  EXPECT_EQ(fault_of("authentication"), Fault::AtOnce);
  for (const auto* word : {"privilege", "missing_feature", "unsupported", "other", "", "Timeout"}) {
    EXPECT_EQ(fault_of(word), Fault::None) << word;
  }
}

TEST(Signals, AScrapeIsReadWithAllThatMatters) {
  Lines lines;
  const ScrapeFacts facts = read_scrape(lines.parse(scrape(
      kNoon, "main", "partial",
      R"(,"cycle_ms":1234.5,"connections_used_pct":91.5,"replica_lag_s":2.25,"left_out":["z\"y","a","b\u00e9"],)"
      R"("cost":{"server":{"ms":1},"statements":{"rows":5,"ms":250.5,"bytes":1},"x":7,"texts":{"ms":"a"},"sessions":{"ms":-1}})")));
  EXPECT_EQ(facts.outcome, Outcome::Partial);
  EXPECT_EQ(facts.cycle, 1234500us);
  EXPECT_EQ(facts.dearest_read, 250500us);
  EXPECT_EQ(facts.connections_used_pct, 91.5);
  EXPECT_EQ(facts.replica_lag, 2250ms);
  EXPECT_THAT(facts.left_out, ElementsAre("a", "b\xC3\xA9", "z\"y"));
}

TEST(Signals, WhatAScrapeDoesNotSayIsAbsent) {
  Lines lines;
  const ScrapeFacts facts = read_scrape(lines.parse(scrape(kNoon, "main", "failed", "")));
  EXPECT_EQ(facts.outcome, Outcome::Failed);
  EXPECT_EQ(facts.cycle, 0us);
  EXPECT_EQ(facts.dearest_read, std::nullopt);
  EXPECT_EQ(facts.connections_used_pct, std::nullopt);
  EXPECT_EQ(facts.replica_lag, std::nullopt);
  EXPECT_THAT(facts.left_out, IsEmpty());
}

TEST(Signals, WhatIsOfAnotherTypeOrAbsurdCountsAsAbsent) {
  Lines lines;
  const ScrapeFacts facts = read_scrape(lines.parse(
      scrape(kNoon, "main", "strange",
             R"(,"cycle_ms":1e300,"cost":[1],"left_out":"a","replica_lag_s":-1,"connections_used_pct":"x")")));
  EXPECT_EQ(facts.outcome, Outcome::Skipped);
  EXPECT_EQ(facts.cycle, 0us);
  EXPECT_EQ(facts.dearest_read, std::nullopt);
  EXPECT_EQ(facts.replica_lag, std::nullopt);
  EXPECT_EQ(facts.connections_used_pct, std::nullopt);
  EXPECT_THAT(facts.left_out, IsEmpty());
  EXPECT_EQ(read_scrape(lines.parse(scrape(kNoon, "main", "ok", R"(,"cost":{})"))).dearest_read, std::nullopt);
  EXPECT_THAT(read_scrape(lines.parse(scrape(kNoon, "main", "ok", R"(,"left_out":[])"))).left_out, IsEmpty());
}

}  // namespace
}  // namespace dbi::breaker
