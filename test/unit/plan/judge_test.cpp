// A plan made to have one defect gets that finding, and a healthy one none.
// SPDX-License-Identifier: Apache-2.0
#include "plan/judge.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "planread/plan_reader.hpp"
#include "support/plan_fixtures.hpp"

namespace dbi::plan {
namespace {

class JudgeTest : public testing::Test {
 protected:
  const std::vector<Finding>& findings(std::string_view text) {
    EXPECT_TRUE(reader_.open(text));
    EXPECT_TRUE(reader_.read(0));
    accounting_.compute(reader_.plan());
    return judge_.judge(reader_.plan(), accounting_);
  }
  // "severity code subject", a line each.
  std::string told(std::string_view text) {
    std::string out;
    for (const Finding& finding : findings(text)) {
      out.append(severity_word(finding.severity)).append(" ").append(finding_row(finding.code).word);
      if (!finding.subject.empty()) out.append(" ").append(finding.subject);
      out.append("\n");
    }
    return out;
  }
  planread::PlanReader reader_;
  Accounting accounting_;
  Judge judge_;
};

TEST_F(JudgeTest, AHealthyPlanHasNoFinding) {
  EXPECT_EQ(
      told("Index Scan using a_pkey on a  (cost=0.29..8.30 rows=1 width=13) (actual time=0.01..0.02 rows=1 loops=1)\n"
           "  Index Cond: (id = 5)\n"
           "Planning Time: 0.100 ms\nExecution Time: 0.050 ms\n"),
      "");
  EXPECT_EQ(told("Seq Scan on a  (cost=0..9 rows=500000 width=4)\n  Filter: (a = 1)\n"), "");
}

struct Case {
  const char* name;
  const char* plan;
  const char* told;
};

const Case kCases[] = {
    {"sequential scan",
     "Seq Scan on orders  (cost=0..9 rows=10 width=4) (actual time=0.1..90.0 rows=10 loops=1)\n"
     "  Filter: ((o.total > 5) AND (status = 'secret'::text))\n"
     "  Rows Removed by Filter: 2000000\n",
     "critical seq_scan_discards orders (status, total)\n"},
    {"sequential scan below a limit",
     "Limit  (cost=0..9 rows=5 width=4) (actual time=0.1..90.0 rows=5 loops=1)\n"
     "  ->  Seq Scan on orders  (cost=0..9 rows=200000 width=4) (actual time=0.1..90.0 rows=200000 loops=1)\n",
     "warning large_offset\ninfo seq_scan_large orders\n"},
    {"index and filter",
     "Index Scan using i on orders  (cost=0..9 rows=10 width=4) (actual time=0.1..90.0 rows=10 loops=1)\n"
     "  Index Cond: (a = 1)\n  Filter: (lower(b) = 'x'::text)\n  Rows Removed by Filter: 20000\n",
     "warning index_scan_discards orders (b)\n"},
    {"order by with limit",
     "Limit  (cost=0..9 rows=5 width=4) (actual time=0.1..90.0 rows=5 loops=1)\n"
     "  ->  Index Scan using i on orders  (cost=0..9 rows=5 width=4) (actual time=0.1..90.0 rows=5 loops=1)\n"
     "        Filter: (status = 'x'::text)\n        Rows Removed by Filter: 20000\n",
     "warning order_by_limit orders (status)\n"},
    {"visibility map",
     "Index Only Scan using i on orders  (cost=0..9 rows=20000 width=4) (actual time=0.1..90.0 rows=20000 loops=1)\n"
     "  Heap Fetches: 5000\n",
     "warning heap_fetches orders\n"},
    {"lossy bitmap",
     "Bitmap Heap Scan on orders  (cost=0..9 rows=20000 width=4) (actual time=0.1..90.0 rows=20000 loops=1)\n"
     "  Recheck Cond: (a > 1)\n  Rows Removed by Index Recheck: 30000\n  Heap Blocks: exact=10 lossy=500\n",
     "critical bitmap_lossy orders\n"},
    {"nested loop",
     "Nested Loop  (cost=0..9 rows=2000 width=4) (actual time=0.1..100.0 rows=2000 loops=1)\n"
     "  ->  Index Scan using i on a  (cost=0..9 rows=1 width=4) (actual time=0.1..1.0 rows=2000 loops=1)\n"
     "        Index Cond: (x = 1)\n"
     "  ->  Seq Scan on b  (cost=0..9 rows=1 width=4) (actual time=0.01..0.04 rows=1 loops=2000)\n",
     "critical nested_loop_many b\ncritical row_misestimate a\n"},
    {"join filter",
     "Nested Loop  (cost=0..9 rows=2000 width=4) (actual time=0.1..100.0 rows=2000 loops=1)\n"
     "  Join Filter: (a.x < b.y)\n  Rows Removed by Join Filter: 400000\n"
     "  ->  Seq Scan on a  (cost=0..9 rows=200 width=4) (actual time=0.1..1.0 rows=200 loops=1)\n"
     "  ->  Seq Scan on b  (cost=0..9 rows=2010 width=4) (actual time=0.01..0.04 rows=2010 loops=200)\n",
     "warning join_filter_discards  (x, y)\n"},
    {"subplan",
     "Seq Scan on a  (cost=0..9 rows=2000 width=4) (actual time=0.1..100.0 rows=2000 loops=1)\n"
     "  SubPlan 1\n"
     "    ->  Index Scan using i on b  (cost=0..9 rows=1 width=4) (actual time=0.01..0.02 rows=1 loops=2000)\n",
     "warning subplan_repeated SubPlan 1\n"},
    {"sort",
     "Sort  (cost=0..9 rows=2000 width=4) (actual time=0.1..100.0 rows=2000 loops=1)\n"
     "  Sort Key: a\n  Sort Method: external merge  Disk: 2048kB\n",
     "warning sort_on_disk\n"},
    {"sort of a worker",
     "Sort  (cost=0..9 rows=2000 width=4) (actual time=0.1..100.0 rows=2000 loops=3)\n"
     "  Sort Key: a\n  Sort Method: quicksort  Memory: 25kB\n  Worker 0:  Sort Method: external merge  Disk: 100kB\n",
     "info sort_on_disk\n"},
    {"hash",
     "Hash  (cost=0..9 rows=2000 width=4) (actual time=0.1..100.0 rows=2000 loops=1)\n"
     "  Buckets: 1024 (originally 1024)  Batches: 4 (originally 2)  Memory Usage: 40kB\n",
     "warning hash_batches\n"},
    {"hash as planned",
     "Hash  (cost=0..9 rows=2000 width=4) (actual time=0.1..100.0 rows=2000 loops=1)\n"
     "  Buckets: 1024  Batches: 4  Memory Usage: 40kB\n",
     ""},
    {"hash aggregate",
     "HashAggregate  (cost=0..9 rows=2000 width=4) (actual time=0.1..100.0 rows=2000 loops=1)\n"
     "  Group Key: a\n  Batches: 5  Memory Usage: 4145kB  Disk Usage: 20232kB\n",
     "warning hash_aggregate_spills\n"},
    {"temporary files",
     "CTE Scan on x  (cost=0..9 rows=2000 width=4) (actual time=0.1..100.0 rows=2000 loops=1)\n"
     "  Buffers: shared hit=1, temp read=100 written=100\n",
     "warning temp_io\n"},
    {"workers",
     "Gather  (cost=0..9 rows=2000 width=4) (actual time=0.1..100.0 rows=2000 loops=1)\n"
     "  Workers Planned: 2\n  Workers Launched: 0\n",
     "warning workers_not_launched\n"},
    {"JIT, planning and triggers",
     "Insert on t  (cost=0..9 rows=0 width=0) (actual time=60.0..60.0 rows=0 loops=1)\n"
     "Planning Time: 200.000 ms\nJIT:\n  Functions: 4\n  Timing: Generation 1.0 ms, Total 55.0 ms\n"
     "Trigger for constraint t_x_fkey: time=30.000 calls=10\nExecution Time: 100.000 ms\n",
     "warning jit_dominates\nwarning trigger_dominates t_x_fkey\ninfo planning_dominates\n"},
    {"statistics", "Seq Scan on t  (cost=0..9 rows=10 width=4) (actual time=0.1..60.0 rows=50000 loops=1)\n",
     "critical stale_statistics t\n"},
    {"the cause, not what follows from it",
     "Sort  (cost=0..9 rows=10 width=4) (actual time=0.1..60.0 rows=50000 loops=1)\n"
     "  ->  Seq Scan on t  (cost=0..9 rows=10 width=4) (actual time=0.1..60.0 rows=50000 loops=1)\n"
     "        Filter: (a > 1)\n",
     "critical row_misestimate t\n"},
    {"what a limit stopped is no misestimate",
     "Limit  (cost=0..9 rows=5 width=4) (actual time=0.1..1.0 rows=5 loops=1)\n"
     "  ->  Seq Scan on t  (cost=0..9 rows=50000 width=4) (actual time=0.1..1.0 rows=5 loops=1)\n",
     ""},
};

TEST_F(JudgeTest, EachDefectHasItsFinding) {
  for (const Case& at : kCases) EXPECT_EQ(told(at.plan), at.told) << at.name;
}

TEST_F(JudgeTest, CodesAreDistinctWords) {
  std::set<std::string_view> words;
  for (const FindingRow& row : finding_codes()) {
    EXPECT_TRUE(words.insert(row.word).second) << row.word;
    EXPECT_TRUE(row.meaning.ends_with('.')) << row.word;
    EXPECT_FALSE(row.postgresql_advice.empty() && row.mysql_advice.empty()) << row.word;
    for (const std::string_view advice : {row.postgresql_advice, row.mysql_advice}) {
      EXPECT_TRUE(advice.empty() || advice.ends_with('.')) << row.word;
    }
  }
  EXPECT_GE(words.size(), 20U);
}

TEST_F(JudgeTest, NoLiteralComesOut) {
  for (const auto& file : planread::postgresql_fixtures(DBI_PLANS)) {
    for (const planread::Fixture& fixture : planread::read_fixtures(file)) {
      const std::string out = told(fixture.plan);
      EXPECT_EQ(out.find("canary"), std::string::npos) << out;
    }
  }
}

}  // namespace
}  // namespace dbi::plan
