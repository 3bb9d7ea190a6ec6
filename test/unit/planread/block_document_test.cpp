// Plans of MySQL in version 1 of its JSON, and MariaDB's.
// SPDX-License-Identifier: Apache-2.0
#include "planread/block_document.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "planread/describe.hpp"
#include "support/plan_fixtures.hpp"

namespace dbi::planread {
namespace {

/// What is expected of each node: a list of the file of expectations, null as NaN.
struct Nodes {
  std::string types;
  std::vector<double> depths, rows, loops, ms;
  double root_cost = 0;
  bool ill_formed = false;
};

std::vector<double> numbers_of(const Document& document, std::string_view name) {
  std::vector<double> numbers;
  const std::uint32_t list = document.find(0, name);
  if (list == document.at(0).end) return numbers;
  for (std::uint32_t place = Document::first(list); place < document.at(list).end; ++place)
    numbers.push_back(document.at(place).kind == ItemKind::Null ? NAN : number_of(document.at(place).text));
  return numbers;
}

std::map<std::string, Nodes> read_expected(const std::filesystem::path& file) {
  std::map<std::string, Nodes> expected;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    Document document;
    EXPECT_TRUE(read_json(line, document));
    const auto text = [&](std::string_view name) { return std::string(document.at(document.find(0, name)).text); };
    if (text("format") == "json_v2") continue;
    Nodes nodes;
    nodes.ill_formed = document.find(0, "ill_formed") != document.at(0).end;
    if (document.find(0, "root_cost") != document.at(0).end) nodes.root_cost = number_of(text("root_cost"));
    const std::uint32_t types = document.find(0, "node_types");
    for (std::uint32_t place = types + 1; !nodes.ill_formed && place < document.at(types).end; ++place)
      nodes.types.append(document.at(place).text).append("\n");
    nodes.depths = numbers_of(document, "node_depths");
    nodes.rows = numbers_of(document, "node_rows");
    nodes.loops = numbers_of(document, "node_loops");
    nodes.ms = numbers_of(document, "node_ms");
    expected[text("name") + " " + text("options")] = nodes;
  }
  return expected;
}

Nodes nodes_of(const Plan& plan) {
  Nodes nodes;
  nodes.root_cost = plan.number(plan.nodes().front(), PlanKey::TotalCost).value_or(0);
  for (const Node& node : plan.nodes()) {
    nodes.types.append(plan.text(node, PlanKey::NodeType)).append("\n");
    nodes.depths.push_back(node.depth);
    nodes.rows.push_back(plan.number(node, PlanKey::PlanRows).value_or(NAN));
    nodes.loops.push_back(plan.number(node, PlanKey::ActualLoops).value_or(NAN));
    nodes.ms.push_back(plan.number(node, PlanKey::ActualTotalTime).value_or(NAN));
  }
  return nodes;
}

void expect_same(const std::vector<double>& numbers, const std::vector<double>& expected, std::string_view what) {
  ASSERT_EQ(numbers.size(), expected.size()) << what;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(std::isnan(numbers[i]), std::isnan(expected[i])) << what << " of node " << i;
    const double same = std::isnan(expected[i]) ? numbers[i] : expected[i];
    EXPECT_TRUE(std::isnan(same) || std::abs(numbers[i] - same) < 1e-9) << what << " of node " << i;
  }
}

void compare_file(const std::string& name, std::string_view format, sql::System system) {
  const std::filesystem::path folder(DBI_PLANS);
  const auto expected = read_expected(folder / (name + ".expected.ndjson"));
  std::size_t compared = 0;
  for (const Fixture& fixture : read_fixtures(folder / (name + ".ndjson"))) {
    if (fixture.format != format) continue;
    SCOPED_TRACE(name + " " + fixture.key() + "\n" + fixture.plan);
    const auto known = expected.find(fixture.key());
    ASSERT_NE(known, expected.end());
    Document document;
    Plan plan;
    const auto read = read_json(fixture.plan, document);
    ASSERT_EQ(read.has_value(), !known->second.ill_formed);
    if (!read) continue;
    const auto root = find_block_plan(document);
    ASSERT_TRUE(root);
    const Status made = read_blocks(document, *root, fixture.plan.size(), plan);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(plan.system(), system);
    EXPECT_TRUE(plan.unknown_keys().empty()) << plan.unknown_keys().front();
    const Nodes nodes = nodes_of(plan);
    EXPECT_EQ(nodes.types, known->second.types);
    EXPECT_EQ(nodes.root_cost, known->second.root_cost);
    expect_same(nodes.depths, known->second.depths, "depth");
    expect_same(nodes.rows, known->second.rows, "rows");
    expect_same(nodes.loops, known->second.loops, "loops");
    expect_same(nodes.ms, known->second.ms, "time");
    ++compared;
  }
  EXPECT_GT(compared, 100U);
}

TEST(BlockDocument, IsWhatAnIndependentComputationFound) {
  compare_file("mysql-9.7", "json_v1", sql::System::MySql);
  for (const std::string version : {"10.5", "10.11", "11.8"})
    compare_file("mariadb-" + version, "json", sql::System::MariaDb);
}

std::string read(std::string_view source) {
  Document document;
  Plan plan;
  const auto json = read_json(source, document);
  if (!json) return json.error().message;
  const auto root = find_block_plan(document);
  if (!root) return "no block";
  const Status made = read_blocks(document, *root, source.size(), plan);
  return made ? describe(plan, Measured::Show) : made.error().message;
}

TEST(BlockDocument, ReadsMembersOfOneNameAsAJoin) {
  constexpr std::string_view kTables[] = {
      R"j({"table_name":"c","access_type":"range","key":"by_c","used_key_parts":["a","b"],"rows":9,"filtered":50,"attached_condition":"c.a < 5"})j",
      R"j({"table":{"table_name":"o","access_type":"ALL","rows":7},"buffer_type":"flat","join_type":"BNL","attached_condition":"o.x = c.x"})j"};
  const std::string old = std::string(R"j({"query_block":{"select_id":1,"table":)j") + std::string(kTables[0]) +
                          R"j(,"block-nl-join":)j" + std::string(kTables[1]) + "}}";
  const std::string later = std::string(R"j({"query_block":{"select_id":1,"nested_loop":[{"table":)j") +
                            std::string(kTables[0]) + R"j(},{"block-nl-join":)j" + std::string(kTables[1]) + "}]}}";
  EXPECT_EQ(read(old),
            "1 root [Node Type=Nested Loop] [Join Filter=o.x = c.x] [using_join_buffer=BNL]\n"
            "2 outer [Node Type=Index Range Scan] [Relation Name=c] [Index Name=by_c] [Filter=c.a < 5] [Plan Rows=9] "
            "[access_type=range] [used_key_parts=a, b] [filtered=50]\n"
            "2 inner [Node Type=Table Scan] [Relation Name=o] [Plan Rows=7] [access_type=ALL]\n"
            "statement\n");
  EXPECT_EQ(read(old), read(later));
}

TEST(BlockDocument, JoinsThreeTablesFromTheLeft) {
  {
    constexpr std::string_view kSource = R"j({"query_block":{"cost_info":{"query_cost":"9.50"},"nested_loop":[
{"table":{"table_name":"a","access_type":"ALL","cost_info":{"read_cost":"1.25","eval_cost":"0.50","prefix_cost":"1.75"}}},
{"table":{"table_name":"b","access_type":"ALL","using_join_buffer":"hash join","rows_produced_per_join":4,"cost_info":{"prefix_cost":"3.00"}}},
{"table":{"table_name":"c","access_type":"eq_ref","first_match":"b","rows_produced_per_join":2,"cost_info":{"prefix_cost":"9.50"}}}]}})j";
    EXPECT_EQ(read(kSource),
              "1 root [Node Type=Nested Loop] [Join Type=Semi] [Total Cost=9.5] [Plan Rows=2]\n"
              "2 outer [Node Type=Hash Join] [Total Cost=3] [Plan Rows=4] [using_join_buffer=hash join]\n"
              "3 outer [Node Type=Table Scan] [Relation Name=a] [Total Cost=1.75] [access_type=ALL]\n"
              "3 inner [Node Type=Table Scan] [Relation Name=b] [access_type=ALL]\n"
              "2 inner [Node Type=Single-row Index Lookup] [Relation Name=c] [access_type=eq_ref]\n"
              "statement\n");
  }
}

TEST(BlockDocument, GivesABlocksTopmostNodeItsTimeAndTheOthersAMean) {
  EXPECT_EQ(
      read(R"j({"query_optimization":{"r_total_time_ms":0.5},"query_block":{"r_loops":2,"r_total_time_ms":9,
"having_condition":"n > 1","filesort":{"sort_key":"t.a, t.b desc","r_loops":2,"r_total_time_ms":1,"r_sort_passes":3,"r_used_priority_queue":true,
"r_output_rows":4,"temporary_table":{"table":{"table_name":"t","access_type":"ALL","r_loops":4,"rows":9,"r_rows":2.5,
"r_table_time_ms":6,"r_other_time_ms":2,"filtered":100,"r_filtered":40}}},
"subqueries":[{"subquery_cache":{"r_loops":9,"query_block":{"select_id":3,"table":{"table_name":"u","access_type":"const",
"r_loops":0,"rows":1,"r_rows":null,"r_filtered":null}}}}]}})j"),
      "1 root [Node Type=Filter] [Filter=n > 1] [Actual Total Time=4.5] [Actual Loops=2]\n"
      "2 outer [Node Type=Sort] [Sort Key=t.a, t.b desc] [Actual Total Time=0.5] [Actual Rows=4] [Actual Loops=2] "
      "[using_filesort=1] [r_sort_passes=3]\n"
      "3 outer [Node Type=Temporary Table]\n"
      "4 outer [Node Type=Table Scan] [Relation Name=t] [Plan Rows=9] [Actual Total Time=2] [Actual Rows=2.5] "
      "[Actual Loops=4] [access_type=ALL] [filtered=100] [r_filtered=40]\n"
      "2 subplan Select #3 [Node Type=Subquery Cache] [Actual Loops=9]\n"
      "3 outer [Node Type=Rows Fetched Before Execution] [Relation Name=u] [Plan Rows=1] [Actual Loops=0] "
      "[access_type=const]\n"
      "statement [Planning Time=0.5]\n");
}

TEST(BlockDocument, HasANodeForEachIndexOfAMerge) {
  constexpr std::string_view kNodes =
      "1 root [Node Type=Index Merge] [Strategy=union] [Relation Name=t] [access_type=index_merge]\n"
      "2 member [Node Type=Index Range Scan] [Relation Name=t] [Index Name=a]\n"
      "2 member [Node Type=Index Merge] [Strategy=intersect]\n"
      "3 member [Node Type=Index Range Scan] [Relation Name=t] [Index Name=b]\n"
      "3 member [Node Type=Index Range Scan] [Relation Name=t] [Index Name=c]\n"
      "2 member [Node Type=Index Range Scan] [Relation Name=t] [Index Name=d]\n"
      "statement\n";
  {
    constexpr std::string_view kSource =
        R"j({"query_block":{"table":{"table_name":"t","access_type":"index_merge","key":"union(a,intersect(b,c),d)"
}
}
})j";
    EXPECT_EQ(read(kSource), kNodes);
  }
  {
    constexpr std::string_view kSource =
        R"j({"query_block":{"table":{"table_name":"t","access_type":"index_merge","index_merge":{"union":[
{"range":{"key":"a"}},{"intersect":[{"range":{"key":"b"}},{"range":{"key":"c"}}]},{"range":{"key":"d"}}]}}}})j";
    EXPECT_EQ(read(kSource), kNodes);
  }
  {
    constexpr std::string_view kSource =
        R"j({"query_block":{"table":{"table_name":"t","access_type":"index_merge","index_merge":{"union":{
"range":{"key":"a"},"intersect":{"range":{"key":"b"},"range":{"key":"c"}},"range":{"key":"d"}}}}}})j";
    EXPECT_EQ(read(kSource), kNodes);
  }
}

TEST(BlockDocument, PutsWhatIsInsertedBelowItsTable) {
  {
    constexpr std::string_view kSource =
        R"j({"query_block":{"table":{"insert":true,"table_name":"s","access_type":"ALL"},
"insert_from":{"table":{"table_name":"t","access_type":"index","using_index":true}}}})j";
    EXPECT_EQ(read(kSource),
              "1 root [Node Type=Insert] [Operation=Insert] [Relation Name=s] [access_type=ALL]\n"
              "2 outer [Node Type=Index Scan] [Relation Name=t] [access_type=index] [covering=1]\n"
              "statement\n");
  }
}

TEST(BlockDocument, NotesWhatIsNotKnown) {
  EXPECT_EQ(read(R"j({"query_block":{"table":{"table_name":"t","access_type":"ALL","from_the_future":1}}})j"),
            "1 root [Node Type=Table Scan] [Relation Name=t] [access_type=ALL]\nstatement\nunknown from_the_future\n");
}

TEST(BlockDocument, KnowsWhatRemovesDuplicatesInMariaDb) {
  EXPECT_EQ(read(R"j({"query_block":{"duplicate_removal":{"temporary_table":{"table":{"table_name":"t","access_type":
"ALL","rows":9}}}}})j"),
            "1 root [Node Type=Remove Duplicates]\n2 outer [Node Type=Temporary Table]\n"
            "3 outer [Node Type=Table Scan] [Relation Name=t] [Plan Rows=9] [access_type=ALL]\nstatement\n");
}

TEST(BlockDocument, RefusesABlockWithNothingInside) {
  EXPECT_EQ(read(R"j({"query_block":{"select_id":1}})j"), "nothing is inside 'query_block'");
  EXPECT_EQ(read(R"j({"query_block":{"ordering_operation":{"using_filesort":false}}})j"),
            "nothing is inside 'ordering_operation'");
  EXPECT_EQ(read(R"j({"query_block":[]})j"), "no block");
}

TEST(BlockDocument, TellsWhoseAPlanIs) {
  const auto system_of = [](std::string_view source) {
    Document document;
    EXPECT_TRUE(read_json(source, document));
    return system_of_blocks(document);
  };
  EXPECT_EQ(system_of(R"j({"query_block":{"select_id":1,"message":"Impossible WHERE"}})j"), sql::System::MySql);
  EXPECT_EQ(system_of(R"j({"query_block":{"select_id":1,"table":{"message":"Impossible WHERE"}}})j"),
            sql::System::MariaDb);
  EXPECT_EQ(system_of(R"j({"query_block":{"table":{"insert":true,"table_name":"t","access_type":"ALL"}}})j"),
            sql::System::MySql);
  EXPECT_EQ(system_of(R"j({"query_block":{"table":{"table_name":"t"}}})j"), sql::System::MariaDb);
}

}  // namespace
}  // namespace dbi::planread
