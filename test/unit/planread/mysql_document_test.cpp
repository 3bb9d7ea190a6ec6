// Plans of MySQL in version 2 of its JSON.
// SPDX-License-Identifier: Apache-2.0
#include "planread/mysql_document.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "planread/describe.hpp"
#include "support/plan_fixtures.hpp"

namespace dbi::planread {
namespace {

/// What a line of expectations says, as the text of its members.
std::map<std::string, std::map<std::string, double>> read_expected() {
  std::map<std::string, std::map<std::string, double>> expected;
  std::ifstream stream(std::filesystem::path(DBI_PLANS) / "mysql-9.7.expected.ndjson");
  record::Reader reader;
  record::Record record;
  for (std::string line; std::getline(stream, line);) {
    const std::size_t size = line.size();
    line.append(record::kPadding, '\0');
    EXPECT_TRUE(reader.parse(std::string_view(line).substr(0, size), record));
    if (record::text_of(record, "format") != "json_v2") continue;
    auto& facts = expected[record::text_of(record, "name") + " " + record::text_of(record, "options")];
    for (const std::string_view name :
         {"nodes", "depth", "root_cost", "root_rows", "root_actual_rows", "root_loops", "root_ms"}) {
      facts[std::string(name)] = record.number(name).value_or(0);
    }
  }
  return expected;
}

std::map<std::string, double> facts_of(const Plan& plan) {
  const Node& root = plan.nodes().front();
  const auto number = [&](PlanKey key) { return plan.number(root, key).value_or(0); };
  double depth = 0;
  for (const Node& node : plan.nodes()) depth = std::max(depth, static_cast<double>(node.depth));
  return {{"nodes", static_cast<double>(plan.nodes().size())}, {"depth", depth},
          {"root_cost", number(PlanKey::TotalCost)},           {"root_rows", number(PlanKey::PlanRows)},
          {"root_actual_rows", number(PlanKey::ActualRows)},   {"root_loops", number(PlanKey::ActualLoops)},
          {"root_ms", number(PlanKey::ActualTotalTime)}};
}

TEST(MysqlDocument, IsWhatAnIndependentComputationFound) {
  const auto expected = read_expected();
  std::size_t compared = 0;
  for (const Fixture& fixture : read_fixtures(std::filesystem::path(DBI_PLANS) / "mysql-9.7.ndjson")) {
    if (fixture.format == "tree") continue;
    Document document;
    Plan plan;
    ASSERT_TRUE(read_json(fixture.plan, document)) << fixture.key();
    const auto root = find_mysql_plan(document);
    ASSERT_EQ(root.has_value(), fixture.format == "json_v2") << fixture.key();
    if (!root) continue;
    const Status read = read_mysql(document, *root, fixture.plan.size(), plan);
    ASSERT_TRUE(read) << fixture.key() << ": " << read.error().message;
    const auto known = expected.find(fixture.key());
    ASSERT_NE(known, expected.end()) << fixture.key();
    EXPECT_EQ(facts_of(plan), known->second) << fixture.key() << "\n" << fixture.plan;
    for (const Node& node : plan.nodes())
      EXPECT_EQ(plan.text(node, PlanKey::NodeType).find("canary"), std::string_view::npos) << fixture.plan;
    ++compared;
  }
  EXPECT_GT(compared, 100U);
}

TEST(MysqlDocument, NamesWhatNodesDo) {
  constexpr std::string_view kSource =
      R"plan({"query":"x","query_plan":{"operation":"Left hash join (a.x = b.y)","access_type":"join","join_type":"left join",
"join_algorithm":"hash","hash_condition":["(a.x = b.y)"],"actual_loops":1,"actual_rows":3.0,"inputs":[
{"operation":"t","access_type":"table","table_name":"a","estimated_rows":5.0},
{"operation":"i","access_type":"index","index_access_type":"index_range_scan","table_name":"b","index_name":"by_y",
"heading":"Hash","actual_loops":null,"actual_rows":null}],
"inputs_from_select_list":[{"operation":"z","access_type":"zero_rows","heading":"Select #2 (subquery)"}]
}
})plan";
  Document document;
  Plan plan;
  ASSERT_TRUE(read_json(kSource, document));
  ASSERT_TRUE(find_mysql_plan(document));
  ASSERT_TRUE(read_mysql(document, *find_mysql_plan(document), kSource.size(), plan));
  EXPECT_EQ(describe(plan, Measured::Show),
            "1 root [Node Type=Hash Join] [Join Type=Left] [Hash Cond=(a.x = b.y)] [Actual Rows=3] [Actual Loops=1] "
            "[operation=Left hash join (a.x = b.y)]\n"
            "2 outer [Node Type=Table Scan] [Relation Name=a] [Plan Rows=5] [operation=t]\n"
            "2 inner [Node Type=Index Range Scan] [Relation Name=b] [Index Name=by_y] [Actual Loops=0] [operation=i]\n"
            "2 subplan Select #2 (subquery) [Node Type=Zero Rows] [operation=z]\n"
            "statement\n");
}

TEST(MysqlDocument, RefusesANodeThatSaysNotWhatItDoes) {
  constexpr std::string_view kSource =
      R"({"operation":"Limit","access_type":"limit","inputs":[{"access_type":"table"}]})";
  Document document;
  Plan plan;
  ASSERT_TRUE(read_json(kSource, document));
  ASSERT_TRUE(find_mysql_plan(document));
  const Status read = read_mysql(document, 0, kSource.size(), plan);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::Malformed);
}

TEST(MysqlDocument, IsNoPlanOfAnotherSystem) {
  Document document;
  ASSERT_TRUE(read_json(R"([{"Plan":{"Node Type":"Result"}}])", document));
  EXPECT_FALSE(find_mysql_plan(document));
}

}  // namespace
}  // namespace dbi::planread
