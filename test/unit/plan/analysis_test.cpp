// SPDX-License-Identifier: Apache-2.0
#include "plan/analysis.hpp"

#include <gtest/gtest.h>

#include "planread/plan_reader.hpp"

namespace dbi::plan {
namespace {

TEST(Analysis, SaysOfEachPlanWhatItsPartsSay) {
  planread::PlanReader reader;
  Analysis analysis;
  ASSERT_TRUE(
      reader.open("Seq Scan on t  (cost=0.00..9.00 rows=10 width=4) (actual time=0.1..5.0 rows=200000 loops=1)"));
  ASSERT_TRUE(reader.read(0));
  analysis.compute(reader.plan());
  const std::string first = analysis.fingerprint().plan_hash();
  ASSERT_FALSE(analysis.findings().empty());
  EXPECT_EQ(finding_row(analysis.findings().front().code).word, "stale_statistics");
  EXPECT_EQ(analysis.accounting().nodes().front().self_ms, 5.0);

  ASSERT_TRUE(reader.open("Seq Scan on u  (cost=0.00..9.00 rows=10 width=4)"));
  ASSERT_TRUE(reader.read(0));
  analysis.compute(reader.plan());
  EXPECT_NE(analysis.fingerprint().plan_hash(), first);
  EXPECT_TRUE(analysis.findings().empty());
  EXPECT_EQ(&analysis.plan(), &reader.plan());
}

}  // namespace
}  // namespace dbi::plan
