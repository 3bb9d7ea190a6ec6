// No literal of a plan of MySQL or MariaDB comes out, and the plan is the same without them.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "planread/json_plan.hpp"
#include "planread/plan_reader.hpp"
#include "planread/redact.hpp"
#include "support/plan_fixtures.hpp"

namespace dbi::planread {
namespace {

std::string redacted(std::string_view expression) {
  std::string out;
  RedactionFaults faults;
  redact_mysql_expression(expression, out, faults);
  return out;
}

std::string redacted_plan(std::string_view source, RedactionFaults& faults) {
  PlanReader reader;
  const Status opened = reader.open(source);
  if (!opened) return opened.error().message;
  std::string out;
  reader.redact(out, faults);
  return out;
}

std::string redacted_plan(std::string_view source) {
  RedactionFaults faults;
  return redacted_plan(source, faults);
}

TEST(RedactMySql, KeepsStructureAndTakesLiterals) {
  EXPECT_EQ(redacted("((o.total > 98.5) and (o.`status` <> 'it\\'s'))"), "((o.total > ?) and (o.`status` <> ?))");
  EXPECT_EQ(redacted("(c.born > DATE'1999-12-31')"), "(c.born > DATE ?)");
  EXPECT_EQ(redacted("(n > (select #2))"), "(n > (select #2))");
  EXPECT_EQ(redacted("Aggregate: count(0), sum(o.total * 3)"), "Aggregate: count(0), sum(o.total * ?)");
  EXPECT_EQ(redacted("Limit/Offset: 7/4 row(s)"), "Limit/Offset: ?/? row(s)");
  EXPECT_EQ(redacted("Index range scan on t using k over (1 <= a <= 5) OR (a = 'x')"),
            "Index range scan on t using k over (? <= a <= ?) OR (a = ?)");
  EXPECT_EQ(redacted("Index lookup on <subquery2> using <auto_distinct_key> (size=w.size)"),
            "Index lookup on <subquery2> using <auto_distinct_key> (size=w.size)");
  EXPECT_EQ(redacted("Table scan on it's"), "<18 bytes, xxh3 1dbfd83871460864>");
}

// A column without an alias is called after its text.
TEST(RedactMySql, TakesNamesThatAreTextsOfExpressions) {
  EXPECT_EQ(redacted("(z.`n+98761` > 5)"), "(z.? > ?)");
  EXPECT_EQ(redacted("(z.`(o.total + 98.5)` > 5)"), "(z. (o.total + ?) > ?)");
  EXPECT_EQ(redacted("z.`someone@example.org`"), "z.?");
  EXPECT_EQ(redacted("z.`98761`"), "z.?");
  EXPECT_EQ(redacted("z.`Order Details 2`"), "z.`Order Details 2`");
}

TEST(RedactMySql, IsTheSameTwice) {
  for (const std::string_view text :
       {"(c.born > DATE'1999-12-31')", "(z.`(o.total + 98.5)` > -5)", "Table scan on it's",
        "(a = @v) and (b = _utf8mb4'x')", "Sort: a DESC, limit input to 7 row(s) per chunk",
        "a <> x'41' or (b->'$.x' = 5)"}) {
    EXPECT_EQ(redacted(redacted(text)), redacted(text)) << text;
  }
}

TEST(RedactMySql, KnowsTheMembersOfAPlan) {
  RedactionFaults faults;
  EXPECT_EQ(
      redacted_plan(
          R"x({"query_plan": {"operation": "Limit: 7 row(s)", "limit": 7, "limit_offset": 0, "estimated_rows": 7.0,
      "later": "x = 'canary'", "number": 98761, "list": ["'a'", 5], "flag": true, "nothing": null
}
})x",
          faults),
      R"x({"query_plan":{"operation":"Limit: ? row(s)","estimated_rows":7.0,"later":"x = ?","number":"?","list":["?","?"],)x"
      R"x("flag":true,"nothing":null}})x");
  EXPECT_EQ(faults.unknown_keys, 4U);
  EXPECT_EQ(
      redacted_plan(
          R"x({"query_block": {"select_id": 1, "table": {"table_name": "t", "r_limit": 98761, "r_buffer_size": "5KiB",
      "key_length": "4", "rows": 5, "r_keys": {"range": {"by_customer": 1}}}}})x"),
      R"x({"query_block":{"select_id":1,"table":{"table_name":"t","r_buffer_size":"5KiB","key_length":"4","rows":5,)x"
      R"x("r_keys":{"range":{"by_customer":1}}}}})x");
  EXPECT_EQ(
      redacted_plan(R"x({"query_block": {"select_id": 1, "r_loops": 1, "const_condition": "0 or 'canary'",
      "outer_ref_condition": "t.a <> 'canary'", "table": {"table_name": "t", "index_condition_bka": "t.b = 98761"}}})x"),
      R"x({"query_block":{"select_id":1,"r_loops":1,"const_condition":"? or ?","outer_ref_condition":"t.a <> ?",)x"
      R"x("table":{"table_name":"t","index_condition_bka":"t.b = ?"}}})x");
}

// explain_json_format_version = 2 prints the statement, and there the row of a table that was read before.
TEST(RedactMySql, TakesTheRowsAndNamesOfTheStatement) {
  EXPECT_EQ(redacted_plan(R"x({"query": "/* select#1 */ select '5' AS `id`,'canary x' AS `canary x`,)x"
                          R"x((`t`.`n` div 98761) AS `n div 98761` from `t`", "query_plan": {)x"
                          R"x("operation": "Table scan on z", "used_columns": ["canary x", "id"],)x"
                          R"x("condition": "(z.`canary x` = `id`)"}})x"),
            R"x({"query":"select ? AS `id`,? AS ?,(`t`.`n` div ?) AS ? from `t`","query_plan":{)x"
            R"x("operation":"Table scan on z","used_columns":["?","?"],"condition":"(z.? = `id`)"}})x");
}

TEST(RedactMySql, ShowsColumnsOfBaseTablesOnly) {
  EXPECT_EQ(
      redacted_plan(R"x({"query_block": {"cost_info": {}, "nested_loop": [
      {"table": {"table_name": "t", "used_columns": ["a", "b"], "used_key_parts": ["a"]}},
      {"table": {"table_name": "d", "used_columns": ["canary"], "used_key_parts": ["98761", "a"], "materialized_from_subquery": {}}}]}})x"),
      R"x({"query_block":{"cost_info":{},"nested_loop":[{"table":{"table_name":"t","used_columns":["a","b"],"used_key_parts":["a"]}},)x"
      R"x({"table":{"table_name":"d","used_columns":["?"],"used_key_parts":["?","a"],"materialized_from_subquery":{}}}]}})x");
}

TEST(RedactMySql, TakesTreeByItsLines) {
  EXPECT_EQ(redacted_plan("-> Filter: (t.a = 'x  (cost=1)')  (cost=91.2 rows=90)\n"
                          "    -> Table scan on t  (cost=91.2 rows=900) (actual time=0.1..0.2 rows=8 loops=1)\n"
                          "canary\n"
                          "-> Select #2 (subquery in condition; dependent)\n"
                          "    -> Hash\n"),
            "-> Filter: (t.a = ?)  (cost=91.2 rows=90)\n"
            "    -> Table scan on t  (cost=91.2 rows=900) (actual time=0.1..0.2 rows=8 loops=1)\n"
            "-> Select #2 (subquery in condition; dependent)\n"
            "    -> Hash\n");
}

// MariaDB escapes an expression for SQL and not for JSON.
TEST(JsonPlan, TakesTheTextsOfMariaDbAsTheyStand) {
  Document document;
  const auto read = [&](std::string_view condition) {
    const std::string plan =
        R"x({"query_block": {"select_id": 1, "table": {"table_name": "t", "rows": 5, "attached_condition": ")x" +
        std::string(condition) + "\"}}}";
    const auto size = read_json_plan(plan, document);
    if (!size) return size.error().message;
    std::string out;
    RedactionFaults faults;
    redact_mysql_document(document, out, faults);
    return out.substr(out.find("condition") + 11);
  };
  EXPECT_EQ(read(R"x(t.a = 'it\'s' and t.b = 1)x"), R"x("t.a = ? and t.b = ?"}}})x");
  // Both literals end in a backslash; for a reader of JSON the first quotation mark behind it is escaped.
  EXPECT_EQ(read(R"x(t.a <> 'x\\' and t.a <> ' canary ' and t.a <> 'y\\')x"),
            R"x("t.a <> ? and t.a <> ? and t.a <> ?"}}})x");
  constexpr std::string_view kCause = " (a quotation mark in a literal or a name, which MariaDB does not escape?)";
  EXPECT_EQ(read(R"x(t.a = 'it"s')x"), "line 1: expected ',' or a closing bracket" + std::string(kCause));
  EXPECT_EQ(
      read(R"x(t.a <> 'x","table_name":"canary","zz":"')x"),
      "an expression ends within a literal (a quotation mark in a literal or a name, which MariaDB does not escape?)");
}

TEST(JsonPlan, LeavesTheEscapesOfMySql) {
  EXPECT_EQ(redacted_plan(R"x({"query_block": {"cost_info": {}, "table": {"attached_condition": "(a = 'it\\'s')"}}})x"),
            R"x({"query_block":{"cost_info":{},"table":{"attached_condition":"(a = ?)"}}})x");
}

bool holds_canary(std::string_view text) {
  return text.find("canary") != std::string_view::npos || text.find("98761") != std::string_view::npos;
}

// Of a name with a quotation mark TREE does not tell where it ends.
bool has_broken_names(const Fixture& fixture) {
  return fixture.name.starts_with("quoted_names");
}

TEST(RedactMySql, NoCanaryComesOutAndThePlanStaysTheSame) {
  std::size_t plans = 0, ill_formed = 0;
  for (const char* file : {"mysql-9.7.ndjson", "mariadb-10.5.ndjson", "mariadb-10.11.ndjson", "mariadb-11.8.ndjson"}) {
    for (const Fixture& fixture : read_fixtures(std::filesystem::path(DBI_PLANS) / file)) {
      SCOPED_TRACE(std::string(file) + " " + fixture.key() + " " + fixture.format);
      PlanReader reader, again;
      if (!reader.open(fixture.plan)) {
        ++ill_formed;
        continue;
      }
      ++plans;
      ASSERT_TRUE(reader.read(0));
      std::string out, twice;
      RedactionFaults faults;
      reader.redact(out, faults);
      EXPECT_FALSE(holds_canary(out)) << out;
      EXPECT_EQ(faults.unknown_keys, 0U) << out;
      EXPECT_TRUE(faults.unreadable == 0 || has_broken_names(fixture)) << out;
      ASSERT_TRUE(again.open(out)) << out;
      ASSERT_TRUE(again.read(0)) << out;
      EXPECT_EQ(again.plan().nodes().size(), reader.plan().nodes().size()) << out;
      again.redact(twice, faults);
      EXPECT_EQ(twice, out);
    }
  }
  EXPECT_GT(plans, 1000U);
  EXPECT_LT(ill_formed, 20U);  // MariaDB's, with quotation marks in literals or names
}

}  // namespace
}  // namespace dbi::planread
