// SPDX-License-Identifier: Apache-2.0
#include "db/own_statement.hpp"

#include <gtest/gtest.h>

namespace dbi::db {
namespace {

TEST(OwnStatement, IsKnownByTheCommentBehindItsFirstKeyword) {
  EXPECT_TRUE(is_own_statement("select /* dbi-collect marks */ $1"));
  EXPECT_TRUE(is_own_statement("BEGIN /* dbi-collect */ READ ONLY"));
}

TEST(OwnStatement, CarriesTheCommentWhateverItsText) {
  EXPECT_EQ(OwnStatement("marks", "select 1").text(), "select /* dbi-collect marks */ 1");
  EXPECT_EQ(OwnStatement("", "ROLLBACK").text(), "ROLLBACK /* dbi-collect */");
  for (const auto* text : {"with a as (select 1) select * from a", "BEGIN READ ONLY", "show search_path"}) {
    EXPECT_TRUE(is_own_statement(OwnStatement("probe", text).text())) << text;
  }
}

TEST(OwnStatement, HasNoOpenColumnUnlessItSaysSo) {
  EXPECT_FALSE(OwnStatement("", "select a").is_open(0));
  EXPECT_TRUE(OwnStatement("", "select a, b", {1}).is_open(1));
  EXPECT_FALSE(OwnStatement("", "select a, b", {1}).is_open(0));
}

TEST(OwnStatement, IsNobodyElses) {
  EXPECT_FALSE(is_own_statement("select $1 /* dbi-collect marks */"));
  EXPECT_FALSE(is_own_statement("/* dbi-collect marks */ select $1"));
  for (const auto* text :
       {"select /* dbi-collector */ $1", "select /* dbi-collect y */ count(*) from k",
        "select /* dbi-collect marks*/ $1", "select  /* dbi-collect marks */ $1", "select /*  dbi-collect */ $1",
        "select /* dbi-collect  marks */ $1", "select /* dbi-collect marks, not quite */ $1",
        "select /* dbi-collect */$1", "select /* dbi-collect: x */ $1"}) {
    EXPECT_FALSE(is_own_statement(text)) << text;
  }
  EXPECT_FALSE(is_own_statement("select $1 where query like $2"));
  EXPECT_FALSE(is_own_statement("begin"));
  EXPECT_FALSE(is_own_statement(""));
}

TEST(OwnStatement, IsMarkedByAColumnForMysql) {
  const auto statement = OwnStatement::select("rows", "a, b FROM t", {2});
  EXPECT_EQ(statement.text(), "SELECT /* dbi-collect rows */ 1 AS dbi_collect, a, b FROM t");
  EXPECT_FALSE(statement.is_open(1));
  EXPECT_TRUE(statement.is_open(2));
}

}  // namespace
}  // namespace dbi::db
