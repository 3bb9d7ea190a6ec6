// What the gate answers.
// SPDX-License-Identifier: Apache-2.0
#include "history/gate.hpp"
#include "history/scan.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace dbi::history {
namespace {

struct Line {
  std::string name;
  std::string signature;
  bool indexed = true;
  double cost = 10;
  std::string source = "explain";
};

Baseline baseline(const std::vector<Line>& lines) {
  Baseline made;
  for (const Line& line : lines) {
    const plan::Outline outline = line.indexed ? scan("Index Scan", "i") : scan("Seq Scan", "");
    Observation plan;
    plan.plan_name = line.name;
    plan.query_signature = line.signature;
    plan.plan_source = line.source;
    plan.plan_hash = line.indexed ? "p1:p:a" : "p1:p:b";
    plan.plan_gist = line.indexed ? "IS:orders.i" : "SS:orders";
    plan.cost = line.cost;
    plan.outline = &outline;
    made.observe(plan);
  }
  return made;
}

FailOn on(std::string words) {
  const std::vector<std::string> values{std::move(words)};
  auto parsed = FailOn::parse(values);
  EXPECT_TRUE(parsed);
  return *parsed;
}

TEST(Gate, WritesTheSameBytesInWhateverOrderPlansCame) {
  const std::string text = baseline({{"b", "2"}, {"a", "9"}}).format();
  EXPECT_EQ(baseline({{"a", "9"}, {"b", "2"}}).format(), text);
  EXPECT_LT(text.find("\"a\""), text.find("\"b\""));
  const auto again = Baseline::parse(text);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->format(), text);
}

TEST(Gate, RefusesWhatIsNoBaseline) {
  for (const char* text : {"x\n", "{\"v\":1,\"kind\":\"plan\"}\n", "{\"v\":2,\"kind\":\"plan_baseline\"}\n"}) {
    const auto parsed = Baseline::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::Input);
  }
}

TEST(Gate, MatchesBySignatureElseByName) {
  const auto result = compare(baseline({{"a", "1"}, {"b", "2"}, {"c", ""}}),
                              baseline({{"renamed", "1"}, {"b", "3"}, {"new", "4"}}), {}, {});
  EXPECT_EQ(result.summary(), "compared 2, changed 0, regressed 0, missing 1, new 1");
  EXPECT_TRUE(result.passed);
}

TEST(Gate, KeepsStatementsApartThatDifferInTheirValuesOnly) {
  const Baseline before = baseline({{"common", "1", false}, {"rare", "1"}});
  const Baseline after = baseline({{"common", "1", false}, {"rare", "1", false}});
  EXPECT_EQ(compare(before, before, {}, {}).summary(), "compared 2, changed 0, regressed 0, missing 0, new 0");
  EXPECT_EQ(compare(before, after, {}, {}).summary(), "compared 2, changed 1, regressed 0, missing 0, new 0");
  const auto again = Baseline::parse(before.format());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->format(), before.format());
  // One that the baseline has not is new, whatever is alike there.
  EXPECT_EQ(compare(baseline({{"rare", "1"}}), after, {}, {}).summary(),
            "compared 1, changed 1, regressed 0, missing 0, new 1");
}

TEST(Gate, AStatementThatComesBetweenOthersIsNew) {
  const Baseline before = baseline({{"1", "a"}, {"2", "b"}});
  const Baseline after = baseline({{"1", "new", false}, {"2", "a"}, {"3", "b"}});
  EXPECT_EQ(compare(before, after, {}, {}).summary(), "compared 2, changed 0, regressed 0, missing 0, new 1");
}

TEST(Gate, FailsOnWhatItIsTold) {
  const Baseline before = baseline({{"a", "1"}, {"b", "2"}});
  const Baseline worse = baseline({{"a", "1", false, 100}});
  const Baseline other = baseline({{"a", "1", false, 99}, {"b", "2"}});
  EXPECT_EQ(compare(before, worse, {}, {}).summary(), "compared 1, changed 1, regressed 1, missing 1, new 0");
  EXPECT_TRUE(compare(before, worse, {}, {}).passed);
  EXPECT_FALSE(compare(before, worse, on("changed"), {}).passed);
  EXPECT_FALSE(compare(before, worse, on("regressed"), {}).passed);
  EXPECT_FALSE(compare(before, worse, on("missing"), {}).passed);
  EXPECT_TRUE(compare(before, other, on("regressed,missing"), {}).passed);
  EXPECT_FALSE(compare(before, before, on("sort_on_disk"), {"sort_on_disk"}).passed);
  EXPECT_TRUE(compare(before, before, on("sort_on_disk"), {"row_misestimate"}).passed);
}

TEST(Gate, DoesNotPassWhereNothingCouldBeCompared) {
  EXPECT_FALSE(compare(baseline({{"a", "1"}}), baseline({}), {}, {}).passed);
  EXPECT_FALSE(compare(baseline({{"a", "1"}}), baseline({{"a", "1", true, 1, "generic"}}), {}, {}).passed);
}

TEST(Gate, ExplainsAChange) {
  const auto result = compare(baseline({{"a", "1"}}), baseline({{"a", "1", false, 100}}), {}, {});
  ASSERT_EQ(result.changes.size(), 1U);
  EXPECT_EQ(result.changes[0].explanation(),
            "a: the plan has become worse\n"
            "  before  IS:orders.i\n"
            "  after   SS:orders\n"
            "  cost    100, before 10\n"
            "  - scan of orders changed from Index Scan using i to Seq Scan\n"
            "  - index i of orders is no longer used\n");
}

TEST(Gate, NamesTheWordsOfFailOn) {
  const std::vector<std::string> values{"changed,sort_on_dsk"};
  const auto parsed = FailOn::parse(values);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().kind, ErrorKind::Usage);
  EXPECT_NE(parsed.error().hint.find("sort_on_disk"), std::string::npos);
}

}  // namespace
}  // namespace dbi::history
