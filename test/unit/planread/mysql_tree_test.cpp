// TREE of MySQL has the nodes that version 2 of its JSON has.
// SPDX-License-Identifier: Apache-2.0
#include "planread/mysql_tree.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "planread/mysql_document.hpp"
#include "support/plan_fixtures.hpp"

namespace dbi::planread {
namespace {

/// What both formats have to say of each node. TREE prints an alias as the table.
std::string describe_both(const Plan& plan) {
  constexpr PlanKey kKeys[] = {PlanKey::NodeType, PlanKey::Operation,     PlanKey::Strategy,  PlanKey::JoinType,
                               PlanKey::CteName,  PlanKey::ScanDirection, PlanKey::IndexName, PlanKey::Filter,
                               PlanKey::HashCond, PlanKey::JoinFilter,    PlanKey::IndexCond, PlanKey::SortKey,
                               PlanKey::Covering, PlanKey::OperationText};
  std::string out;
  for (const Node& node : plan.nodes()) {
    out += std::to_string(node.depth) + " " + std::string(node.label);
    const std::string_view alias = plan.text(node, PlanKey::Alias);
    out += " [" + std::string(alias.empty() ? plan.text(node, PlanKey::RelationName) : alias) + "]";
    for (const Property& property : plan.properties(node)) {
      if (std::find(std::begin(kKeys), std::end(kKeys), property.key) == std::end(kKeys)) continue;
      out += " [" + std::string(plan_key_row(property.key).name) + "=" + std::string(property.text) + "]";
    }
    if (plan.has(node, PlanKey::ActualLoops))
      out += " loops=" + std::to_string(static_cast<long>(*plan.number(node, PlanKey::ActualLoops)));
    out += plan.has(node, PlanKey::PlanRows) ? " rows\n" : "\n";
  }
  return out;
}

TEST(MysqlTree, HasTheNodesOfJson) {
  std::map<std::string, std::string> json;
  std::size_t compared = 0;
  for (const int pass : {0, 1}) {
    for (const Fixture& fixture : read_fixtures(std::filesystem::path(DBI_PLANS) / "mysql-9.7.ndjson")) {
      Document document;
      Plan plan;
      if (pass == 0 && fixture.format == "json_v2") {
        ASSERT_TRUE(read_json(fixture.plan, document));
        ASSERT_TRUE(read_mysql(document, *find_mysql_plan(document), fixture.plan.size(), plan));
        json[fixture.key()] = describe_both(plan);
      } else if (pass == 1 && fixture.format == "tree" && json.contains(fixture.key())) {
        const Status read = read_mysql_tree(fixture.plan, plan);
        if (!read) {
          ADD_FAILURE() << fixture.key() << ": " << read.error().message << "\n" << fixture.plan;
          continue;
        }
        EXPECT_EQ(describe_both(plan), json[fixture.key()]) << fixture.key() << "\n" << fixture.plan;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 100U);
}

TEST(MysqlTree, TakesNoFiguresFromLiterals) {
  constexpr std::string_view kSource =
      "-> Filter: (s.a = 'x (cost=7 rows=7) (actual time=1..2 rows=5 loops=9)')  (cost=1.5..2.5 rows=1.2e+3) "
      "(never executed)\n"
      "    -> Table scan on it's  (cost=3 rows=4) (actual time=12e-6..0.5 rows=2.5 loops=3)\n";
  Plan plan;
  ASSERT_TRUE(read_mysql_tree(kSource, plan));
  ASSERT_EQ(plan.nodes().size(), 2U);
  const Node& filter = plan.nodes()[0];
  EXPECT_EQ(plan.number(filter, PlanKey::StartupCost), 1.5);
  EXPECT_EQ(plan.number(filter, PlanKey::TotalCost), 2.5);
  EXPECT_EQ(plan.number(filter, PlanKey::PlanRows), 1200.0);
  EXPECT_EQ(plan.number(filter, PlanKey::ActualLoops), 0.0);
  EXPECT_FALSE(plan.has(filter, PlanKey::ActualRows));
  const Node& scan = plan.nodes()[1];
  EXPECT_EQ(plan.number(scan, PlanKey::TotalCost), 3.0);
  EXPECT_EQ(plan.number(scan, PlanKey::ActualStartupTime), 12e-6);
  EXPECT_EQ(plan.number(scan, PlanKey::ActualRows), 2.5);
  EXPECT_EQ(plan.number(scan, PlanKey::ActualLoops), 3.0);
}

TEST(MysqlTree, TakesFiguresThatATerminalPutOnTheNextLine) {
  Plan plan;
  ASSERT_TRUE(
      read_mysql_tree("-> Limit: 1 row(s)  (cost=3 rows=4)\n(actual time=1..2 rows=1 loops=3)\n"
                      "    -> Table scan on t  (cost=1 rows=9)\n       (never executed)\n",
                      plan));
  ASSERT_EQ(plan.nodes().size(), 2U);
  EXPECT_EQ(plan.number(plan.nodes()[0], PlanKey::ActualLoops), 3.0);
  EXPECT_EQ(plan.number(plan.nodes()[1], PlanKey::ActualLoops), 0.0);
}

TEST(MysqlTree, PassesOverTheTokensOfSubplans) {
  Plan plan;
  ASSERT_TRUE(read_mysql_tree("-> [0xeed2c0bd3e39ba93] Table scan on t  (cost=1 rows=9)\n", plan));
  EXPECT_EQ(plan.text(plan.nodes()[0], PlanKey::OperationText), "Table scan on t");
  EXPECT_EQ(plan.text(plan.nodes()[0], PlanKey::NodeType), "Table Scan");
  ASSERT_TRUE(read_mysql_tree("-> [0xeed2 Table scan on t\n", plan));
  EXPECT_EQ(plan.text(plan.nodes()[0], PlanKey::NodeType), "Other");
}

TEST(MysqlTree, RefusesWhatIsNone) {
  Plan plan;
  for (const std::string_view source : {"", "Seq Scan on t", "-> Table scan on a\n-> Table scan on b\n"}) {
    const Status read = read_mysql_tree(source, plan);
    ASSERT_FALSE(read) << source;
    EXPECT_EQ(read.error().kind, ErrorKind::Malformed);
  }
}

}  // namespace
}  // namespace dbi::planread
