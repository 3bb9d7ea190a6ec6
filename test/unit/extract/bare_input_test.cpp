// SPDX-License-Identifier: Apache-2.0
#include "extract/bare_input.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace dbi::extract {
namespace {

InputKind recognise(std::string line) {
  const std::size_t size = line.size();
  line.append(record::kPadding, '\0');
  return recognise_input(std::string_view(line).substr(0, size));
}

TEST(RecogniseInput, GoesByTheFirstLine) {
  const std::pair<const char*, InputKind> lines[] = {
      {R"({"v":1,"kind":"scrape"})", InputKind::Records},
      {R"({"v":1,"kind":"scr)", InputKind::Records},
      {R"({"a":1})", InputKind::Records},
      {R"({"Plan":{"Node Type":"Result"}})", InputKind::Plans},
      {R"({"Query Text":"select 1","Plan":{}})", InputKind::Plans},
      {"{", InputKind::Plans},
      {"[", InputKind::Plans},
      {"  QUERY PLAN", InputKind::Plans},
      {"Seq Scan on t", InputKind::Plans},
      {"- Plan:", InputKind::Plans},
      {"<explain xmlns=\"http://www.postgresql.org/2009/explain\">", InputKind::Plans},
      {R"({"timestamp":"2026-11-25","message":"duration: 1 ms  plan:"})", InputKind::Log},
      {"2026-11-25 08:00:00.123 UTC [42] LOG:  database system is ready", InputKind::Log},
      {"2026-11-25 08:00:00.123 UTC,\"u\",\"d\",42,\"h\",1,2,\"SELECT\",t,1/2,0,LOG,00000,\"m\"", InputKind::Log},
      {"", InputKind::Unknown},
      {"_ms\":3,\"plan\":\"Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)\"}", InputKind::Unknown},
      {"hello", InputKind::Unknown},
  };
  for (const auto& [line, kind] : lines) EXPECT_EQ(recognise(line), kind) << line;
}

struct Seen {
  std::vector<std::string> plans;
  std::vector<std::string> faults;
  friend bool operator==(const Seen&, const Seen&) = default;
};

// With a pause after every `pause` lines; 0 for none.
Seen read_file(const std::filesystem::path& path, std::size_t pause, std::size_t max_bytes = std::size_t{1} << 24U) {
  Seen seen;
  BareInput input(InputKind::Unknown, max_bytes, [&](const BarePlan& bare) {
    seen.plans.push_back(std::string(bare.query) + "|" + std::string(bare.database) + "|" + std::string(bare.plan));
    return Status{};
  });
  const auto keep = [&](const auto& result) {
    if (!result) seen.faults.push_back(result.error().message);
  };
  input.begin();
  std::ifstream file(path);
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line);) {
    const std::size_t size = line.size();
    line.append(record::kPadding, '\0');
    keep(input.add(std::string_view(line).substr(0, size)));
    if (pause > 0 && ++lines % pause == 0 && input.waits() && file.peek() != '\t') keep(input.idle());
  }
  keep(input.end());
  return seen;
}

TEST(BareInput, FindsTheSamePlansInEveryKindOfLogHoweverItComes) {
  for (const std::string version : {"12", "15", "18"}) {
    const std::filesystem::path folder(DBI_PLANS);
    const Seen log = read_file(folder / ("auto_explain-" + version + ".log"), 0);
    EXPECT_GE(log.plans.size(), 60U);
    EXPECT_TRUE(log.faults.empty());
    for (const std::size_t pause : {1U, 7U, 100U}) {
      EXPECT_EQ(read_file(folder / ("auto_explain-" + version + ".log"), pause), log) << version << " " << pause;
    }
    const Seen csv = read_file(folder / ("auto_explain-" + version + ".csv"), 1);
    EXPECT_EQ(csv, read_file(folder / ("auto_explain-" + version + ".csv"), 0));
    // The log of 18 has more formats.
    EXPECT_EQ(csv.plans.size(), version == "18" ? log.plans.size() / 3 * 2 : log.plans.size());
  }
}

TEST(BareInput, GivesUpAnEntryThatIsTooLongAndGoesOn) {
  const std::filesystem::path log = std::filesystem::path(DBI_PLANS) / "auto_explain-15.log";
  const Seen all = read_file(log, 0);
  const Seen some = read_file(log, 0, 2000);
  EXPECT_FALSE(some.faults.empty());
  EXPECT_LT(some.plans.size(), all.plans.size());
  EXPECT_GT(some.plans.size(), all.plans.size() / 2);
}

}  // namespace
}  // namespace dbi::extract
