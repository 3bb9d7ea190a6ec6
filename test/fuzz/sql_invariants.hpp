// What holds for every text that is normalised; the fuzz target and the unit tests check it alike.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sql/lexer.hpp"
#include "sql/mysql_lexer.hpp"
#include "sql/statement.hpp"

namespace dbi::sql {

template <typename Reader>
bool holds_no_literal(std::string_view text, Reader reader) {
  std::size_t placeholders = 0;
  for (;;) {
    const auto token = reader.next();
    const auto own = text.substr(token.begin, token.size);
    if (token.kind == TokenKind::End) return true;
    if (token.kind == TokenKind::Failed) return false;
    if (token.kind == TokenKind::Literal && own != "?") return false;
    if (token.kind == TokenKind::Placeholder && own != "$" + std::to_string(++placeholders)) return false;
  }
}

/// Whether each value in a readable text is a `?` or a placeholder with the next number.
inline bool holds_no_literal(std::string_view text, const Dialect& dialect) {
  if (dialect.system == System::PostgreSql) return holds_no_literal(text, Lexer(text, dialect));
  return holds_no_literal(text, MySqlLexer(text, dialect));
}

/// The invariant that the text breaks, or empty.
inline std::string_view broken_invariant(std::string_view text, const Dialect& dialect) {
  const auto once = normalize(text, dialect);
  if (!once.readable) {
    if (once.signature) return "a signature of a text that is not readable";
    return normalize(once.text, dialect).text == once.text ? "" : "a replacement is replaced";
  }
  if (!holds_no_literal(once.text, dialect)) return "a literal is left";
  const auto twice = normalize(once.text, dialect);
  if (twice.text != once.text) return "normalising twice differs";
  if (once.signature && twice.signature != once.signature) return "the signature of the normalised text differs";
  return "";
}

/// The invariant that the text breaks under any value of standard_conforming_strings, or empty.
inline std::string_view broken_postgresql_invariant(std::string_view text) {
  const Dialect on{System::PostgreSql, 0, true, {}, {}};
  const Dialect off{System::PostgreSql, 0, false, {}, {}};
  const Dialect unknown{System::PostgreSql, 0, {}, {}, {}};
  for (const auto& dialect : {on, off, unknown}) {
    const auto broken = broken_invariant(text, dialect);
    if (!broken.empty()) return broken;
  }
  const auto guess = normalize(text, unknown);
  if (guess.readable && (guess.text != normalize(text, on).text || guess.text != normalize(text, off).text)) {
    return "the tokens depend on a setting that is not known";
  }
  return "";
}

/// The invariant that the text breaks under any sql_mode of a server, or empty.
inline std::string_view broken_mysql_invariant(std::string_view text, System system, int version) {
  const auto unknown = normalize(text, {system, 0, {}, {}, {}});
  for (const bool ansi_quotes : {false, true}) {
    for (const bool no_escapes : {false, true}) {
      const Dialect dialect{system, version, {}, ansi_quotes, no_escapes};
      const auto broken = broken_invariant(text, dialect);
      if (!broken.empty()) return broken;
      if (unknown.readable && unknown.text != normalize(text, dialect).text) {
        return "the tokens depend on a mode or version that is not known";
      }
    }
  }
  return broken_invariant(text, {system, version, {}, {}, {}});
}

/// The invariant that the text breaks in any dialect, or empty.
inline std::string_view broken_invariant(std::string_view text) {
  const auto postgresql = broken_postgresql_invariant(text);
  if (!postgresql.empty()) return postgresql;
  const auto mysql = broken_mysql_invariant(text, System::MySql, 90704);
  if (!mysql.empty()) return mysql;
  return broken_mysql_invariant(text, System::MariaDb, 101119);
}

}  // namespace dbi::sql
