// The sample records, those that dbi-record(5) shows among them, and those that benchmarks read are as the tables say.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <fstream>
#include <map>

#include "bench/record_generator.hpp"
#include "record/lines.hpp"
#include "record/schema/check.hpp"
#include "record/schema/schema.hpp"

namespace dbi::record::schema {
namespace {

// Stricter than the check: no member that the tables do not know, and routing members first in their order.
void expect_defined(const std::string& line, const KindRow& kind) {
  const Parsed parsed(line);
  for (const auto& finding : check_record(parsed.record())) ADD_FAILURE() << finding.message << " in " << line;
  std::size_t place = 0;
  const auto routing = routing_members();
  for (const auto& member : parsed.record().members()) {
    EXPECT_TRUE(kind.defined_later || find_member(kind, member.raw_name) != nullptr)
        << member.raw_name << " in " << line;
    const auto found = std::ranges::find(routing, member.raw_name, &MemberRow::name);
    if (found == routing.end()) {
      place = routing.size();
    } else {
      const auto at = static_cast<std::size_t>(found - routing.begin());
      EXPECT_GE(at, place) << member.raw_name << " is late in " << line;
      place = at;
    }
  }
}

TEST(ExampleRecords, EveryKindHasSomeThatAreAsItsTableSays) {
  for (const auto& kind : kinds()) {
    std::ifstream file(std::string(DBI_EXAMPLES) + "/" + std::string(kind.name) + ".ndjson");
    std::size_t lines = 0;
    for (std::string line; std::getline(file, line); ++lines) {
      expect_defined(line, kind);
      EXPECT_EQ(Parsed(line).raw("kind"), "\"" + std::string(kind.name) + "\"");
    }
    EXPECT_GT(lines, 0U) << kind.name;
  }
}

TEST(GeneratedRecords, AreAsTheTablesSay) {
  bench::RecordGenerator generator(1);
  Reader reader;
  Record record;
  std::string out;
  std::string scratch;
  std::map<std::string, int, std::less<>> counts;
  for (int i = 0; i < 20'000 && !testing::Test::HasFailure(); ++i) {
    out.clear();
    generator.append(out);
    ASSERT_TRUE(out.ends_with('\n'));
    out.pop_back();
    const auto size = out.size();
    out.append(kPadding, ' ');
    const auto status = reader.parse(std::string_view(out).substr(0, size), record);
    ASSERT_TRUE(status) << status.error().message << " in " << out;
    const Member* name = record.find("kind");
    ASSERT_NE(name, nullptr);
    const KindRow* kind = find_kind(*name->value.text(scratch));
    ASSERT_NE(kind, nullptr) << out;
    expect_defined(out.substr(0, size), *kind);
    ++counts[std::string(kind->name)];
  }
  // DESIGN.md section 8.
  EXPECT_EQ(counts["scrape"], 4);
  EXPECT_NEAR(counts["error"], 200, 60);
  EXPECT_NEAR(counts["plan"], 1000, 150);
  EXPECT_GT(counts["session"], 1000);
  EXPECT_GT(counts["query_stats"], 1000);
}

}  // namespace
}  // namespace dbi::record::schema
