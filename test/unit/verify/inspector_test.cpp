// One pass finds what the check of record/schema finds, and ranges besides.
// SPDX-License-Identifier: Apache-2.0
#include "verify/inspector.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "record/schema/check.hpp"
#include "support/parsed.hpp"

namespace dbi::verify {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Code = record::schema::Finding::Code;

Code code_of(Breach breach) {
  switch (breach) {
    case Breach::Missing:
      return Code::Missing;
    case Breach::WrongType:
      return Code::WrongType;
    case Breach::UnknownWord:
      return Code::UnknownWord;
    case Breach::NotAllowed:
      return Code::NotAllowed;
    default:
      return Code::UnknownKind;
  }
}

using Findings = std::multiset<std::pair<Code, std::string>>;

Findings found_by_the_table(const record::Record& record) {
  Findings out;
  for (const auto& finding : record::schema::check_record(record)) out.emplace(finding.code, finding.member);
  return out;
}

Findings found_by_the_pass(Inspector& inspector, const record::Record& record) {
  Findings out;
  for (const auto& finding : inspector.inspect(record).findings) {
    if (finding.breach != Breach::OutOfRange) out.emplace(code_of(finding.breach), finding.rule->name);
  }
  return out;
}

std::vector<std::string> example_lines() {
  std::vector<std::string> out;
  for (const auto& file : std::filesystem::directory_iterator(DBI_EXAMPLES)) {
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);) out.push_back(line);
  }
  std::ranges::sort(out);
  return out;
}

std::vector<std::string> breaches(Inspector& inspector, std::string_view line) {
  const Parsed parsed(line);
  std::vector<std::string> out;
  for (const auto& finding : inspector.inspect(parsed.record()).findings) {
    out.push_back(fmt::format("{}:{}", finding.rule->name, breach_word(finding.breach)));
  }
  return out;
}

std::string stats(std::string_view more) {
  return R"({"v":1,"kind":"query_stats","ts":"2026-05-28T20:28:20Z","observed_ts":"2026-05-28T20:28:20Z",)"
         R"("target":"t","cycle":"019e70448800700080000000000000ff","system":"postgresql","query_id":"1",)"
         R"("quality":"exact")" +
         std::string(more) + "}";
}

TEST(Inspector, FindsNothingInTheExamples) {
  Inspector inspector({});
  ASSERT_FALSE(example_lines().empty());
  for (const auto& line : example_lines()) EXPECT_THAT(breaches(inspector, line), IsEmpty()) << line;
}

TEST(Inspector, AgreesWithTheTablesCheckOnDamagedRecords) {
  Inspector inspector({});
  std::mt19937 random(7);
  const auto lines = example_lines();
  const std::vector<std::string> values{"1",    "-1", "1.5", "\"x\"",   "\"\"", "true",
                                        "null", "[]", "[1]", "[\"a\"]", "{}"};
  std::size_t differing = 0;
  for (int round = 0; round < 20'000; ++round) {
    const Parsed whole(lines[random() % lines.size()]);
    // Some members are left out, some get another value, the order changes now and then.
    std::vector<std::pair<std::string, std::string>> members;
    for (const auto& member : whole.record().members()) {
      const auto dice = random() % 20;
      if (dice == 0) continue;
      members.emplace_back(member.raw_name,
                           dice == 1 ? values[random() % values.size()] : std::string(member.value.raw()));
    }
    if (random() % 4 == 0) std::ranges::shuffle(members, random);
    if (random() % 8 == 0) members.emplace_back("weight", values[random() % values.size()]);
    std::set<std::string> names;
    std::string line = "{";
    for (const auto& [name, value] : members) {
      if (!names.insert(name).second) continue;
      line += fmt::format("{}\"{}\":{}", line.size() > 1 ? "," : "", name, value);
    }
    line += "}";
    const Parsed damaged(line);
    const auto expected = found_by_the_table(damaged.record());
    ASSERT_EQ(found_by_the_pass(inspector, damaged.record()), expected) << line;
    if (!expected.empty()) ++differing;
  }
  EXPECT_GT(differing, 10'000U);
}

TEST(Inspector, KnowsRanges) {
  Inspector inspector({});
  EXPECT_THAT(breaches(inspector, stats(R"(,"calls":-1)")), ElementsAre("calls:out_of_range"));
  EXPECT_THAT(breaches(inspector, stats(R"(,"calls":-0)")), IsEmpty());
  EXPECT_THAT(breaches(inspector, stats(R"(,"total_ms":1e400)")), ElementsAre("total_ms:out_of_range"));
  EXPECT_THAT(breaches(inspector, stats(R"(,"total_ms":1e300)")), IsEmpty());
  EXPECT_THAT(breaches(inspector, stats(",\"calls\":" + std::string(400, '9'))), ElementsAre("calls:out_of_range"));
  EXPECT_THAT(breaches(inspector, stats(R"(,"port":65536)")), ElementsAre("port:out_of_range"));
  EXPECT_THAT(breaches(inspector, stats(R"(,"port":65535)")), IsEmpty());
  EXPECT_THAT(breaches(inspector, stats(R"(,"weight":0.5)")), ElementsAre("weight:not_allowed"));
}

TEST(Inspector, FindsMembersByTheirUnescapedNames) {
  Inspector inspector({});
  EXPECT_THAT(breaches(inspector, stats(R"(,"\u0063alls":"x")")), ElementsAre("calls:wrong_type"));
}

TEST(Inspector, RequiresWhatTheOptionsName) {
  Inspector inspector({.required = {"query_stats.user", "session.user", "avg_duration_ms", "lock_mode"},
                       .personal = {},
                       .identities = {},
                       .limited = {}});
  EXPECT_THAT(breaches(inspector, stats("")), UnorderedElementsAre("user:missing", "duration_ms:missing"));
  EXPECT_THAT(breaches(inspector, stats(R"(,"user":"u","duration_ms":1)")), IsEmpty());
}

TEST(Inspector, GathersWhatLaterStepsLookAt) {
  Inspector inspector(
      {.required = {}, .personal = {"query", "note"}, .identities = {"user"}, .limited = {"query_id", "user"}});
  const Parsed parsed(stats(R"(,"query":"select 1","user":"u","note":"n","empty":"")"));
  const Inspection& found = inspector.inspect(parsed.record());
  ASSERT_EQ(found.personal.size(), 2U);
  EXPECT_EQ(found.personal[1].rule->name, "note");
  ASSERT_EQ(found.identities.size(), 1U);
  ASSERT_EQ(found.limited.size(), 2U);
  EXPECT_EQ(found.limited[1].rule->limit, 1);
  EXPECT_EQ(found.empty, 1U);
  EXPECT_EQ(found.role(Role::Target)->value.raw(), "\"t\"");
  EXPECT_EQ(found.role(Role::Tool), nullptr);
}

}  // namespace
}  // namespace dbi::verify
