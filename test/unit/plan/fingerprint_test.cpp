// One plan has one name, whatever it was printed with; and another plan has another.
// SPDX-License-Identifier: Apache-2.0
#include "plan/fingerprint.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "support/plan_fixtures.hpp"

namespace dbi::plan {
namespace {

/// The fingerprints of a file's statements, by name.
std::map<std::string, std::string> fingerprints(const std::filesystem::path& file) {
  Fingerprint fingerprint;
  planread::Document document;
  planread::Plan plan;
  std::map<std::string, std::string> hashes;
  for (const planread::Fixture& fixture : planread::read_fixtures(file)) {
    EXPECT_TRUE(planread::read_plan(fixture, document, plan)) << fixture.key();
    fingerprint.compute(plan);
    const auto [known, fresh] = hashes.emplace(fixture.name, fingerprint.plan_hash());
    // One over formats and options, and without its literals.
    EXPECT_EQ(known->second, fingerprint.plan_hash())
        << file.filename() << " " << fixture.key() << " " << fixture.format;
    planread::RedactionFaults faults;
    planread::Fixture redacted = fixture;
    redacted.plan = planread::redact(fixture, document, faults);
    EXPECT_TRUE(planread::read_plan(redacted, document, plan)) << redacted.plan;
    fingerprint.compute(plan);
    EXPECT_EQ(known->second, fingerprint.plan_hash()) << fixture.plan << redacted.plan;
  }
  return hashes;
}

// "X~how" is X with other literals, aliases ...; "X!what" is another plan.
TEST(Fingerprint, IsOneOverFormatsOptionsAndVariantsAndAnotherForAnotherPlan) {
  std::size_t same = 0;
  std::size_t different = 0;
  for (const auto& file : planread::postgresql_fixtures(DBI_PLANS)) {
    const auto hashes = fingerprints(file);
    for (const auto& [name, hash] : hashes) {
      const std::size_t mark = name.find_first_of("~!");
      if (mark == std::string::npos) continue;
      const auto origin = hashes.find(name.substr(0, mark));
      ASSERT_NE(origin, hashes.end()) << name;
      if (name[mark] == '~') {
        EXPECT_EQ(hash, origin->second) << file.filename() << " " << name;
        ++same;
      } else {
        EXPECT_NE(hash, origin->second) << file.filename() << " " << name;
        ++different;
      }
    }
  }
  EXPECT_GT(same, 100U);
  EXPECT_GT(different, 100U);
}

// The vectors of dbi-record(5): another hash here is another recipe, and needs another prefix.
TEST(Fingerprint, IsThatOfTheTestVectors) {
  const std::pair<const char*, const char*> vectors[] = {
      {"Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)\n  Filter: (a = 1)", "p1:p:386a824d952e9262475b428255734cbf"},
      {"Sort  (cost=1.00..2.00 rows=1 width=4)\n  Sort Key: t.a DESC\n  ->  Seq Scan on t  (cost=0.00..1.00 rows=1 "
       "width=4)",
       "p1:p:2e69feb134b0acc31e208946f686c4e4"},
      {"Hash Left Join  (cost=1.00..2.00 rows=1 width=4)\n  Hash Cond: (o.c = c.id)\n  ->  Index Scan Backward using i "
       "on orders o  (cost=0.00..1.00 rows=1 width=4)\n        Index Cond: (total > '5'::numeric)\n  ->  Hash  "
       "(cost=0.00..1.00 rows=1 width=4)\n        ->  Seq Scan on customers c  (cost=0.00..1.00 rows=1 width=4)",
       "p1:p:af3e44a6946daa062319f95cd65f74d0"},
  };
  planread::Plan plan;
  Fingerprint fingerprint;
  for (const auto& [text, hash] : vectors) {
    ASSERT_TRUE(planread::read_postgresql_text(text, plan));
    fingerprint.compute(plan);
    EXPECT_EQ(fingerprint.plan_hash(), hash) << text;
  }
}

}  // namespace
}  // namespace dbi::plan
