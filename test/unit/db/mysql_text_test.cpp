// What is said to and by MySQL and MariaDB, without a server: errors, guards, parameters, the greeting.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "db/mysql_errors.hpp"
#include "db/mysql_greeting.hpp"
#include "db/mysql_guards.hpp"
#include "db/mysql_parameters.hpp"

namespace dbi::db {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(MysqlMessage, IsRedacted) {
  const auto failure = classify_mysql_statement(
      {.number = 1062, .sqlstate = "23000", .message = "Duplicate entry 'it's 4242' for key 'k'"});
  EXPECT_THAT(failure.message, testing::AllOf(Not(HasSubstr("4242")), HasSubstr("Duplicate entry")));
  const auto raised = classify_mysql_statement({.number = 1644, .sqlstate = "45000", .message = "my secret 4242"});
  EXPECT_THAT(raised.message, Not(HasSubstr("secret")));
  EXPECT_EQ(
      classify_mysql_statement({.number = 1317, .sqlstate = "70100", .message = "Query execution was interrupted"})
          .message,
      "Query execution was interrupted (1317)");
}

TEST(MysqlMessage, OfLoggingInStays) {
  const auto failure = classify_mysql_connect(
      {.number = 1045, .sqlstate = "28000", .message = "Access denied for user 'x'@'h' (using password: YES)"},
      "db1:3306", true);
  EXPECT_EQ(failure.kind, ErrorKind::Authentication);
  EXPECT_EQ(failure.sqlstate, "28000");
  EXPECT_EQ(failure.message, "db1:3306: Access denied for user 'x'@'h' (using password: YES) (1045)");
  EXPECT_EQ(failure.hint, "");
  EXPECT_THAT(classify_mysql_connect({.number = 1045, .sqlstate = "28000", .message = "m"}, "w", false).hint,
              HasSubstr("tls=required"));
}

TEST(MysqlMessage, OfAServerThatSpeaksBeforeTlsIsTheServers) {
  const auto failure = classify_mysql_connect(
      {.number = 2002,
       .sqlstate = "HY000",
       .message = "Received error packet before completion of TLS handshake. The authenticity of the following error "
                  "cannot be verified: 1040 - Too many connections"},
      "db1:3306", true);
  EXPECT_EQ(failure.kind, ErrorKind::TooManyConnections);
  EXPECT_EQ(failure.message, "db1:3306: Too many connections (1040)");
  for (const auto* text : {"cannot be verified: ", "cannot be verified: 1040", "cannot be verified: x - y"}) {
    EXPECT_EQ(classify_mysql_connect({.number = 2002, .sqlstate = "", .message = text}, "w", true).kind,
              ErrorKind::Connection);
  }
}

TEST(MysqlMessage, OfTlsHasTheHintThatHelps) {
  const auto hint = [](std::string_view message) {
    return classify_mysql_connect({.number = 2026, .sqlstate = "", .message = message}, "w", true).hint;
  };
  EXPECT_THAT(hint("TLS/SSL error: certificate has expired"), HasSubstr("new certificate"));
  EXPECT_THAT(hint("TLS/SSL error: Validation of SSL server certificate failed"), HasSubstr("name the host"));
  EXPECT_THAT(hint("TLS/SSL error: SSL is required, but the server does not support it"), HasSubstr("ssl_cert"));
  EXPECT_THAT(hint("TLS/SSL error: self-signed certificate in certificate chain"), HasSubstr("tls_ca"));
}

TEST(MysqlKind, FollowsTheNumber) {
  EXPECT_EQ(kind_of_mysql(1969), ErrorKind::Timeout);
  EXPECT_EQ(kind_of_mysql(3024), ErrorKind::Timeout);
  EXPECT_EQ(kind_of_mysql(1205), ErrorKind::Timeout);
  EXPECT_EQ(kind_of_mysql(1040), ErrorKind::TooManyConnections);
  EXPECT_EQ(kind_of_mysql(1203), ErrorKind::TooManyConnections);
  EXPECT_EQ(kind_of_mysql(1045), ErrorKind::Authentication);
  EXPECT_EQ(kind_of_mysql(1142), ErrorKind::Privilege);
  EXPECT_EQ(kind_of_mysql(1146), ErrorKind::MissingFeature);
  EXPECT_EQ(kind_of_mysql(1064), ErrorKind::Unsupported);
  EXPECT_EQ(kind_of_mysql(2013), ErrorKind::Connection);
  EXPECT_EQ(kind_of_mysql(5014), ErrorKind::Connection);
  EXPECT_EQ(kind_of_mysql(2061), ErrorKind::Authentication);
  EXPECT_EQ(kind_of_mysql(1062), ErrorKind::Other);
  EXPECT_EQ(kind_of_mysql(6000), ErrorKind::Other);
}

TEST(MysqlGuards, AreSetInTheWordsOfTheServer) {
  const Guards guards{.statement_timeout = milliseconds{1500}, .lock_timeout = milliseconds{100}};
  EXPECT_THAT(set_session_guards(guards, sql::System::MariaDb),
              HasSubstr("SESSION max_statement_time=1.500, lock_wait_timeout=1,"));
  EXPECT_THAT(set_session_guards(guards, sql::System::MySql),
              HasSubstr("SESSION max_execution_time=1500, lock_wait_timeout=1,"));
}

TEST(MysqlGuards, TravelWithOneStatement) {
  const Guards guards{.statement_timeout = milliseconds{1500}, .lock_timeout = milliseconds{2500}};
  EXPECT_EQ(guarded("select /* dbi-collect */ 1", guards, sql::System::MySql),
            "SELECT /*+ MAX_EXECUTION_TIME(1500) SET_VAR(max_execution_time=1500) SET_VAR(lock_wait_timeout=3) "
            "SET_VAR(sql_mode='NO_ENGINE_SUBSTITUTION') SET_VAR(time_zone='+00:00') "
            "SET_VAR(sql_select_limit=18446744073709551615) SET_VAR(sql_big_selects=1) */ /* dbi-collect */ 1");
  EXPECT_THAT(guarded("SELECT 1", guards, sql::System::MySql).value_or(""), testing::EndsWith("*/ 1"));
  EXPECT_EQ(guarded("SHOW STATUS", guards, sql::System::MySql), std::nullopt);
  EXPECT_EQ(guarded("SELECTED 1", guards, sql::System::MySql), std::nullopt);
  EXPECT_EQ(guarded("SELECT", guards, sql::System::MySql), std::nullopt);
  EXPECT_EQ(guarded("", guards, sql::System::MySql), std::nullopt);
  EXPECT_EQ(guarded("SHOW STATUS", guards, sql::System::MariaDb),
            "SET STATEMENT max_statement_time=1.500, lock_wait_timeout=3, sql_mode='NO_ENGINE_SUBSTITUTION', "
            "time_zone='+00:00', sql_select_limit=18446744073709551615, sql_big_selects=1 FOR SHOW STATUS");
}

TEST(MysqlGuards, MissingOnesAreNamed) {
  const Guards guards;
  MysqlVariables variables{{"max_statement_time", "5.000000"},
                           {"lock_wait_timeout", "1"},
                           {"sql_mode", "NO_ENGINE_SUBSTITUTION"},
                           {"time_zone", "+00:00"},
                           {"sql_select_limit", "18446744073709551615"},
                           {"sql_big_selects", "ON"},
                           {"tx_read_only", "ON"}};
  EXPECT_EQ(missing_guards(variables, guards, sql::System::MariaDb, true), "");
  EXPECT_EQ(missing_guards(variables, guards, sql::System::MySql, true), "max_execution_time");
  variables["max_statement_time"] = "0.000000";
  variables["tx_read_only"] = "OFF";
  EXPECT_EQ(missing_guards(variables, guards, sql::System::MariaDb, true), "max_statement_time, transaction_read_only");
  EXPECT_EQ(missing_guards(variables, guards, sql::System::MariaDb, false), "max_statement_time");
  EXPECT_EQ(missing_guards({}, guards, sql::System::MySql, false),
            "max_execution_time, lock_wait_timeout, sql_mode, time_zone, sql_select_limit, sql_big_selects");
}

TEST(MysqlVersion, IsANumber) {
  EXPECT_EQ(mysql_version_number("10.11.19-MariaDB-0+deb12u1"), 101119);
  EXPECT_EQ(mysql_version_number("9.7.4-0ubuntu1"), 90704);
  EXPECT_EQ(mysql_version_number("8.4"), 80400);
  EXPECT_EQ(mysql_version_number("x"), 0);
}

TEST(MysqlParameters, BecomeLiteralsThatNoModeReadsDifferently) {
  EXPECT_EQ(bind_parameters("a ? b ?, ?", std::vector<std::optional<std::string>>{"42", std::nullopt, "it's \\"}),
            "a 42 b NULL, _utf8mb4 X'69742773205C'");
  EXPECT_EQ(bind_parameters("?", std::vector<std::optional<std::string>>{""}), "_utf8mb4 X''");
  EXPECT_EQ(bind_parameters("?", std::vector<std::optional<std::string>>{"-1"}), "_utf8mb4 X'2D31'");
  EXPECT_EQ(bind_parameters("?", {}), std::nullopt);
  EXPECT_EQ(bind_parameters("x", std::vector<std::optional<std::string>>{"1"}), std::nullopt);
}

std::string greeting(char high_flags) {
  using namespace std::string_view_literals;
  std::string packet;
  for (const auto part : {"\x4a\0\0\0\x0a"sv, "5.5.5-10.11.0-MariaDB\0"sv, "ID__scramble\0"sv, "\xfe"sv})
    packet += part;
  packet += high_flags;
  packet += "\x2d"sv;
  return packet;
}

TEST(MysqlGreeting, TellsWhetherTlsIsOffered) {
  EXPECT_EQ(read_greeting(greeting('\xf7')), Greeting::OffersNoTls);
  EXPECT_EQ(read_greeting(greeting('\xff')), Greeting::OffersTls);
  const auto whole = greeting('\x08').substr(0, greeting('\x08').size() - 1);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(read_greeting(whole.substr(0, size)), Greeting::Unfinished) << size;
  }
  EXPECT_EQ(read_greeting(whole), Greeting::OffersTls);
  EXPECT_EQ(read_greeting(std::string_view("\x10\0\0\0\xffToo many", 13)), Greeting::Unrecognised);
  EXPECT_EQ(read_greeting("HTTP/1.1 400"), Greeting::Unrecognised);
  std::string endless(400, 'x');
  endless[4] = '\x0a';
  EXPECT_EQ(read_greeting(endless), Greeting::Unrecognised);
}

}  // namespace
}  // namespace dbi::db
