// A plan with its analysis, from the text that EXPLAIN printed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "plan/analysis.hpp"
#include "planread/plan_reader.hpp"
#include "support/plan_fixtures.hpp"

namespace dbi::planview {

class Analysed {
 public:
  explicit Analysed(std::string text) : text_(std::move(text)) {
    ok_ = reader_.open(text_) && reader_.read(0);
    if (ok_) analysis_.compute(reader_.plan());
  }
  [[nodiscard]] explicit operator bool() const { return ok_; }
  [[nodiscard]] const plan::Analysis& operator*() const { return analysis_; }
  [[nodiscard]] const plan::Analysis* operator->() const { return &analysis_; }

 private:
  std::string text_;
  planread::PlanReader reader_;
  plan::Analysis analysis_;
  bool ok_ = false;
};

/// Calls `take` with every plan of the fixtures. Those of PostgreSQL have to be readable.
template <typename Take>
void each_fixture(const std::filesystem::path& folder, Take take) {
  std::size_t seen = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (!name.ends_with(".ndjson") || name.ends_with(".expected.ndjson")) continue;
    for (const planread::Fixture& fixture : planread::read_fixtures(file.path())) {
      const Analysed plan(fixture.plan);
      if (!plan) {
        EXPECT_FALSE(name.starts_with("postgresql")) << name << " " << fixture.key() << " " << fixture.format;
        continue;
      }
      SCOPED_TRACE(name + " " + fixture.key() + " " + fixture.format);
      take(*plan);
      ++seen;
    }
  }
  EXPECT_GT(seen, 3000U);
}

/// Words and numbers of the fixtures that stand in literals only (test/plans/README.md); 98761 alone is a row count,
/// too.
inline bool holds_canary(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  for (std::size_t at = text.find("98761"); at != std::string_view::npos; at = text.find("98761", at + 1)) {
    if (kDigits.find(text.substr(at + 5, 1)) != std::string_view::npos) return true;
  }
  return text.find("canary") != std::string_view::npos;
}

/// A join of PostgreSQL that ran, with one finding.
inline constexpr std::string_view kJoin =
    "Hash Join  (cost=41.00..153.45 rows=8 width=36) (actual time=10.00..80.00 rows=80000 loops=1)\n"
    "  Hash Cond: (o.customer_id = c.id)\n"
    "  ->  Seq Scan on public.orders o  (cost=0.00..107.00 rows=40 width=8) (actual time=0.10..50.00 rows=40 loops=1)\n"
    "        Filter: (o.status = 'canary'::text)\n"
    "        Rows Removed by Filter: 2000000\n"
    "  ->  Hash  (cost=41.00..41.00 rows=400 width=36) (actual time=5.00..5.00 rows=400 loops=1)\n"
    "        Buckets: 1024  Batches: 1  Memory Usage: 29kB\n"
    "        ->  Seq Scan on public.customers c  (cost=0.00..41.00 rows=400 width=36) (actual time=0.01..4.00 rows=400 "
    "loops=1)\n"
    "Planning Time: 0.100 ms\nExecution Time: 81.000 ms\n";

}  // namespace dbi::planview
