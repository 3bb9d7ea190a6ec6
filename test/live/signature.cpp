// Signatures of the texts that stand NUL-separated on standard input, one a line: signature or "-", then the text.
// SPDX-License-Identifier: Apache-2.0
//
//   dbi_signature [mysql|mariadb VERSION [SQL_MODE]]     VERSION as in /*!NNNNN comments; "unknown" for SQL_MODE
//   dbi_signature messages                               of MySQL or MariaDB: prints them without values
#include <cstdlib>
#include <iostream>
#include <string>

#include "sql/redact_mysql_message.hpp"
#include "sql/statement.hpp"

namespace {

dbi::sql::Dialect dialect_of(int count, char** arguments) {
  if (count < 3) return {dbi::sql::System::PostgreSql, 0, true, {}, {}};
  const std::string_view system = arguments[1];
  const std::string_view mode = count > 3 ? arguments[3] : "";
  dbi::sql::Dialect dialect;
  dialect.system = system == "mysql" ? dbi::sql::System::MySql : dbi::sql::System::MariaDb;
  dialect.version = std::atoi(arguments[2]);
  if (mode == "unknown") return dialect;
  dialect.ansi_quotes = mode.find("ANSI_QUOTES") != std::string_view::npos;
  dialect.no_backslash_escapes = mode.find("NO_BACKSLASH_ESCAPES") != std::string_view::npos;
  return dialect;
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 2 && std::string_view(arguments[1]) == "messages") {
    for (std::string text; std::getline(std::cin, text, '\0');) {
      std::cout << dbi::sql::redact_mysql_message(text, 0, {}) << '\n';
    }
    return 0;
  }
  const auto dialect = dialect_of(count, arguments);
  for (std::string text; std::getline(std::cin, text, '\0');) {
    const auto it = dbi::sql::normalize(text, dialect);
    std::cout << it.signature.value_or("-") << ' ' << it.text << '\n';
  }
}
