// Messages as MySQL 9.7 and MariaDB 10.11 word them, and values that try to look like names.
// SPDX-License-Identifier: Apache-2.0
#include "sql/redact_mysql_message.hpp"

#include <gtest/gtest.h>

namespace dbi::sql {
namespace {

struct Case {
  std::string_view text;
  std::string_view expected;
};

TEST(RedactMySqlMessage, KeepsNamesAndDropsValues) {
  constexpr Case kCases[] = {
      {"User 'secret' has exceeded the 'max_user_connections' resource (current value: 1)",
       "User '?' has exceeded the 'max_user_connections' resource (current value: 1)"},
      {"User 'x' has exceeded the 'secret y' resource (current value: 1)", "User '?'"},
      {"User 'x' has exceeded the 'y' resource (current value: secret)", "User '?'"},
      {"Duplicate entry 'secret' for key 't.PRIMARY'", "Duplicate entry '?' for key 't.PRIMARY'"},
      {"Duplicate entry 'a' for key 'secret' for key 'k'", "Duplicate entry '?' for key 'k'"},
      {"Duplicate entry 'it's secret' for key 'k'", "Duplicate entry '?' for key 'k'"},
      {"Duplicate entry 'a\nsecret' for key 'k'", "Duplicate entry '?' for key 'k'"},
      {"You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the "
       "right syntax to use near 'secret' and 'x' at line 3",
       "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the "
       "right syntax to use near '?' at line 3"},
      {"Access denied for user 'joe'@'localhost' (using password: YES)",
       "Access denied for user 'joe'@'localhost' (using password: YES)"},
      {"Access denied for user 'joe'@'10.0.0.%' to database 'app'",
       "Access denied for user 'joe'@'10.0.0.%' to database 'app'"},
      {"Access denied for user ''@'localhost'", "Access denied for user ''@'localhost'"},
      {"Access denied for user 'my secret'@'h'", "Access denied for user '?'"},
      {"Incorrect datetime value: 'secret' for column `app`.`t`.`d` at row 1",
       "Incorrect datetime value: '?' for column `app`.`t`.`d` at row 1"},
      {"Incorrect integer value: 'secret' for column 'a' at row 12",
       "Incorrect integer value: '?' for column 'a' at row 12"},
      {"Incorrect datetime value: 'x' for column 'secret' at row 1' for column 'a' at row 1",
       "Incorrect datetime value: '?' for column 'a' at row 1"},
      {"Truncated incorrect DOUBLE value: 'x' for key 'secret'", "Truncated incorrect DOUBLE value: '?'"},
      {"Incorrect DATE value: 'x' for column 'secret'", "Incorrect DATE value: '?'"},
      {"Truncated incorrect DOUBLE value: 'secret'", "Truncated incorrect DOUBLE value: '?'"},
      {"Incorrect time value: 'secret' for function str_to_date", "Incorrect time value: '?' for function str_to_date"},
      {"Unknown column 'a.b' in 'field list'", "Unknown column 'a.b' in 'field list'"},
      {"Unknown column 'a' in 'WHERE'", "Unknown column 'a' in 'WHERE'"},
      {"Unknown column '4242' in 'secret'", "Unknown column '?'"},
      {"Table 'app.t' doesn't exist", "Table 'app.t' doesn't exist"},
      {"Column 'a' cannot be null", "Column 'a' cannot be null"},
      {"Field 'a' doesn't have a default value", "Field 'a' doesn't have a default value"},
      {"Data too long for column 'a' at row 1", "Data too long for column 'a' at row 1"},
      {"BIGINT UNSIGNED value is out of range in '(4242 - `app`.`t`.`a`)'",
       "BIGINT UNSIGNED value is out of range in '?'"},
      {"Variable 'sql_mode' can't be set to the value of 'secret'",
       "Variable 'sql_mode' can't be set to the value of '?'"},
      {"Cannot add or update a child row: a foreign key constraint fails (`app`.`t`, CONSTRAINT `c` FOREIGN KEY (`a`) "
       "REFERENCES `u` (`b`))",
       "Cannot add or update a child row: a foreign key constraint fails (`app`.`t`, CONSTRAINT `c` FOREIGN KEY (`a`) "
       "REFERENCES `u` (`b`))"},
      {"Check constraint 'c1' is violated.", "Check constraint 'c1' is violated."},
      {"Can't connect to MySQL server on '127.0.0.1:3306' (111)",
       "Can't connect to MySQL server on '127.0.0.1:3306' (111)"},
      {"Can't connect to server on 'db1' (111 \"Connection refused\")",
       "Can't connect to server on 'db1' (111 \"Connection refused\")"},
      {"Can't connect to local server through socket '/run/x.sock' (2)",
       "Can't connect to local server through socket '/run/x.sock' (2)"},
      {"Lost connection to server at 'reading authorization packet', system error: 0",
       "Lost connection to server at 'reading authorization packet', system error: 0"},
      {"Host '10.0.0.5' is not allowed to connect to this MariaDB server",
       "Host '10.0.0.5' is not allowed to connect to this MariaDB server"},
      {"SELECT command denied to user 'joe'@'h' for table 't'",
       "SELECT command denied to user 'joe'@'h' for table 't'"},
      {"Invalid JSON text: \"Invalid value.\" at position 4 in value for column 't.c'.",
       "Invalid JSON text: \"?\" at position 4 in value for column 't.c'."},
      {"Error 'Duplicate entry 'secret' for key 'k'' on query. Query: 'insert into t values ('secret')'", "Error '?'"},
      {"Invalid utf8mb4 character string: 'secret'", "Invalid utf8mb4 character string: '?'"},
      {"Data truncated for 4242 of secret?", "Data truncated for ? of secret?"},
      {"Value `a` 'secret", "Value `a` '?'"},
      {"Unknown database 'secret value'", "Unknown database '?'"},
      {"Unknown column 'a' in 'x' and 'secret'", "Unknown column 'a' in '?'"},
      {"Lock wait timeout exceeded; try restarting transaction",
       "Lock wait timeout exceeded; try restarting transaction"},
      {"", ""},
  };
  for (const auto& it : kCases) {
    EXPECT_EQ(redact_mysql_message(it.text, 0, {}), it.expected) << it.text;
    EXPECT_EQ(redact_mysql_message(it.text, 1064, "42000"), it.expected) << it.text;
  }
}

TEST(RedactMySqlMessage, TakesAnApplicationsWordsAway) {
  constexpr std::string_view kRaised = "customer John Smith not found";
  for (const unsigned code : {1642U, 1643U, 1644U}) {
    EXPECT_TRUE(redact_mysql_message(kRaised, code, "42000").starts_with("<29 bytes, xxh3 ")) << code;
  }
  for (const std::string_view sqlstate : {"45000", "99999", "UX123", "4", "P0001"}) {
    EXPECT_TRUE(redact_mysql_message(kRaised, 1234, sqlstate).starts_with("<29 bytes, xxh3 ")) << sqlstate;
  }
  EXPECT_EQ(redact_mysql_message(kRaised, 1234, "HY000"), kRaised);
}

TEST(RedactMySqlMessage, NoValueComesOutOfACutMessage) {
  const std::string value(600, 'x');
  const std::string text = "Duplicate entry 'it's secret " + value + "' for key 'k'";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto out = redact_mysql_message(std::string_view(text).substr(0, size), 1062, "23000");
    EXPECT_EQ(out.find("secret"), std::string::npos) << out;
    EXPECT_EQ(out.find("xx"), std::string::npos) << out;
  }
}

}  // namespace
}  // namespace dbi::sql
