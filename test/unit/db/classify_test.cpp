// Failures by SQLSTATE and by libpq's words.
// SPDX-License-Identifier: Apache-2.0
#include "db/classify.hpp"

#include <gmock/gmock.h>

namespace dbi::db {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Classify, GoesBySqlstate) {
  EXPECT_EQ(kind_of("57014"), ErrorKind::Timeout);
  EXPECT_EQ(kind_of("55P03"), ErrorKind::Timeout);
  EXPECT_EQ(kind_of("08006"), ErrorKind::Connection);
  EXPECT_EQ(kind_of("57P01"), ErrorKind::Connection);
  EXPECT_EQ(kind_of("28P01"), ErrorKind::Authentication);
  EXPECT_EQ(kind_of("53300"), ErrorKind::TooManyConnections);
  EXPECT_EQ(kind_of("42501"), ErrorKind::Privilege);
  EXPECT_EQ(kind_of("42P01"), ErrorKind::MissingFeature);
  EXPECT_EQ(kind_of("42883"), ErrorKind::MissingFeature);
  EXPECT_EQ(kind_of("22012"), ErrorKind::Other);
  EXPECT_EQ(kind_of(""), ErrorKind::Other);
}

TEST(Classify, TakesAConnectMessageApart) {
  const auto message = parse_connect_message(
      "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: password authentication failed for user "
      "\"x\"\nLOCATION:  auth_failed, auth.c:326\n");
  EXPECT_EQ(message.sqlstate, "28P01");
  EXPECT_EQ(message.text, "password authentication failed for user \"x\"");
}

TEST(Classify, TakesTheLastAttempt) {
  const auto message = parse_connect_message(
      "connection to server at \"a\" (10.0.0.1), port 1 failed: Connection refused\n\tIs the server running?\n"
      "connection to server at \"b\" (10.0.0.2), port 2 failed: FATAL:  53300: sorry, too many clients already\n");
  EXPECT_EQ(message.sqlstate, "53300");
}

TEST(Classify, GoesByWordsWithoutSqlstate) {
  const auto kind = [](std::string_view text) { return classify_connect(text, "db1:5432").kind; };
  EXPECT_EQ(kind("connection to server at \"a\", port 1 failed: Connection refused\n\tIs the server"),
            ErrorKind::Connection);
  EXPECT_EQ(kind("could not translate host name \"nope\" to address: Name or service not known\n"),
            ErrorKind::Connection);
  EXPECT_EQ(kind("connection to server at \"a\", port 1 failed: fe_sendauth: no password supplied\n"),
            ErrorKind::Authentication);
  EXPECT_EQ(kind("connection to server at \"a\", port 1 failed: FATAL:  08P01: no more connections allowed"),
            ErrorKind::TooManyConnections);
}

TEST(Classify, KnowsARefusalOfOptions) {
  const auto refuses = [](std::string_view text) { return refuses_options(parse_connect_message(text)); };
  EXPECT_TRUE(
      refuses("connection to server at \"a\", port 1 failed: FATAL:  08P01: unsupported startup parameter: options\n"));
  EXPECT_TRUE(
      refuses("connection to server at \"a\", port 1 failed: FATAL:  unsupported startup parameter in options: x\n"));
  EXPECT_FALSE(refuses("connection to server at \"a\", port 1 failed: FATAL:  28P01: password authentication failed"));
  EXPECT_FALSE(refuses("connection to server at \"a\", port 1 failed: Connection refused"));
}

TEST(Classify, SaysNothingPrivate) {
  const auto failure = classify_statement("22P02", "invalid input syntax for type integer: \"canary\"\nDETAIL: canary");
  EXPECT_EQ(failure.sqlstate, "22P02");
  EXPECT_THAT(failure.message, Not(HasSubstr("DETAIL")));
  EXPECT_THAT(classify_statement("42P01", "relation \"orders\" does not exist").message, HasSubstr("orders"));
}

}  // namespace
}  // namespace dbi::db
