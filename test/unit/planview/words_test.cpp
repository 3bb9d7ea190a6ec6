// What nodes and statements are called.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "planview/analysed.hpp"
#include "planview/node_words.hpp"
#include "planview/statement_words.hpp"

namespace dbi::planview {
namespace {

std::string name_of(std::string_view type_and_more) {
  const Analysed plan(R"([{"Plan":{"Node Type":)" + std::string(type_and_more) + "}}]");
  EXPECT_TRUE(plan) << type_and_more;
  return name(plan->plan(), plan->plan().nodes().front());
}

TEST(Words, OfANodeAreThoseOfText) {
  EXPECT_EQ(name_of(R"("Hash Join","Join Type":"Inner")"), "Hash Join");
  EXPECT_EQ(name_of(R"("Hash Join","Join Type":"Left","Parallel Aware":true)"), "Parallel Hash Left Join");
  EXPECT_EQ(name_of(R"("Nested Loop","Join Type":"Anti")"), "Nested Loop Anti Join");
  EXPECT_EQ(name_of(R"("Aggregate","Strategy":"Hashed","Partial Mode":"Partial")"), "Partial HashAggregate");
  EXPECT_EQ(name_of(R"("ModifyTable","Operation":"Insert","Relation Name":"t","Schema":"s","Alias":"t")"),
            "Insert on s.t");
  EXPECT_EQ(name_of(R"("Index Scan","Scan Direction":"Backward","Index Name":"i","Relation Name":"t","Alias":"a")"),
            "Index Scan Backward using i on t a");
  EXPECT_EQ(name_of(R"("Bitmap Index Scan","Index Name":"i")"), "Bitmap Index Scan on i");
  EXPECT_EQ(name_of(R"("SetOp","Strategy":"Hashed","Command":"Except All")"), "HashSetOp Except All");
}

TEST(Words, OfAMisestimateSayInWhichDirection) {
  const auto off = [](std::string_view estimated, std::string_view actual, bool ascii) {
    const Analysed plan("Seq Scan on t  (cost=0.00..1.00 rows=" + std::string(estimated) +
                        " width=4) (actual time=0.1..1.0 rows=" + std::string(actual) + " loops=1)\n");
    return show_misestimate(plan->plan(), 0, ascii);
  };
  EXPECT_EQ(off("10", "15", false), "");
  EXPECT_EQ(off("10", "25", false), "×2.5");
  EXPECT_EQ(off("10", "25000", true), "x2500");
  EXPECT_EQ(off("1200", "1", false), "÷1200");
  EXPECT_EQ(off("1200", "0", true), "/1200");
}

TEST(Words, OfAFindingNameItsFigures) {
  const Analysed plan{std::string(kJoin)};
  ASSERT_FALSE(plan->findings().empty());
  EXPECT_EQ(show_evidence(plan->findings().front()), "removed_rows 2M, rows 40, loops 1");
}

TEST(Words, TheTitleIsWhatTellsAPlanFromOthers) {
  const Analysed plan{std::string(kJoin)};
  EXPECT_EQ(title(*plan, {.title = "name", .query = "select ?"}), "name");
  EXPECT_EQ(title(*plan, {.query = "select\n  ?"}), "select ?");
  EXPECT_EQ(title(*plan, {}), "Hash Join");
}

TEST(Words, TheTimeIsThatOfTheLogElseThatOfThePlan) {
  const Analysed plan{std::string(kJoin)};
  EXPECT_EQ(execution_ms(*plan, {.duration_ms = 90}), 90);
  EXPECT_EQ(execution_ms(*plan, {}), 81);
}

}  // namespace
}  // namespace dbi::planview
