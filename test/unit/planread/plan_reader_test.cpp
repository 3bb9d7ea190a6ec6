// A plan is read whatever stands around it, and what is none is an error that says why.
// SPDX-License-Identifier: Apache-2.0
#include "planread/plan_reader.hpp"

#include <gtest/gtest.h>

#include <string>

#include "planread/describe.hpp"

namespace dbi::planread {
namespace {

std::string read(std::string_view text) {
  PlanReader reader;
  if (const Status opened = reader.open(text); !opened) return opened.error().message;
  if (const Status made = reader.read(0); !made) return made.error().message;
  return std::string(format_word(reader.format())) + "\n" + describe(reader.plan(), Measured::Show);
}

constexpr std::string_view kText =
    "Limit  (cost=0.29..0.43 rows=3 width=13)\n"
    "  ->  Index Scan Backward using a_pkey on a  (cost=0.29..480.29 rows=10000 width=13)\n";

TEST(PlanReader, TakesPsqlsFramesOff) {
  const std::string bare = read(kText);
  EXPECT_EQ(bare,
            "text\n1 root [Node Type=Limit] [Startup Cost=0.29] [Total Cost=0.43] [Plan Rows=3] [Plan Width=13]\n"
            "2 outer [Node Type=Index Scan] [Scan Direction=Backward] [Relation Name=a] [Index Name=a_pkey] [Alias=a] "
            "[Startup Cost=0.29] [Total Cost=480.29] [Plan Rows=10000] [Plan Width=13]\nstatement\n");
  EXPECT_EQ(read("               QUERY PLAN               \n"
                 "----------------------------------------\n"
                 " Limit  (cost=0.29..0.43 rows=3 width=13)\n"
                 "   ->  Index Scan Backward using a_pkey on a  (cost=0.29..480.29 rows=10000 width=13)\n"
                 "(2 rows)\n\n"),
            bare);
  EXPECT_EQ(read("+--------------+\n"
                 "|  QUERY PLAN  |\n"
                 "+--------------+\n"
                 "| Limit  (cost=0.29..0.43 rows=3 width=13) |\n"
                 "|   ->  Index Scan Backward using a_pkey on a  (cost=0.29..480.29 rows=10000 width=13) |\n"
                 "+--------------+\n"
                 "(2 Zeilen)\n"),
            bare);
  EXPECT_EQ(read("\"Limit  (cost=0.29..0.43 rows=3 width=13)\"\r\n"
                 "\"  ->  Index Scan Backward using a_pkey on a  (cost=0.29..480.29 rows=10000 width=13)\"\r\n"),
            bare);
  EXPECT_EQ(read("\xEF\xBB\xBF" + std::string(kText)), bare);
}

TEST(PlanReader, JoinsLinesThatGoOn) {
  const std::string bare = read("[{\"Plan\": {\"Node Type\": \"Result\", \"Plan Rows\": 1}}]");
  EXPECT_EQ(bare, "json\n1 root [Node Type=Result] [Plan Rows=1]\nstatement\n");
  EXPECT_EQ(read("         QUERY PLAN          \n-----------------------------\n"
                 " [                          +\n"
                 "   {\"Plan\": {              +\n"
                 "     \"Node Type\": \"Result\",+\n"
                 "     \"Plan Rows\": 1        +\n"
                 "   }}                       +\n"
                 " ]\n(1 row)\n"),
            bare);
}

TEST(PlanReader, ReadsWhatAutoExplainWrites) {
  const std::string bare = read("{\"Plan\": {\"Node Type\": \"Result\"}}").substr(5);
  EXPECT_EQ(read("{\"Query Text\": \"select 1\", \"Plan\": {\"Node Type\": \"Result\"}}"), "json\n" + bare);
  EXPECT_EQ(read("Query Text: \"select 1\"\nPlan: \n  Node Type: \"Result\"\n"), "yaml\n" + bare);
  EXPECT_EQ(read("<explain><Query-Text>select 1</Query-Text><Plan><Node-Type>Result</Node-Type></Plan></explain>"),
            "xml\n" + bare);
}

// What JIT cost a worker stands within the node, further right than the node's own lines.
TEST(PlanReader, ReadsANodeBehindTheJitOfAWorker) {
  const std::string read_plan = read(
      "Bitmap Heap Scan on public.a\n"
      "  Worker 0:  actual time=0.221..0.222 rows=2 loops=1\n"
      "    JIT:\n"
      "      Functions: 3\n"
      "  ->  Bitmap Index Scan on a_x\n"
      "        Index Cond: (a.x = 1)\n");
  EXPECT_NE(read_plan.find("[Index Cond=(a.x = 1)]"), std::string::npos) << read_plan;
  EXPECT_EQ(read_plan.find("Functions"), std::string::npos) << read_plan;
}

TEST(PlanReader, SaysWhatIsNoPlan) {
  EXPECT_EQ(read("Result\nSettings: jit = 'off'\n  ->  Seq Scan on a\n"), "line 3: a node behind the plan's end");

  EXPECT_EQ(read(""), "the plan is empty");
  EXPECT_EQ(read(" \n\n"), "the plan is empty");
  EXPECT_EQ(read("select 1"), "line 1: expected the line of a plan's node");
  EXPECT_EQ(read("{\"a\": 1}"), "no plan: none of 'Plan', 'Node Type', 'query_block' and 'query_plan' is there");
  EXPECT_EQ(read("[{\"Plan\": {\"Node Type\": \"Result\"}}] x"), "line 1: something follows the plan");
  EXPECT_EQ(read("{\"Plan\": {\"Node Type\": \"Limit\", \"Plans\": [{}]}}"), "a plan node without 'Node Type'");
  EXPECT_EQ(read("{\"Plan\": {\"Node Type\": \"Lim"), "the JSON ends within the plan");
}

TEST(PlanReader, NeitherOverflowsTheStackNorGoesBeyondItsLimits) {
  std::string deep;
  for (int i = 0; i < 50'000; ++i) deep += "{\"Node Type\":\"Limit\",\"Plans\":[";
  EXPECT_EQ(read(deep), "nested deeper than a plan is");
  std::string wide = "{\"Node Type\":\"Append\",\"Plans\":[";
  for (std::size_t i = 0; i < Plan::kMaxNodes; ++i) wide += "{\"Node Type\":\"Result\"},";
  wide.back() = ']';
  EXPECT_EQ(read(wide + "}"), "more nodes than a plan has");
}

TEST(PlanReader, RecognisesTheSystem) {
  PlanReader reader;
  const auto system = [&](std::string_view source) {
    EXPECT_TRUE(reader.open(source)) << source;
    EXPECT_TRUE(reader.read(0)) << source;
    return reader.plan().system();
  };
  EXPECT_EQ(system(R"({"Plan":{"Node Type":"Result"}})"), sql::System::PostgreSql);
  EXPECT_EQ(system(R"({"query_plan":{"operation":"Zero rows","access_type":"zero_rows"}})"), sql::System::MySql);
  EXPECT_EQ(system(R"({"query_block":{"select_id":1,"cost_info":{},"table":{"table_name":"t"}}})"), sql::System::MySql);
  EXPECT_EQ(system(R"({"query_block":{"select_id":1,"table":{"table_name":"t","rows":1}}})"), sql::System::MariaDb);
  EXPECT_EQ(system("-> Table scan on t  (cost=1 rows=2)"), sql::System::MySql);
  EXPECT_EQ(reader.format(), PlanFormat::Tree);
  EXPECT_EQ(system("->  Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)"), sql::System::PostgreSql);
}

}  // namespace
}  // namespace dbi::planread
