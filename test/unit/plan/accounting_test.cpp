// What nodes did themselves adds up to what the plan took, under loops, workers, CTEs and InitPlans.
// SPDX-License-Identifier: Apache-2.0
#include "plan/accounting.hpp"

#include <gtest/gtest.h>

#include <string>

#include "planread/plan_reader.hpp"
#include "support/plan_fixtures.hpp"

namespace dbi::plan {
namespace {

class AccountingTest : public testing::Test {
 protected:
  const Accounting& of(std::string_view text) {
    EXPECT_TRUE(reader_.open(text));
    EXPECT_TRUE(reader_.read(0));
    accounting_.compute(reader_.plan());
    return accounting_;
  }
  planread::PlanReader reader_;
  Accounting accounting_;
};

TEST_F(AccountingTest, TakesLoopsIntoAccount) {
  const auto& figures =
      of("Nested Loop  (cost=0..9 rows=1 width=4) (actual time=0.1..10.0 rows=20 loops=1)\n"
         "  ->  Seq Scan on a  (cost=0..9 rows=1 width=4) (actual time=0.1..2.0 rows=10 loops=1)\n"
         "  ->  Index Scan using b_i on b  (cost=0..9 rows=1 width=4) (actual time=0.1..0.5 rows=2 loops=10)\n");
  EXPECT_DOUBLE_EQ(*figures.nodes()[2].elapsed_ms, 5);
  EXPECT_DOUBLE_EQ(*figures.nodes()[2].rows, 20);
  EXPECT_DOUBLE_EQ(*figures.nodes()[0].self_ms, 3);
  EXPECT_DOUBLE_EQ(figures.clamped_ms(), 0);
}

TEST_F(AccountingTest, TellsHowFarAnEstimateIsOffByRowsALoop) {
  of("Nested Loop  (cost=0..9 rows=1 width=4) (actual time=0.1..10.0 rows=20 loops=1)\n"
     "  ->  Seq Scan on a  (cost=0..9 rows=50 width=4) (actual time=0.1..2.0 rows=0 loops=10)\n"
     "  ->  Seq Scan on b  (cost=0..9 rows=50 width=4) (never executed)\n");
  EXPECT_EQ(misestimate(reader_.plan(), 0), 20);
  EXPECT_EQ(misestimate(reader_.plan(), 1), 50);
  EXPECT_FALSE(misestimate(reader_.plan(), 2));
  // COSTS OFF
  of("Seq Scan on a (actual time=0.1..2.0 rows=5000 loops=1)\n");
  EXPECT_FALSE(misestimate(reader_.plan(), 0));
}

TEST_F(AccountingTest, TheSortsOfAllProcessesWriteToDisk) {
  of("Sort  (cost=0..9 rows=1 width=4) (actual time=0.1..10.0 rows=20 loops=2)\n"
     "  Sort Key: a\n"
     "  Sort Method: external merge  Disk: 100kB\n"
     "  Worker 0:  Sort Method: external merge  Disk: 20kB\n"
     "  Worker 1:  Sort Method: quicksort  Memory: 7kB\n"
     "  ->  Seq Scan on a  (cost=0..9 rows=1 width=4) (actual time=0.1..2.0 rows=10 loops=2)\n");
  EXPECT_EQ(sort_disk_kb(reader_.plan(), 0), 120);
  EXPECT_EQ(sort_disk_kb(reader_.plan(), 1), 0);
}

TEST_F(AccountingTest, ProcessesBelowAGatherWorkAtOnce) {
  const auto& figures =
      of("Gather  (cost=0..9 rows=1 width=4) (actual time=0.1..12.0 rows=30 loops=1)\n"
         "  Workers Planned: 2\n"
         "  Workers Launched: 2\n"
         "  ->  Parallel Seq Scan on a  (cost=0..9 rows=1 width=4) (actual time=0.1..10.0 rows=10 loops=3)\n");
  EXPECT_DOUBLE_EQ(*figures.nodes()[1].elapsed_ms, 10);
  EXPECT_DOUBLE_EQ(*figures.nodes()[1].rows, 30);
  EXPECT_TRUE(figures.nodes()[1].approximate);
  EXPECT_DOUBLE_EQ(*figures.nodes()[0].self_ms, 2);
}

TEST_F(AccountingTest, AnInitPlanIsChargedToWhoAsksFirst) {
  for (const auto* label : {"InitPlan 1 (returns $0)", "InitPlan 1"}) {
    const std::string filter = std::string(label) == "InitPlan 1" ? "(n > (InitPlan 1).col1)" : "(n > $0)";
    const auto& figures =
        of("Limit  (cost=0..9 rows=1 width=4) (actual time=0.1..10.0 rows=20 loops=1)\n  " + std::string(label) +
           "\n"
           "    ->  Aggregate  (cost=0..9 rows=1 width=4) (actual time=0.1..6.0 rows=1 loops=1)\n"
           "  ->  Seq Scan on a  (cost=0..9 rows=1 width=4) (actual time=0.1..9.0 rows=10 loops=1)\n"
           "        Filter: " +
           filter + "\n");
    EXPECT_DOUBLE_EQ(*figures.nodes()[0].self_ms, 1) << label;
    EXPECT_DOUBLE_EQ(*figures.nodes()[2].self_ms, 3) << label;
  }
}

TEST_F(AccountingTest, ACteIsSharedOutAmongItsScans) {
  const auto& figures =
      of("Hash Join  (cost=0..9 rows=1 width=4) (actual time=0.1..20.0 rows=20 loops=1)\n"
         "  CTE x\n"
         "    ->  Seq Scan on a  (cost=0..9 rows=1 width=4) (actual time=0.1..8.0 rows=1 loops=1)\n"
         "  ->  CTE Scan on x  (cost=0..9 rows=1 width=4) (actual time=0.1..9.0 rows=10 loops=1)\n"
         "  ->  CTE Scan on x x_1  (cost=0..9 rows=1 width=4) (actual time=0.1..3.0 rows=10 loops=1)\n");
  EXPECT_DOUBLE_EQ(*figures.nodes()[2].self_ms, 3);
  EXPECT_DOUBLE_EQ(*figures.nodes()[3].self_ms, 1);
  EXPECT_DOUBLE_EQ(*figures.nodes()[0].self_ms, 8);
}

TEST_F(AccountingTest, BlocksAreOnesOwnToo) {
  const auto& figures =
      of("Sort  (cost=0..9 rows=1 width=4) (actual time=0.1..9.0 rows=10 loops=1)\n"
         "  Buffers: shared hit=100 read=7, temp read=5 written=6\n"
         "  ->  Seq Scan on a  (cost=0..9 rows=1 width=4) (actual time=0.1..3.0 rows=10 loops=1)\n"
         "        Buffers: shared hit=98 read=7\n");
  EXPECT_DOUBLE_EQ(figures.nodes()[0].self_blocks.shared_hit, 2);
  EXPECT_DOUBLE_EQ(figures.nodes()[0].self_blocks.shared_read, 0);
  EXPECT_DOUBLE_EQ(figures.nodes()[0].self_blocks.temp_written, 6);
  EXPECT_DOUBLE_EQ(figures.nodes()[1].self_blocks.shared_hit, 98);
}

// Only the block has a time with all below in it; the join and the temporary table have none, the sort its own.
TEST_F(AccountingTest, ABlockOfMariaDbIsChargedWithWhatItsTablesTook) {
  const auto& figures = of(
      R"({"query_block":{"r_loops":1,"r_total_time_ms":10,"temporary_table":{"filesort":{"sort_key":"a.x","r_loops":1,)"
      R"("r_total_time_ms":1,"temporary_table":{"nested_loop":[{"table":{"table_name":"a","access_type":"ALL",)"
      R"("r_loops":1,"rows":3,"r_rows":3,"r_table_time_ms":2,"r_other_time_ms":1}},{"table":{"table_name":"b",)"
      R"("access_type":"ALL","r_loops":3,"rows":3,"r_rows":3,"r_table_time_ms":4,"r_other_time_ms":0.5}}]}}}}})");
  ASSERT_EQ(figures.nodes().size(), 6U);
  EXPECT_DOUBLE_EQ(*figures.nodes()[0].self_ms, 10 - 1 - 3 - 4.5);
  EXPECT_DOUBLE_EQ(*figures.nodes()[1].self_ms, 1);
  EXPECT_DOUBLE_EQ(*figures.nodes()[5].self_ms, 4.5);
  EXPECT_DOUBLE_EQ(figures.clamped_ms(), 0);
  EXPECT_FALSE(misestimate(reader_.plan(), 1));
}

TEST_F(AccountingTest, WithoutAnalyzeThereIsNothing) {
  const auto& figures = of("Seq Scan on a  (cost=0..9 rows=1 width=4)\n");
  EXPECT_FALSE(figures.nodes()[0].rows);
  EXPECT_FALSE(figures.nodes()[0].elapsed_ms);
  EXPECT_FALSE(figures.nodes()[0].self_ms);
}

// EXPLAIN prints three digits of a loop's mean.
TEST_F(AccountingTest, AddsUpOnRealPlans) {
  std::size_t timed = 0;
  for (const auto& file : planread::postgresql_fixtures(DBI_PLANS)) {
    for (const planread::Fixture& fixture : planread::read_fixtures(file)) {
      const auto& figures = of(fixture.plan);
      const auto total = figures.nodes()[0].elapsed_ms;
      if (!total) continue;
      double sum = 0;
      double rounding = 0.002;  // of times that are printed by the loop
      bool parallel = false;
      for (const planread::Node& node : reader_.plan().nodes()) {
        rounding += 0.0011 * reader_.plan().number(node, planread::PlanKey::ActualLoops).value_or(0);
      }
      for (const NodeFigures& node : figures.nodes()) {
        sum += node.self_ms.value_or(0);
        parallel = parallel || node.approximate;
      }
      if (parallel) continue;
      ++timed;
      EXPECT_LE(sum, *total * 1.01 + rounding + figures.clamped_ms()) << fixture.key() << "\n" << fixture.plan;
      EXPECT_GE(sum, *total * 0.99 - rounding) << fixture.key() << "\n" << fixture.plan;
      EXPECT_LE(figures.clamped_ms(), *total * 0.01 + rounding) << fixture.key() << "\n" << fixture.plan;
    }
  }
  EXPECT_GT(timed, 300U);
}

}  // namespace
}  // namespace dbi::plan
