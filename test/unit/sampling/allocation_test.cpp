// The hot path does not allocate: once warm, neither keeping nor dropping a record does.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sampling/sampler_run.hpp"
#include "support/count_allocations.hpp"

namespace dbi::sampling {
namespace {

TEST(Allocation, NoneOnceWarm) {
  // All reasons to drop, weights, texts with escapes, an expression, a full cache that evicts.
  SamplerRun run(R"(
adaptive_sampler:
  default_sample_rate: 0.5
  max_records_per_second: 50
  explain_decision: true
  deduplication: {cache_size: 4}
  rules:
    - {name: none, priority: 9, sample_rate: 0, conditions: [{attribute: pid, operator: matches, value: "7$"}]}
    - {name: few, priority: 5, max_per_minute: 5, conditions: [{attribute: kind, operator: eq, value: query_stats}]}
    - {name: plans, priority: 1, conditions: [{attribute: kind, operator: eq, value: plan}]}
)");
  std::vector<std::string> lines;
  for (int i = 0; i < 200; ++i) {
    constexpr std::string_view kKinds[] = {"session", "query_stats", "plan"};
    lines.push_back(
        fmt::format(R"({{"v":1,"kind":"{}","ts":"2026-11-25T08:00:{:02}.000000Z","target":"t","database":"d\u0061",)"
                    R"("pid":"{}","plan_hash":"{}","query_signature":"0123456789abcdef","weight":{}}})",
                    kKinds[i % 3], i / 4, i, i % 7, 1 + i % 3));
  }
  run.feed(lines);
  const std::size_t before = allocations;
  run.feed(lines);
  EXPECT_EQ(allocations, before);
  const auto& figures = run.sampler().figures();
  EXPECT_GT(figures.rule.value(), 0U);
  EXPECT_GT(figures.sampled.value(), 0U);
  EXPECT_GT(figures.limit.value(), 0U);
  EXPECT_GT(figures.dedup.value(), 0U);
  EXPECT_GT(figures.cache_evictions.value(), 0U);
}

}  // namespace
}  // namespace dbi::sampling
