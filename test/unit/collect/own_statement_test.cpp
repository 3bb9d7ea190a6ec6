// SPDX-License-Identifier: Apache-2.0
#include "collect/own_statement.hpp"

#include <gtest/gtest.h>

namespace dbi::collect {
namespace {

TEST(OwnStatement, IsKnownByTheCommentBehindItsFirstKeyword) {
  EXPECT_TRUE(is_own_statement("select /* dbi-collect marks */ $1"));
  EXPECT_TRUE(is_own_statement("BEGIN /* dbi-collect */ READ ONLY"));
}

TEST(OwnStatement, IsNobodyElses) {
  EXPECT_FALSE(is_own_statement("select $1 /* dbi-collect marks */"));
  EXPECT_FALSE(is_own_statement("/* dbi-collect marks */ select $1"));
  EXPECT_FALSE(is_own_statement("select /* dbi-collector */ $1"));
  EXPECT_FALSE(is_own_statement("select $1 where query like $2"));
  EXPECT_FALSE(is_own_statement("begin"));
  EXPECT_FALSE(is_own_statement(""));
}

}  // namespace
}  // namespace dbi::collect
