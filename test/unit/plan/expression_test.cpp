// What plans print differently for the same work is one expression, and what is other work is another.
// SPDX-License-Identifier: Apache-2.0
#include "plan/expression.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace dbi::plan {
namespace {

// `own` falls away, every other alias is its name in upper case letters; subplans are numbered as they are.
class Names final : public NameResolver {
 public:
  std::string_view qualifier(std::string_view alias) override {
    if (alias == "own") return {};
    return *kept_.insert("<" + std::string(alias) + ">").first;
  }
  std::string_view column(std::string_view alias, std::string_view name) override {
    return alias.empty() && name == "series" ? "generate_series" : name;
  }
  std::uint32_t subplan(std::string_view number) override {
    return static_cast<std::uint32_t>(std::stoul(std::string(number)));
  }

 private:
  std::set<std::string> kept_;
};

std::string form(std::string_view expression) {
  Names names;
  ExpressionWriter writer;
  std::string out;
  if (!writer.append(expression, names, out)) out += " (cut)";
  for (char& c : out) {
    if (c == ExpressionWriter::kLiteral) c = '?';
  }
  return out;
}

TEST(Expression, LiteralsWithTheirCastsAreOneToken) {
  EXPECT_EQ(form("(v = 'it''s'::text)"), "( v = ? )");
  EXPECT_EQ(form("(v = $1)"), "( v = ? )");
  EXPECT_EQ(form("((v)::text = 'a'::character varying(10))"), "( ( v ) :: text = ? )");
  EXPECT_EQ(form("(t > '2024-01-01 00:00:00+00'::timestamp with time zone)"), "( t > ? )");
  EXPECT_EQ(form("(a = '{1,2}'::integer[])"), "( a = ? )");
  EXPECT_EQ(form("(a = 'x'::public.\"My type\")"), "( a = ? )");
  EXPECT_EQ(form("(a = NULL::text)"), "( a = ? )");
  EXPECT_EQ(form("(a IS NULL)"), "( a IS NULL )");
  EXPECT_EQ(form("(flag = true)"), "( flag = true )");
}

TEST(Expression, LiteralsFoldInBracketsAndWithTheirSign) {
  EXPECT_EQ(form("(a = '-1'::integer)"), form("(a = 7)"));
  EXPECT_EQ(form("(a = (-1))"), form("(a = 7)"));
  EXPECT_EQ(form("(a = (1)::bigint)"), form("(a = 7)"));
  EXPECT_EQ(form("(a > (2 + 3))"), form("(a > 7)"));
  EXPECT_EQ(form("((a - 1) > 0)"), "( ( a - ? ) > ? )");
  EXPECT_EQ(form("lower('X'::text)"), "lower ( ? )");
}

TEST(Expression, ListsOfOneAndManyAreOne) {
  EXPECT_EQ(form("(a = ANY ('{1,2,3}'::integer[]))"), "( a = ? )");
  EXPECT_EQ(form("(a <> ALL ('{1,2,3}'::integer[]))"), "( a <> ? )");
  EXPECT_EQ(form("(a > ANY ('{1,2}'::integer[]))"), "( a > ANY ? )");
  EXPECT_EQ(form("(a ~~ ANY ('{x,y}'::text[]))"), "( a ~~ ANY ? )");
}

TEST(Expression, QualifiersAreResolvedAndSchemasFallAway) {
  EXPECT_EQ(form("(own.id = b.a_id)"), "( id = <b>.a_id )");
  EXPECT_EQ(form("(b.a_id = own.id)"), "( id = <b>.a_id )");
  EXPECT_EQ(form("(b.a_id > own.id)"), "( <b>.a_id > id )");
  EXPECT_EQ(form("(pg_catalog.lower(own.v) OPERATOR(public.=) 'x')"), "( lower ( v ) = ? )");
  EXPECT_EQ(form("((own.v)::public.citext = 'x'::public.citext)"), "( ( v ) :: citext = ? )");
  EXPECT_EQ(form("(\"x \"\"y\".\"Col\" = 1)"), "( <x \"\"y>.\"Col\" = ? )");
  EXPECT_EQ(form("b.*"), "<b>.*");
}

TEST(Expression, TheOrderOfAConjunctionIsNoneOfIts) {
  EXPECT_EQ(form("((b = 1) AND (a = 2) AND (lower(c) = 'x'))"), form("((lower(c) = 'y') AND (b = 1) AND (a = 2))"));
  EXPECT_EQ(form("((b = 1) AND ((d = 1) OR (a = 2)))"), "( ( ( d = ? ) OR ( a = ? ) ) AND ( b = ? ) )");
  EXPECT_NE(form("((b = 1) OR (a = 2))"), form("((b = 1) AND (a = 2))"));
}

TEST(Expression, AFunctionsColumnIsTheFunctions) {
  EXPECT_EQ(form("((series % 3) = 1)"), "( ( generate_series % ? ) = ? )");
}

TEST(Expression, ARedactedOneIsTheSame) {
  EXPECT_EQ(form("(a = ?)"), form("(a = 7)"));
  EXPECT_EQ(form("(j ? ?::text)"), form("(j ? 'key'::text)"));
  EXPECT_EQ(form("((v)::character varying(7)[] = ?)"), "( ( v ) :: character varying [ ] = ? )");
  EXPECT_EQ(form("(a > - ?)"), form("(a > -1)"));
  EXPECT_EQ(form("CASE WHEN ? THEN j ELSE k END ? ?"), form("CASE WHEN $1 THEN j ELSE k END ? 'x'"));
}

TEST(Expression, OperatorsCollationsAndOrderStay) {
  EXPECT_EQ(form("(j ? 'key'::text)"), "( j ? ? )");
  EXPECT_NE(form("(a < 1)"), form("(a > 1)"));
  EXPECT_EQ(form("((v)::text) COLLATE \"C\" DESC NULLS LAST"), "( ( v ) :: text ) COLLATE \"C\" DESC NULLS LAST");
  EXPECT_NE(form("v DESC"), form("v"));
  EXPECT_EQ(form("CASE WHEN (a = 1) THEN 'x'::text ELSE 'y'::text END"), "CASE WHEN ( a = ? ) THEN ? ELSE ? END");
}

TEST(Expression, SubplansAreReferencesAndInitPlansLiterals) {
  EXPECT_EQ(form("(hashed SubPlan 1)"), "hashed SubPlan 1");
  EXPECT_EQ(form("(ANY (own.id = (hashed SubPlan 1).col1))"), "hashed SubPlan 1");
  EXPECT_EQ(form("EXISTS(SubPlan 2)"), "SubPlan 2");
  EXPECT_EQ(form("ARRAY(SubPlan 2)"), "SubPlan 2");
  EXPECT_EQ(form("(n > (SubPlan 2))"), "( n > SubPlan 2 )");
  EXPECT_EQ(form("(NOT (ANY (own.id = (hashed SubPlan 1).col1)))"), form("(NOT (hashed SubPlan 1))"));
  EXPECT_EQ(form("(n > (InitPlan 1).col1)"), form("(n > $0)"));
}

TEST(Expression, WindowsAreTheirNodes) {
  EXPECT_EQ(form("(row_number() OVER (?) <= 3)"), form("(row_number() OVER w1 <= 5)"));
}

TEST(Expression, WhatCannotBeReadIsALiteral) {
  EXPECT_EQ(form("(v = 'unfinished"), "? (cut)");
}

}  // namespace
}  // namespace dbi::plan
