// The plans that real servers printed say the same in every format.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "planread/describe.hpp"
#include "support/plan_fixtures.hpp"

namespace dbi::planread {
namespace {

// What a statement changed stays in the table's pages, so its next execution finds other costs.
bool changes_data(const Plan& plan) {
  return std::any_of(plan.nodes().begin(), plan.nodes().end(), [&](const Node& node) {
    const std::string_view operation = plan.text(node, PlanKey::Operation);
    return !operation.empty() && operation != "Select";
  });
}

TEST(Formats, SayTheSame) {
  for (const auto& file : postgresql_fixtures(DBI_PLANS)) {
    std::map<std::string, std::string> json;
    for (const Fixture& fixture : read_fixtures(file)) {
      Document document;
      Plan plan;
      const Status read = read_plan(fixture, document, plan);
      ASSERT_TRUE(read) << fixture.key() << " " << fixture.format << ": " << read.error().message;
      if (changes_data(plan)) continue;
      const std::string described = describe(plan, Measured::Hide);
      EXPECT_EQ(described.find("unknown "), std::string::npos) << described;
      const auto [known, fresh] = json.emplace(fixture.key(), described);
      EXPECT_TRUE(fresh || described == known->second)
          << file.filename() << " " << fixture.key() << " " << fixture.format << "\n"
          << fixture.plan << described << known->second;
    }
  }
}

}  // namespace
}  // namespace dbi::planread
