// Words of MySQL and MariaDB as their plans print them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sql/statement.hpp"

namespace dbi::plan {

/// How both write the expressions of their plans: a quotation mark or backslash in a string stands behind a backslash,
/// names that need it are in backticks.
[[nodiscard]] inline sql::Dialect mysql_expression_dialect() {
  sql::Dialect dialect;
  dialect.system = sql::System::MySql;
  dialect.ansi_quotes = false;
  dialect.no_backslash_escapes = false;
  return dialect;
}

/// Whether it is a word of SQL, and neither a name nor a function: "and", "between", "desc"; in any case.
[[nodiscard]] bool is_mysql_keyword(std::string_view word);

/// What a lexer of SQL would not read as it is meant: '#' of "(select #2)" becomes '_', and a name that is an
/// expression, as a plan that ran has it for a column of a temporary table (`(o.total + 98.5)`), loses its backticks.
/// The text itself where there is neither, else a copy in `scratch`.
[[nodiscard]] std::string_view lexable(std::string_view text, std::string& scratch);

/// The name without its backticks.
[[nodiscard]] std::string_view without_backticks(std::string_view name);

}  // namespace dbi::plan
