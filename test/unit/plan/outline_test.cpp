// What an outline keeps, and what it says of two plans.
// SPDX-License-Identifier: Apache-2.0
#include "plan/outline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "planread/plan_reader.hpp"

namespace dbi::plan {
namespace {

Outline read(std::string_view text) {
  planread::PlanReader reader;
  EXPECT_TRUE(reader.open(text));
  EXPECT_TRUE(reader.read(0));
  Fingerprint fingerprint;
  fingerprint.compute(reader.plan());
  return outline_of(reader.plan(), fingerprint.subtrees());
}

std::string codes(const std::vector<Difference>& differences) {
  std::string text;
  for (const Difference& difference : differences) text += (text.empty() ? "" : " ") + std::string(difference.code);
  return text;
}

constexpr std::string_view kIndexed = "Index Scan using orders_pkey on orders  (cost=0.29..8.30 rows=1 width=8)\n";
constexpr std::string_view kScanned = "Seq Scan on orders  (cost=0.00..1800.00 rows=1 width=8)\n";
constexpr std::string_view kHashed =
    "Hash Join  (cost=1.00..200.00 rows=1000 width=8)\n"
    "  ->  Seq Scan on a  (cost=0.00..10.00 rows=1000 width=8)\n"
    "  ->  Hash  (cost=1.00..2.00 rows=10 width=8)\n"
    "        ->  Seq Scan on b  (cost=0.00..10.00 rows=10 width=8)\n";
constexpr std::string_view kLooped =
    "Nested Loop  (cost=1.00..9000.00 rows=1000 width=8)\n"
    "  ->  Seq Scan on b  (cost=0.00..10.00 rows=10 width=8)\n"
    "  ->  Materialize  (cost=0.00..10.00 rows=1000 width=8)\n"
    "        ->  Seq Scan on a  (cost=0.00..10.00 rows=1000 width=8)\n";

TEST(Outline, ReadsBackWhatItWrites) {
  Outline outline = read(kLooped);
  outline.nodes[1].relation = "odd\tname\nwith \\ in it";
  const std::string text = format_outline(outline);
  const auto again = parse_outline(text);
  ASSERT_TRUE(again);
  EXPECT_EQ(format_outline(*again), text);
  ASSERT_EQ(again->nodes.size(), 4U);
  EXPECT_EQ(again->nodes[1].relation, "odd\tname\nwith \\ in it");
  EXPECT_EQ(again->nodes[3].rows, 1000);
  EXPECT_EQ(again->nodes[3].subtree, outline.nodes[3].subtree);
}

TEST(Outline, RefusesWhatIsNone) {
  EXPECT_FALSE(parse_outline("nonsense"));
  EXPECT_FALSE(parse_outline(format_outline(read(kLooped)) + "\n"));
  EXPECT_TRUE(parse_outline(""));
}

TEST(Outline, NamesAnIndexThatIsNoLongerUsed) {
  const auto found = differences(read(kIndexed), read(kScanned));
  EXPECT_EQ(codes(found), "scan_changed index_lost");
  EXPECT_EQ(found[0].text, "scan of orders changed from Index Scan using orders_pkey to Seq Scan");
  EXPECT_EQ(found[1].text, "index orders_pkey of orders is no longer used");
  EXPECT_TRUE(has_worse_class(read(kIndexed), read(kScanned)));
  EXPECT_FALSE(has_worse_class(read(kScanned), read(kIndexed)));
  EXPECT_TRUE(has_worse_class(read("-> Index lookup on o using by_day (day = 5)  (cost=1 rows=1)"),
                              read("-> Table scan on o  (cost=9 rows=99)")));
}

TEST(Outline, NamesJoinsOrderAndSteps) {
  EXPECT_EQ(codes(differences(read(kHashed), read(kLooped))), "join_method join_order step_appeared");
  EXPECT_TRUE(has_worse_class(read(kHashed), read(kLooped)));
  EXPECT_FALSE(has_worse_class(read(kLooped), read(kHashed)));
}

TEST(Outline, NamesParallelismAndEstimates) {
  constexpr std::string_view kGathered =
      "Gather  (cost=1.00..2.00 rows=1 width=8)\n"
      "  ->  Parallel Seq Scan on orders  (cost=0.00..10.00 rows=500 width=8)\n";
  EXPECT_EQ(codes(differences(read(kGathered), read(kScanned))).substr(0, 13), "parallel_lost");
  EXPECT_NE(codes(differences(read(kGathered), read(kScanned))).find("estimate_moved"), std::string::npos);
}

TEST(Outline, SaysNothingOfOneAndTheSame) {
  EXPECT_TRUE(differences(read(kHashed), read(kHashed)).empty());
}

TEST(Outline, HasEveryCodeInItsList) {
  for (const Difference& difference : differences(read(kHashed), read(kLooped))) {
    EXPECT_NE(std::ranges::find(difference_codes(), difference.code), difference_codes().end());
  }
}

}  // namespace
}  // namespace dbi::plan
