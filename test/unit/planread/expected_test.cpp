// The tree of every plan has what an independent computation on its JSON found (test/plans/expect.py).
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "support/plan_fixtures.hpp"

namespace dbi::planread {
namespace {

/// What a line of a file of expectations says, or a plan.
struct Facts {
  double nodes = 0, depth = 0, root_cost = 0, root_rows = 0, root_actual_rows = 0, root_loops = 0, shared_hit = 0,
         shared_read = 0, temp_read = 0, temp_written = 0, planning_ms = 0, execution_ms = 0;
  std::string node_types;  // as JSON
  friend bool operator==(const Facts&, const Facts&) = default;
};

constexpr std::pair<std::string_view, double Facts::*> kMembers[] = {{"nodes", &Facts::nodes},
                                                                     {"depth", &Facts::depth},
                                                                     {"root_cost", &Facts::root_cost},
                                                                     {"root_rows", &Facts::root_rows},
                                                                     {"root_actual_rows", &Facts::root_actual_rows},
                                                                     {"root_loops", &Facts::root_loops},
                                                                     {"shared_hit", &Facts::shared_hit},
                                                                     {"shared_read", &Facts::shared_read},
                                                                     {"temp_read", &Facts::temp_read},
                                                                     {"temp_written", &Facts::temp_written},
                                                                     {"planning_ms", &Facts::planning_ms},
                                                                     {"execution_ms", &Facts::execution_ms}};

std::map<std::string, Facts> read_expected(std::filesystem::path file) {
  file.replace_extension(".expected.ndjson");
  std::map<std::string, Facts> expected;
  std::ifstream stream(file);
  record::Reader reader;
  record::Record record;
  for (std::string line; std::getline(stream, line);) {
    const std::size_t size = line.size();
    line.append(record::kPadding, '\0');
    EXPECT_TRUE(reader.parse(std::string_view(line).substr(0, size), record));
    Facts facts;
    for (const auto& [name, member] : kMembers) facts.*member = record.number(name).value_or(0);
    if (const record::Member* types = record.find("node_types"); types != nullptr)
      facts.node_types = types->value.raw();
    expected[record::text_of(record, "name") + " " + record::text_of(record, "options")] = facts;
  }
  return expected;
}

Facts facts_of(const Plan& plan) {
  const Node& root = plan.nodes().front();
  const auto number = [&](PlanKey key) { return plan.number(root, key).value_or(0); };
  Facts facts;
  facts.nodes = static_cast<double>(plan.nodes().size());
  facts.root_cost = number(PlanKey::TotalCost);
  facts.root_rows = number(PlanKey::PlanRows);
  facts.root_actual_rows = number(PlanKey::ActualRows);
  facts.root_loops = number(PlanKey::ActualLoops);
  facts.shared_hit = number(PlanKey::SharedHitBlocks);
  facts.shared_read = number(PlanKey::SharedReadBlocks);
  facts.temp_read = number(PlanKey::TempReadBlocks);
  facts.temp_written = number(PlanKey::TempWrittenBlocks);
  const Group& statement = *plan.group(GroupKind::Statement);
  facts.planning_ms = plan.number(statement, PlanKey::PlanningTime).value_or(0);
  facts.execution_ms = plan.number(statement, PlanKey::ExecutionTime).value_or(0);
  for (const Node& node : plan.nodes()) {
    facts.depth = std::max(facts.depth, static_cast<double>(node.depth));
    facts.node_types +=
        (facts.node_types.empty() ? "[\"" : ", \"") + std::string(plan.text(node, PlanKey::NodeType)) + "\"";
  }
  facts.node_types += "]";
  return facts;
}

std::string describe_facts(const Facts& facts) {
  std::string out = facts.node_types;
  for (const auto& [name, member] : kMembers) out += " " + std::string(name) + "=" + std::to_string(facts.*member);
  return out;
}

TEST(Expected, IsWhatAnIndependentComputationFound) {
  std::size_t compared = 0;
  for (const auto& file : postgresql_fixtures(DBI_PLANS)) {
    const auto expected = read_expected(file);
    for (const Fixture& fixture : read_fixtures(file)) {
      if (fixture.format != "json") continue;
      Document document;
      Plan plan;
      ASSERT_TRUE(read_plan(fixture, document, plan));
      const auto known = expected.find(fixture.key());
      ASSERT_NE(known, expected.end()) << fixture.key();
      EXPECT_EQ(describe_facts(facts_of(plan)), describe_facts(known->second))
          << file.filename() << " " << fixture.key();
      ++compared;
    }
  }
  EXPECT_GT(compared, 200U);
}

}  // namespace
}  // namespace dbi::planread
