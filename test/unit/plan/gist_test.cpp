// A plan in a line: what it does to what, however large it is.
// SPDX-License-Identifier: Apache-2.0
#include "plan/gist.hpp"

#include <gtest/gtest.h>

#include <string>

#include "planread/plan_reader.hpp"

namespace dbi::plan {
namespace {

std::string gist_of(std::string_view text) {
  planread::PlanReader reader;
  EXPECT_TRUE(reader.open(text));
  EXPECT_TRUE(reader.read(0));
  return gist(reader.plan());
}

TEST(Gist, NamesNodesRelationsAndIndexes) {
  EXPECT_EQ(gist_of("Limit\n"
                    "  ->  Sort\n"
                    "        ->  Hash Left Join\n"
                    "              ->  Parallel Seq Scan on public.orders o\n"
                    "              ->  Hash\n"
                    "                    ->  Index Scan using customers_pkey on customers c\n"),
            "Lim(Srt(left HJ(pSS:orders,H(IS:customers.customers_pkey))))");
}

TEST(Gist, MarksSubplansAndNamesWhatChangesData) {
  EXPECT_EQ(gist_of("Update on t\n"
                    "  InitPlan 1\n"
                    "    ->  Result\n"
                    "  ->  Seq Scan on t\n"
                    "        SubPlan 2\n"
                    "          ->  Index Only Scan using i on u\n"),
            "Update:t(@Res,SS:t(@IOS:u.i))");
}

TEST(Gist, AbbreviatesMySqlsWords) {
  EXPECT_EQ(gist_of("-> Nested loop left join  (cost=9 rows=1)\n"
                    "    -> Filter: (o.total > 5)  (cost=9 rows=1)\n"
                    "        -> Table scan on o  (cost=9 rows=1)\n"
                    "    -> Single-row index lookup on c using PRIMARY (id = o.customer_id)  (cost=9 rows=1)\n"),
            "left NL(Fil(TbS:o),1IL:c.PRIMARY)");
}

TEST(Gist, IsCutAt200Bytes) {
  std::string text = "Append\n";
  for (int i = 0; i < 100; ++i) text += "  ->  Seq Scan on m\xC3\xA4rz\n";
  const std::string cut = gist_of(text);
  EXPECT_LE(cut.size(), kMaxGistBytes);
  EXPECT_GE(cut.size(), kMaxGistBytes - 4);
  EXPECT_TRUE(cut.ends_with("..."));
  std::string deep;
  for (int i = 0; i < 1000; ++i)
    deep += std::string(static_cast<std::size_t>(i) * 6, ' ') + (i > 0 ? "->  " : "") + "Sort\n";
  EXPECT_TRUE(gist_of(deep).ends_with("..."));
}

}  // namespace
}  // namespace dbi::plan
