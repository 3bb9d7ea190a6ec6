// Takes a file of statements apart, as its server would read them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sql/statement.hpp"

namespace dbi::sql {

/// One statement of a script. Views point into the script.
struct ScriptStatement {
  /// From its first token to its last, without the semicolon; a comment with code of MySQL (/*! ... */) whole.
  std::string_view text;
  std::string name;              ///< that of the comment before it, else its ordinal from 1
  std::size_t line = 1;          ///< where `text` begins, from 1
  std::string verb;              ///< its first word in upper case, brackets before it apart; empty where there is none
  std::size_t placeholders = 0;  ///< the highest n of $n
  bool question_marks = false;   ///< a lone `?` is in it: a placeholder of MySQL's protocol, of JDBC ...
  bool has_into = false;         ///< the word INTO is in it
};

/// Longest name of a statement, in bytes.
inline constexpr std::size_t kMaxStatementName = 200;

/// Splits at semicolons outside strings, comments, quoted names and dollar quotes; what is empty is no statement. A
/// line of its own that says `-- name: X` between two statements names the one behind it, the last of several holds.
/// Fails with ErrorKind::Malformed, "line N: ...", where the text cannot be taken apart (a string that does not end, a
/// command of psql, a semicolon within a comment with code), or where two statements have one name. No message shows
/// the text, which is UTF-8.
[[nodiscard]] Result<std::vector<ScriptStatement>> split_script(std::string_view script, const Dialect& dialect);

}  // namespace dbi::sql
