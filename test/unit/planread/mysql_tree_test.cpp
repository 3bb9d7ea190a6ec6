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

std::string shape_of(const Plan& plan) {
  std::string out;
  for (const Node& node : plan.nodes()) {
    out += std::to_string(node.depth) + (node.label.empty() ? "" : "s");
    out += plan.has(node, PlanKey::ActualLoops) ? " loops=" : "";
    if (plan.has(node, PlanKey::ActualLoops))
      out += std::to_string(static_cast<long>(*plan.number(node, PlanKey::ActualLoops)));
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
        json[fixture.key()] = shape_of(plan);
      } else if (pass == 1 && fixture.format == "tree" && json.contains(fixture.key())) {
        const Status read = read_mysql_tree(fixture.plan, plan);
        if (!read) {
          ADD_FAILURE() << fixture.key() << ": " << read.error().message << "\n" << fixture.plan;
          continue;
        }
        EXPECT_EQ(shape_of(plan), json[fixture.key()]) << fixture.key() << "\n" << fixture.plan;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 100U);
}

}  // namespace
}  // namespace dbi::planread
