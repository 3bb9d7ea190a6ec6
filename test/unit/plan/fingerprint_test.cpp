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

// What dbi-record(5) prints: another hash here is another recipe, and needs another prefix.
TEST(Fingerprint, IsThatOfTheTestVectors) {
  std::ifstream page(DBI_FINGERPRINT_PAGE);
  planread::Plan plan;
  Fingerprint fingerprint;
  std::string text;
  std::size_t vectors = 0;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line == "```") {
      inside = !inside;
    } else if (inside && line.starts_with("p1:p:")) {
      ASSERT_TRUE(planread::read_postgresql_text(text, plan)) << text;
      fingerprint.compute(plan);
      EXPECT_EQ(fingerprint.plan_hash(), line) << text;
      text.clear();
      ++vectors;
    } else if (inside) {
      text.append(line).push_back('\n');
    }
  }
  EXPECT_EQ(vectors, 3U);
}

}  // namespace
}  // namespace dbi::plan
