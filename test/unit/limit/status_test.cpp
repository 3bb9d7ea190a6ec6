// The table of `dbi-ratelimit status`.
// SPDX-License-Identifier: Apache-2.0
#include "limit/status.hpp"

#include <gtest/gtest.h>

namespace dbi::limit {
namespace {

TEST(Status, ThoseWithTheMostOverTheirLimitComeFirst) {
  const auto table = status_table(
      R"({"format":"filter_memory","version":1}
{"v":1,"kind":"rate_limit_key","target":"main","database":"app","rps":500,"burst":10000,"records":8,"over_limit":0,"at":"2026-11-23T08:00:00.000000Z","rate":"at_base"}
{"v":1,"kind":"rate_limit_key","target":"main","database":"etl","rps":450.5,"burst":10,"records":1000,"over_limit":250,"at":"2026-11-23T08:00:01.000000Z","rate":"lowered"}
{"v":1,"kind":"rate_limit_key","target":"main","rps":525,"burst":10000,"records":0,"over_limit":0,"at":"2026-11-23T08:00:02.000000Z","rate":"raised"}
{"v":1,"kind":"rate_limit_global","at":"2026-11-23T08:00:00.000000Z","backlog":0}
)");
  ASSERT_TRUE(table);
  EXPECT_EQ(*table,
            "KEY              RATE      BURST      RECORDS         OVER   SHARE  LAST\n"
            "main/etl       450.5-         10         1000          250   25.0%  2026-11-23T08:00:01.000000Z\n"
            "main/app          500      10000            8            0    0.0%  2026-11-23T08:00:00.000000Z\n"
            "main             525+      10000            0            0       -  2026-11-23T08:00:02.000000Z\n");
}

TEST(Status, WhatIsNoStateIsTold) {
  const auto table = status_table("{\"half\":");
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().kind, ErrorKind::State);
}

}  // namespace
}  // namespace dbi::limit
