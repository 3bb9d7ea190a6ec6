// What must not allocate on the hot path does not: reading after warm-up, the check of a good record, splicing into a
// buffer that is large enough.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <vector>

#include "record/lines.hpp"
#include "record/schema/check.hpp"
#include "support/count_allocations.hpp"

namespace dbi::record {
namespace {

std::vector<std::string> example_lines() {
  std::vector<std::string> lines;
  for (const auto* kind : {"query_stats", "session", "plan", "error", "scrape", "dropped"}) {
    std::ifstream file(std::string(DBI_EXAMPLES) + "/" + kind + ".ndjson");
    for (std::string line; std::getline(file, line);) lines.push_back(line);
  }
  return lines;
}

TEST(Allocation, NoneInReadingCheckingAndSplicing) {
  const auto lines = example_lines();
  ASSERT_GT(lines.size(), 10U);
  std::vector<Line> padded;
  for (const auto& line : lines) padded.emplace_back(line);
  const std::array changes{Change{.name = "weight", .json = "10"}, Change{.name = "target", .json = "\"other\""}};
  Reader reader;
  Record record;
  std::string out;
  out.reserve(64 << 10U);
  std::size_t findings = 0;
  const auto pass = [&] {
    for (const auto& line : padded) {
      out.clear();
      if (!reader.parse(line.view(), record)) std::abort();
      findings += schema::check_record(record).size();
      splice(record, changes, out);
    }
  };
  pass();  // warms up
  const std::size_t before = allocations;
  pass();
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(findings, 0U);
}

TEST(Allocation, TheCounterCounts) {
  const std::size_t before = allocations;
  const std::vector<int> some(100);
  EXPECT_GT(allocations, before);
  EXPECT_EQ(some.size(), 100U);
}

}  // namespace
}  // namespace dbi::record
