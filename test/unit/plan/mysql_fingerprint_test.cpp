// One plan of MySQL or MariaDB has one name, whatever it was printed with; and another plan has another.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "plan/fingerprint.hpp"
#include "planread/block_document.hpp"
#include "planread/mysql_document.hpp"
#include "planread/mysql_tree.hpp"
#include "support/plan_fixtures.hpp"

namespace dbi::plan {
namespace {

Status read_mysql_plan(const planread::Fixture& fixture, planread::Document& document, planread::Plan& plan) {
  if (fixture.format == "tree") return read_mysql_tree(fixture.plan, plan);
  DBI_TRY(read_json(fixture.plan, document));
  if (const auto root = find_mysql_plan(document)) return read_mysql(document, *root, fixture.plan.size(), plan);
  const auto root = find_block_plan(document);
  if (!root) return fail(ErrorKind::Malformed, "no plan");
  return read_blocks(document, *root, fixture.plan.size(), plan);
}

std::map<std::string, std::string> fingerprints(const std::filesystem::path& file) {
  Fingerprint fingerprint;
  planread::Document document;
  planread::Plan plan;
  std::map<std::string, std::string> hashes;
  std::map<std::string, std::string> plans;
  for (const planread::Fixture& fixture : planread::read_fixtures(file)) {
    if (fixture.format == "json_v2" || fixture.format == "tree") continue;
    // A quotation mark in a literal makes no JSON of MariaDB's plan.
    if (!read_mysql_plan(fixture, document, plan)) continue;
    fingerprint.compute(plan);
    const std::string key = (fixture.format == "json_v1" ? "v1 " : "") + fixture.name;
    const auto [known, fresh] = hashes.emplace(key, fingerprint.plan_hash());
    plans.emplace(key, fixture.plan);
    // One over formats and options.
    EXPECT_EQ(known->second, fingerprint.plan_hash())
        << file.filename() << " " << fixture.key() << " " << fixture.format << fixture.plan << "\n"
        << plans[key];
  }
  return hashes;
}

// "X~how" is X with other literals ...; "X!what" is another plan.
TEST(MysqlFingerprint, IsOneOverFormatsOptionsAndVariantsAndAnotherForAnotherPlan) {
  std::size_t same = 0;
  std::size_t different = 0;
  for (const auto* file : {"mysql-9.7.ndjson", "mariadb-10.5.ndjson", "mariadb-10.11.ndjson", "mariadb-11.8.ndjson"}) {
    const auto hashes = fingerprints(std::filesystem::path(DBI_PLANS) / file);
    for (const auto& [name, hash] : hashes) {
      const std::size_t mark = name.find_first_of("~!");
      if (mark == std::string::npos) continue;
      const auto origin = hashes.find(name.substr(0, mark));
      ASSERT_NE(origin, hashes.end()) << name;
      if (name[mark] == '~') {
        EXPECT_EQ(hash, origin->second) << file << " " << name;
        ++same;
      } else {
        EXPECT_NE(hash, origin->second) << file << " " << name;
        ++different;
      }
    }
  }
  EXPECT_GT(same, 70U);
  EXPECT_GT(different, 40U);
}

}  // namespace
}  // namespace dbi::plan
