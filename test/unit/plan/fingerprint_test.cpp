// One plan has one name, whatever it was printed with; and another plan has another.
// SPDX-License-Identifier: Apache-2.0
#include "plan/fingerprint.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "support/plan_fixtures.hpp"

namespace dbi::plan {
namespace {

TEST(Fingerprint, IsOneOverFormatsAndOptions) {
  Fingerprint fingerprint;
  planread::Document document;
  planread::Plan plan;
  for (const auto& file : planread::postgresql_fixtures(DBI_PLANS)) {
    std::map<std::string, std::pair<std::string, std::string>> known;
    for (const planread::Fixture& fixture : planread::read_fixtures(file)) {
      ASSERT_TRUE(planread::read_plan(fixture, document, plan));
      fingerprint.compute(plan);
      const auto [first, fresh] = known.emplace(fixture.name, std::pair(fingerprint.plan_hash(), fixture.plan));
      EXPECT_EQ(first->second.first, fingerprint.plan_hash())
          << file.filename() << " " << fixture.key() << " " << fixture.format << "\n"
          << first->second.second << fixture.plan;
    }
  }
}

}  // namespace
}  // namespace dbi::plan
