// Every row of an interval lands in exactly one part: the top, an "other", or the collector's own.
// SPDX-License-Identifier: Apache-2.0
#include "collect/residual.hpp"

#include <gmock/gmock.h>

#include "collect/snapshots.hpp"

namespace dbi::collect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

StatementRow in(std::string database, std::optional<bool> toplevel, StatementRow row) {
  row.database = std::move(database);
  row.toplevel = toplevel;
  return row;
}

std::vector<std::string> keys(const StatementSnapshot& later, const Partition& partition) {
  std::vector<std::string> result;
  for (const auto* row : partition.top) result.push_back(later.rows[row->row].key);
  return result;
}

TEST(Residual, TheTopAreThoseOfMostTimeAndTiesGoByKey) {
  const auto later = snapshot(100, {statement("b", 1, 5), statement("d", 1, 9), statement("a", 1, 5),
                                    statement("c", 9, 1), statement("e", 1, 5)});
  const auto deltas = compute_deltas(snapshot(10, {}), later);
  EXPECT_THAT(keys(later, partition_rows(later, deltas, 3)), ElementsAre("d", "a", "b"));
  EXPECT_THAT(partition_rows(later, deltas, 5).other, IsEmpty());
  EXPECT_THAT(keys(later, partition_rows(later, deltas, 0)), IsEmpty());
}

TEST(Residual, TheRestIsSummedByDatabaseAndLevel) {
  const auto later =
      snapshot(100, {in("app", true, statement("a", 1, 50)), in("app", true, statement("b", 2, 5)),
                     in("app", false, statement("c", 3, 4)), in("app", true, statement("d", 4, 3)),
                     in("shop", true, statement("e", 5, 2)), in("", std::nullopt, statement("f", 6, 1))});
  const auto deltas = compute_deltas(snapshot(10, {}), later);
  const auto partition = partition_rows(later, deltas, 1);
  ASSERT_EQ(partition.other.size(), 4U);
  std::vector<std::tuple<std::string, std::optional<bool>, std::size_t, std::int64_t, double>> found;
  for (const auto& other : partition.other) {
    found.emplace_back(other.database, other.toplevel, other.statements, other.counters[0].integer,
                       other.counters[1].real);
  }
  using Row = std::tuple<std::string, std::optional<bool>, std::size_t, std::int64_t, double>;
  EXPECT_THAT(found, ElementsAre(Row{"", std::nullopt, 1, 6, 1}, Row{"app", false, 1, 3, 4}, Row{"app", true, 2, 6, 8},
                                 Row{"shop", true, 1, 5, 2}));
}

TEST(Residual, ItsQualityIsTheWorstOfItsMembersAndABoundHidesTheMean) {
  const auto earlier = snapshot(10, {statement("a", 1, 1, at(2)), statement("b", 1, 1), statement("c", 1, 1, at(2))});
  auto later = snapshot(100, {statement("a", 2, 9, at(2)), statement("b", 3, 8), statement("c", 2, 7, at(2))});
  later.after.dealloc = 1;
  const auto deltas = compute_deltas(earlier, later);
  const auto all = partition_rows(later, deltas, 0).other;
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].quality, Quality::LowerBound);
  EXPECT_FALSE(all[0].has_mean);
  const auto last = partition_rows(later, deltas, 2).other;
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last[0].quality, Quality::Exact);
  EXPECT_TRUE(last[0].has_mean);
}

TEST(Residual, OwnStatementsAreSummedApartWhateverTheirTime) {
  auto later = snapshot(100, {statement("own", 3, 500), statement("a", 1, 5), statement("own2", 1, 1)});
  later.rows[0].own = later.rows[2].own = true;
  const auto deltas = compute_deltas(snapshot(10, {}), later);
  const auto partition = partition_rows(later, deltas, 1);
  EXPECT_THAT(keys(later, partition), ElementsAre("a"));
  EXPECT_THAT(partition.other, IsEmpty());
  EXPECT_EQ(partition.self.calls, 4);
  EXPECT_EQ(partition.self.total_ms, 501);
}

}  // namespace
}  // namespace dbi::collect
