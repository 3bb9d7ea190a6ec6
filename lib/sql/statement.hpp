// Makes a statement safe to ship and gives it a name: literals out, one signature for every source of the same text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dbi::sql {

enum class System : std::uint8_t { PostgreSql, MySql, MariaDb };

/// "postgresql", "mysql", "mariadb": as records have it.
[[nodiscard]] std::string_view system_word(System system);

/// How a server reads text. `unknown` settings are those that the collector cannot see; text whose tokens would differ
/// between their values fails closed.
struct Dialect {
  System system = System::PostgreSql;
  /// For /*!NNNNN comments of MySQL and MariaDB: 80400, 101106; 0 = not known, and for PostgreSQL.
  int version = 0;
  /// PostgreSQL standard_conforming_strings, MySQL ANSI_QUOTES and NO_BACKSLASH_ESCAPES; nullopt = not known.
  std::optional<bool> standard_conforming_strings;
  std::optional<bool> ansi_quotes;
  std::optional<bool> no_backslash_escapes;
};

/// What the caller knows about the text itself.
struct TextFacts {
  /// The source cut the text (track_activity_query_size, max_digest_length): no signature is given.
  bool truncated = false;
};

/// A statement that is safe to write. `text` holds no literal and no comment.
struct Statement {
  /// The readable statement with literals as `?` and placeholders renumbered; where the lexer cannot finish or tokens
  /// are ambiguous, "<N bytes, xxh3 HHHHHHHHHHHHHHHH>" stands for the whole.
  std::string text;
  /// 16 hex digits of the literal-free token stream; nothing from text that is truncated, ambiguous, unbalanced,
  /// unfinished, or holds several statements.
  std::optional<std::string> signature;
  /// False where `text` is the replacement by length and hash.
  bool readable = true;
  /// First keyword in upper case ("SELECT", "EXPLAIN"), empty where there is none.
  std::string verb;
};

/// Normalises one statement by dbi-record(5), "QUERY SIGNATURE", or the digest text of MySQL and MariaDB, for which no
/// mode need be known. Text is UTF-8 there, as the servers' tables show it. Never fails; never copies a literal. Linear
/// in the text's length. Thread safe.
[[nodiscard]] Statement normalize(std::string_view text, const Dialect& dialect, TextFacts facts = {});

/// What stands for a text that may not be shown: "<N bytes, xxh3 HEX>". A text that is one stays as it is.
[[nodiscard]] std::string replacement(std::string_view text);

/// Whether the text is what replacement() made, so that taking literals out twice is taking them out once.
[[nodiscard]] bool is_replacement(std::string_view text);

/// Takes the literals out of a message of the server (quoted values, numbers, DETAIL lines) for `error` records and
/// diagnostics. A text in double quotes stays only where it looks like a name, behind a word that announces one
/// ("relation"). Never copies a quoted literal. Where `sqlstate` is of no class that PostgreSQL itself raises, or of
/// that of RAISE (P0), the words are an application's own: the whole is replaced by its length and hash. Empty: a
/// client's.
[[nodiscard]] std::string redact_message(std::string_view message, std::string_view sqlstate);

}  // namespace dbi::sql
