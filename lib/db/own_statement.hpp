// Marks the collector's own statements, and on PostgreSQL tells them from everybody else's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dbi::db {

/// What stands behind the first keyword of every statement of ours, closed by " */" or more words: pg_stat_statements
/// keeps comments there, while leading ones are cut off (collector-checks.md C).
inline constexpr std::string_view kOwnComment = "/* dbi-collect";

/// The names that stand in the comment behind that: a comment with another one is somebody else's.
inline constexpr std::array<std::string_view, 9> kOwnNames{
    "catalog", "server", "marks", "explain", "statements", "names", "probe", "session columns", "sessions"};

/// On MySQL and MariaDB the first column of every SELECT of ours has this name, since no comment survives in the digest
/// tables (collector-checks.md C).
inline constexpr std::string_view kOwnAlias = "dbi_collect";

/// A statement that the collector sends. Connections take nothing else, so that none goes without the comment.
class OwnStatement {
 public:
  /// The comment is put behind the first keyword, with which `text` begins, and holds `name` (of kOwnNames, or empty).
  /// `open_columns` are columns of text that hold names or words of the server, never a statement: --record keeps them
  /// as they are, and all other text without its literals.
  OwnStatement(std::string_view name, std::string_view text, std::vector<std::size_t> open_columns = {});

  /// For MySQL and MariaDB: "SELECT /* dbi-collect name */ 1 AS dbi_collect, " and `rest` ("a, b FROM t"). Its columns,
  /// open ones too, count from 1.
  static OwnStatement select(std::string_view name, std::string_view rest, std::vector<std::size_t> open_columns = {});

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool is_open(std::size_t column) const;

 private:
  std::string text_;
  std::vector<std::size_t> open_columns_;
};

/// True for "select /* dbi-collect marks */ ...": exactly the comment that OwnStatement puts there, with no name or one
/// of kOwnNames. The caller has made sure that the statement's role is the collector's own. Who sends such a comment in
/// that role cannot be told from the collector.
[[nodiscard]] bool is_own_statement(std::string_view text);

}  // namespace dbi::db
