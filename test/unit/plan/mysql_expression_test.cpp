// What plans of MySQL and MariaDB print differently for the same work is one expression, and what is other work is
// another.
// SPDX-License-Identifier: Apache-2.0
#include "plan/mysql_expression.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "plan/expression.hpp"

namespace dbi::plan {
namespace {

std::string shown(std::string out) {
  std::replace(out.begin(), out.end(), ExpressionWriter::kLiteral, '?');
  return out;
}

std::string form(std::string_view expression) {
  MySqlExpressionWriter writer;
  std::string out;
  if (!writer.append(expression, out)) out += " (cut)";
  return shown(out);
}

std::string operation(std::string_view prose) {
  MySqlExpressionWriter writer;
  std::string out;
  if (!writer.append_operation(prose, out)) out += " (cut)";
  return shown(out);
}

TEST(MysqlExpression, LiteralsAreOneToken) {
  EXPECT_EQ(form("(c.city = 'it\\'s')"), "( c . city = ? )");
  EXPECT_EQ(form("(c.born > DATE'2001-01-01')"), form("(c.born > '2001-01-01')"));
  EXPECT_EQ(form("(c.city = _utf8mb4'x')"), "( c . city = ? )");
  EXPECT_EQ(form("(c.id <> <cache>(-(5)))"), form("(c.id <> 98761234)"));
  EXPECT_EQ(form("(c.id = <cache>((@canary_variable)))"), "( c . id = ? )");
  EXPECT_EQ(form("(c.id > -1.50)"), "( c . id > ? )");
  EXPECT_EQ(form("((c.id - 1) > (0x05 + 2))"), "( ( c . id - ? ) > ? )");
  EXPECT_EQ(form("(t.a between '1' and '2')"), "( t . a between ? and ? )");
  EXPECT_EQ(form("(c.id = ?)"), form("(c.id = 7)"));
}

TEST(MysqlExpression, ListsOfOneAndManyAreOne) {
  EXPECT_EQ(form("(a in (1,2,3))"), form("(a = 1)"));
  EXPECT_EQ(form("(a not in ('x','y'))"), form("(a <> 'x')"));
  EXPECT_EQ(form("((a,b) in ((1,2),(3,4)))"), "( ( a , b ) = ? )");
  EXPECT_EQ(form("a in (select #2)"), "a in ( select _2 )");
  EXPECT_NE(form("(a in (1,2))"), form("(a not in (1,2))"));
  EXPECT_EQ(form("concat('x','y')"), "concat ( ? , ? )");
}

TEST(MysqlExpression, QuotingAndDatabaseFallAway) {
  EXPECT_EQ(form("(`app`.`customers`.`city` = 'x')"), form("(customers.city = 'y')"));
  EXPECT_EQ(form("(orders.`status` <=> 'x')"), "( orders . status <=> ? )");
}

TEST(MysqlExpression, OtherWorkIsAnotherExpression) {
  EXPECT_NE(form("(a > 1)"), form("(a >= 1)"));
  EXPECT_NE(form("(a > 1)"), form("(b > 1)"));
  EXPECT_NE(form("a desc"), form("a"));
  EXPECT_NE(form("(a is null)"), form("(a is not null)"));
}

TEST(MysqlExpression, RangesOfAnIndexFallAway) {
  EXPECT_EQ(
      operation("Index range scan on o using by_c over (c = 5) OR (c = 6) OR (2 more), with index condition: (o.c in "
                "(5,6,7))"),
      "Index range scan on o using by_c over , with index condition : ( o . c = ? )");
  EXPECT_EQ(operation("Covering index range scan on o using PRIMARY over (NULL < id < 3)"),
            operation("Covering index range scan on o using PRIMARY over (id < 3) OR (7 < id)"));
  EXPECT_NE(operation("Index range scan on o using a over (a = 1)"),
            operation("Index range scan on o using b over (a = 1)"));
}

TEST(MysqlExpression, WindowsAreTheirNodes) {
  EXPECT_EQ(operation("Window aggregate: rank() OVER (ORDER BY count(0) desc )"),
            operation("Window aggregate: rank() OVER (ORDER BY n desc ) "));
  EXPECT_EQ(operation("Window aggregate: lag(t.a,3) OVER w, ntile(4) OVER w"),
            "Window aggregate : lag ( t . a , ? ) OVER , ntile ( ? ) OVER");
}

TEST(MysqlExpression, NamesThatAreExpressionsAreThese) {
  EXPECT_EQ(operation("Sort: c.city, `(o.total + 98.5)`"), operation("Sort: c.city, (o.total + 7)"));
  EXPECT_EQ(operation("Sort: `count(0)` DESC"), "Sort : count ( ? ) DESC");
  EXPECT_EQ(form("(a = 'a `tick(' and `b` = 1)"), "( a = ? and b = ? )");
}

TEST(MysqlExpression, WhatCannotBeReadIsALiteral) {
  EXPECT_EQ(form("(v = 'unfinished"), "? (cut)");
  EXPECT_EQ(operation("Table scan on it's"), "? (cut)");
  EXPECT_EQ(operation("<35 bytes, xxh3 0123456789abcdef>"), "? (cut)");
}

}  // namespace
}  // namespace dbi::plan
