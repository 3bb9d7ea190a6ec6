// What a PostgreSQL server can give about statements, as its catalog says it (never by its version), and the SQL that
// reads it. Pure: texts of SQL in, values out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "collect/server_source.hpp"
#include "collect/snapshot.hpp"

namespace dbi::collect {

/// What the catalog says; stays as it is for a connection.
struct PostgresqlCatalog {
  bool has_control_system = false;  ///< pg_control_system() may be called
  std::string role;                 ///< the collector's own
  std::string role_oid;
  std::string database;
  bool is_preloaded = false;  ///< the library of pg_stat_statements runs (its settings exist)
  std::string schema;         ///< of pg_stat_statements, quoted; empty where the database has no such extension
  bool has_info = false;
  bool has_toplevel = false;
  bool has_since = false;
  std::vector<CounterColumn> counters;

  [[nodiscard]] bool has_statements() const { return !schema.empty() && !counters.empty(); }
};

/// The read that fills a PostgresqlCatalog: one row with NULL names where the extension is missing.
[[nodiscard]] OwnStatement catalog_sql();
/// Fails with ErrorKind::Unsupported where pg_stat_statements lacks a column of the key.
Result<PostgresqlCatalog> read_catalog(const Cells& cells);

[[nodiscard]] OwnStatement server_sql(const PostgresqlCatalog& catalog);
Result<ServerFacts> read_server(const Cells& cells);

/// The marks that move with a reset or an eviction: pg_stat_statements_info, before it pg_stat_bgwriter.
[[nodiscard]] OwnStatement marks_sql(const PostgresqlCatalog& catalog);
Result<ResetMarks> read_marks(const Cells& cells);

/// Counters, with $1::bool also texts: then of the query ids $2::bigint[], and of role $3::oid those that look like the
/// collector's own. One text for both, so that the texts name this statement too (collector-checks.md C).
[[nodiscard]] OwnStatement statements_sql(const PostgresqlCatalog& catalog);

/// Names of databases and roles by oid; a dropped one's is empty.
struct Names {
  std::unordered_map<std::string, std::string> databases;
  std::unordered_map<std::string, std::string> roles;
};

[[nodiscard]] OwnStatement names_sql();
[[nodiscard]] Names read_names(const Cells& cells);

/// The rows that statements_sql() gives, without their names; rows without query id are only noted. Columns, key
/// columns and rows of `snapshot` are set. Fails with ErrorKind::Other for a value that is no number.
Status read_statements(const Cells& cells, const PostgresqlCatalog& catalog, StatementSnapshot& snapshot);

/// Where the oids of a row's key stand in statements_sql()'s rows.
struct KeyOids {
  std::string_view database;
  std::string_view role;
};
[[nodiscard]] KeyOids key_oids(std::string_view key);

/// Sets the names of all rows. False where an oid is unknown: names have to be read (again).
bool set_names(StatementSnapshot& snapshot, const Names& names);

/// A row's key ("5/10/-77/t") and text in a read with $1 = true; nothing where the row has no query id or text.
struct KeyedText {
  std::string key;
  std::string_view text;
  bool truncated = false;
};
[[nodiscard]] std::optional<KeyedText> read_text(std::span<const Cell> row, const PostgresqlCatalog& catalog);

/// "{1,-2}": an array as PostgreSQL reads it.
[[nodiscard]] std::string format_array(std::span<const std::string> values);

}  // namespace dbi::collect
