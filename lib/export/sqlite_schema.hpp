// The tables of the SQLite sink, made from the member tables of record/schema.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "record/schema/schema.hpp"

namespace dbi::exporting {

/// Where records of a kind without a table go.
inline constexpr std::string_view kUnknownKind = "unknown_kind";

/// One table: `columns` are members of the kind in their order, `kind` itself only in unknown_kind; a last column
/// `extra` holds as JSON what has no column.
struct SqliteTable {
  std::string name;
  std::vector<record::schema::MemberRow> columns;
};

/// A table for every kind, and unknown_kind last.
[[nodiscard]] std::vector<SqliteTable> sqlite_tables();

/// "TEXT", "INTEGER", "REAL": what the column is declared as.
[[nodiscard]] std::string_view column_type(record::schema::MemberType type);

/// CREATE statements that do nothing where the thing exists; views are made anew.
[[nodiscard]] std::string create_table_sql(const SqliteTable& table);
[[nodiscard]] std::string create_indexes_sql(const SqliteTable& table);
[[nodiscard]] std::string create_views_sql();

/// The table `holding`: which cycles an exporter holds, a row an exporter and target.
[[nodiscard]] std::string create_holdings_sql();

/// INSERT with a parameter a column, `extra` last.
[[nodiscard]] std::string insert_sql(const SqliteTable& table);

}  // namespace dbi::exporting
