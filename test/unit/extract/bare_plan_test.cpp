// SPDX-License-Identifier: Apache-2.0
#include "extract/bare_plan.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/time_text.hpp"

namespace dbi::extract {
namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> plans;
  EXPECT_TRUE(split_plans(text, [&](const BarePlan& bare) {
    plans.emplace_back(bare.plan);
    return Status{};
  }));
  return plans;
}

using Plans = std::vector<std::string>;

TEST(SplitPlans, GivesJsonValuesOneByOne) {
  EXPECT_EQ(split(R"([{"Plan":{"Node Type":"Result"}}])"), Plans({R"({"Plan":{"Node Type":"Result"}})"}));
  EXPECT_EQ(split("[\n {\"Plan\": {}},\n {\"Plan\": {}}\n]\n[ {\"Plan\": 1} ]\n(1 row)\n"),
            Plans({"{\"Plan\": {}}", "{\"Plan\": {}}", "{\"Plan\": 1}"}));
}

TEST(SplitPlans, GivesXmlElementsOneByOne) {
  EXPECT_EQ(split("<explain><a>1</a></explain>\n<explain><b>2</b></explain>"),
            Plans({"<explain><a>1</a></explain>", "<explain><b>2</b></explain>"}));
}

TEST(SplitPlans, LeavesASubqueryOfMySqlsSelectListWithItsPlan) {
  constexpr std::string_view kFirst =
      "-> Index scan on c using PRIMARY  (cost=1 rows=9)\n"
      "-> Select #2 (subquery in projection; dependent)\n"
      "    -> Table scan on o  (cost=1 rows=9)\n";
  constexpr std::string_view kSecond = "-> Table scan on c  (cost=1 rows=9)\n";
  const std::vector<std::string> plans = split(std::string(kFirst).append(kSecond));
  ASSERT_EQ(plans.size(), 2U);
  EXPECT_NE(plans[0].find("Table scan on o"), std::string::npos);
  EXPECT_EQ(plans[1].find("Select"), std::string::npos);
}

TEST(SplitPlans, GivesTextBelowText) {
  const std::string first =
      "Sort  (cost=1.00..2.00 rows=3 width=4)\n  Sort Key: a\n  ->  Seq Scan on t  (cost=0.00..1.00 "
      "rows=3 width=4)\nPlanning Time: 0.1 ms\n";
  const std::string second = "Seq Scan on u  (cost=0.00..1.00 rows=1 width=4)\n";
  EXPECT_EQ(split(first + second), Plans({first, second}));
}

TEST(SplitPlans, BeginsNoPlanWithinALiteral) {
  const std::string forged =
      "Seq Scan on t  (cost=0.00..1.00 rows=3 width=4)\n  Filter: (a = 'x\nSeq Scan on secret  (cost=0.00..1.00 rows=3 "
      "width=4)\n'::text)\n";
  EXPECT_EQ(split(forged), Plans({forged}));
}

TEST(SplitPlans, BeginsAPlanAtEachHeadingOfPsql) {
  const std::string plan = "   QUERY PLAN   \n----------------\n Seq Scan on t\n(1 row)\n\n";
  EXPECT_EQ(split(plan + plan), Plans({plan, plan}));
}

TEST(SplitPlans, TellsTheStatementFromItsPlan) {
  Plans seen;
  EXPECT_TRUE(split_plans("Query Text: select 'a'\nSeq Scan on t  (cost=0.00..1.00 rows=3 width=4)\n",
                          [&](const BarePlan& bare) {
                            seen.emplace_back(bare.query);
                            seen.emplace_back(bare.plan);
                            return Status{};
                          }));
  EXPECT_EQ(seen, Plans({"select 'a'", "Seq Scan on t  (cost=0.00..1.00 rows=3 width=4)\n"}));
}

TEST(SplitPlans, GivesAllPlansThoughOneHasAFault) {
  int taken = 0;
  const Status status = split_plans("{\"Plan\":1} {\"Plan\":2} {\"Plan\":3}", [&](const BarePlan& bare) -> Status {
    ++taken;
    return bare.plan.ends_with("1}") ? fail(ErrorKind::Malformed, "the first") : fail(ErrorKind::Malformed, "another");
  });
  EXPECT_EQ(taken, 3);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "the first");
}

TEST(LogTime, IsThatOfUtcOnly) {
  EXPECT_EQ(format_timestamp(log_time("2026-11-25 08:00:00.123 UTC [42] LOG").value()), "2026-11-25T08:00:00.123000Z");
  EXPECT_EQ(format_timestamp(log_time("2026-11-25 08:00:00 GMT").value()), "2026-11-25T08:00:00.000000Z");
  for (const auto* text : {"2026-11-25 08:00:00.123 CET", "2026-11-25", "", "postgres: 2026-11-25 08:00:00 UTC",
                           "2026-13-25 08:00:00 UTC"}) {
    EXPECT_FALSE(log_time(text)) << text;
  }
}

}  // namespace
}  // namespace dbi::extract
