// Rows of one key are one.
// SPDX-License-Identifier: Apache-2.0
#include "collect/keyed_rows.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace dbi::collect {
namespace {

StatementSnapshot snapshot(const std::vector<std::pair<std::string, std::int64_t>>& rows) {
  StatementSnapshot snapshot;
  snapshot.columns = {{"calls", CounterType::Integer}, {"total_exec_time", CounterType::Real}};
  for (const auto& [key, calls] : rows) {
    StatementRow row;
    row.key = key;
    row.since = Timestamp(microseconds{calls});
    row.counters = {{calls, 0}, {0, static_cast<double>(calls) * 10}};
    snapshot.rows.push_back(std::move(row));
  }
  return snapshot;
}

TEST(KeyedRows, FindsARowByItsKey) {
  const auto read = snapshot({{"a", 1}, {"b", 2}});
  const KeyedRows rows(read);
  ASSERT_NE(rows.find("b"), nullptr);
  EXPECT_EQ(rows.find("b")->row, 1U);
  EXPECT_EQ(rows.counters(*rows.find("b"))[0].integer, 2);
  EXPECT_EQ(rows.since(*rows.find("b")), Timestamp(microseconds{2}));
  EXPECT_EQ(rows.find("c"), nullptr);
}

TEST(KeyedRows, SumsTheCopiesOfAKeyAndTrustsNoneOfTheirTimes) {
  const auto read = snapshot({{"a", 1}, {"b", 2}, {"a", 4}, {"a", 8}});
  const KeyedRows rows(read);
  const auto& all = *rows.find("a");
  EXPECT_EQ(all.copies, 3U);
  EXPECT_EQ(rows.counters(all)[0].integer, 13);
  EXPECT_EQ(rows.counters(all)[1].real, 130);
  EXPECT_EQ(rows.since(all), std::nullopt);
  EXPECT_TRUE(rows.is_first(0));
  EXPECT_TRUE(rows.is_first(1));
  EXPECT_FALSE(rows.is_first(2));
  EXPECT_FALSE(rows.is_first(3));
}

}  // namespace
}  // namespace dbi::collect
