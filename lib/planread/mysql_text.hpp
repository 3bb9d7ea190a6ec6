// How MySQL and MariaDB write the expressions of their plans.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sql/statement.hpp"

namespace dbi::planread {

/// A quotation mark or backslash in a string stands behind a backslash, names that need it are in backticks.
[[nodiscard]] inline sql::Dialect mysql_expression_dialect() {
  sql::Dialect dialect;
  dialect.system = sql::System::MySql;
  dialect.ansi_quotes = false;
  dialect.no_backslash_escapes = false;
  return dialect;
}

/// Whether what stands in backticks can be the name that somebody gave to a column: letters, digits and what goes
/// between words. Both servers name a column without an alias after its text: an expression, or a literal.
[[nodiscard]] bool is_given_name(std::string_view name);

/// What a lexer of SQL would not read as it is meant, byte by byte as long as `text`: '#' of "(select #2)" becomes '_';
/// a name that is an expression, as a plan that ran has it for a column of a temporary table (`(o.total + 98.5)`),
/// loses its backticks; one that is neither that nor given becomes a string. The text itself where there is none of
/// them, else a copy in `scratch`.
[[nodiscard]] std::string_view lexable(std::string_view text, std::string& scratch);

}  // namespace dbi::planread
