// SPDX-License-Identifier: Apache-2.0
#include "export/sqlite_schema.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dbi::exporting {

namespace {

using record::schema::MemberRow;
using record::schema::MemberType;

bool has_column(const SqliteTable& table, std::string_view name) {
  return std::ranges::find(table.columns, name, &MemberRow::name) != table.columns.end();
}

SqliteTable make_table(std::string_view name, std::span<const MemberRow> members) {
  SqliteTable table{std::string(name), {}};
  for (const MemberRow& row : record::schema::routing_members()) {
    if (row.name != "v" && (row.name != "kind" || name == kUnknownKind)) table.columns.push_back(row);
  }
  const auto common = record::schema::common_members();
  table.columns.insert(table.columns.end(), common.begin(), common.end());
  for (const MemberRow& row : members) {
    if (!has_column(table, row.name)) table.columns.push_back(row);
  }
  return table;
}

}  // namespace

std::vector<SqliteTable> sqlite_tables() {
  std::vector<SqliteTable> tables;
  for (const auto& kind : record::schema::kinds()) tables.push_back(make_table(kind.name, kind.members));
  tables.push_back(make_table(kUnknownKind, {}));
  return tables;
}

std::string_view column_type(MemberType type) {
  switch (type) {
    case MemberType::Integer:
    case MemberType::Boolean:
      return "INTEGER";
    case MemberType::Number:
      return "REAL";
    default:
      return "TEXT";
  }
}

std::string create_table_sql(const SqliteTable& table) {
  std::string sql = fmt::format("CREATE TABLE IF NOT EXISTS \"{}\" (", table.name);
  for (const MemberRow& column : table.columns) {
    sql += fmt::format("\"{}\" {}, ", column.name, column_type(column.type));
  }
  return sql + "\"extra\" TEXT);";
}

std::string create_indexes_sql(const SqliteTable& table) {
  std::string sql = fmt::format(
      "CREATE INDEX IF NOT EXISTS \"{0}_by_ts\" ON \"{0}\" (ts);"
      "CREATE INDEX IF NOT EXISTS \"{0}_by_cycle\" ON \"{0}\" (target, cycle);",
      table.name);
  if (has_column(table, "query_signature")) {
    sql += fmt::format("CREATE INDEX IF NOT EXISTS \"{0}_by_signature\" ON \"{0}\" (query_signature, ts);", table.name);
  }
  return sql;
}

namespace {

// Replaced at each start: views hold nothing, and those of an older version may be wrong.
std::string view_sql(std::string_view name, std::string_view select) {
  return fmt::format("DROP VIEW IF EXISTS {0};CREATE VIEW {0} AS {1};", name, select);
}

}  // namespace

std::string create_views_sql() {
  // Sums weigh each record by how many it stands for; lifetime totals are no part of any sum.
  return view_sql("top_statements_by_hour",
                  "SELECT substr(ts, 1, 13) || ':00:00Z' AS hour, target, database, query_signature,"
                  " max(query) AS query,"
                  " sum(calls * coalesce(weight, 1)) AS calls, sum(total_ms * coalesce(weight, 1)) AS total_ms,"
                  " sum(total_ms * coalesce(weight, 1)) / nullif(sum(calls * coalesce(weight, 1)), 0) AS mean_ms,"
                  " sum(rows * coalesce(weight, 1)) AS rows,"
                  " 100.0 * sum(shared_blks_hit * coalesce(weight, 1))"
                  " / nullif(sum((shared_blks_hit + shared_blks_read) * coalesce(weight, 1)), 0) AS hit_pct,"
                  " sum(quality = 'lower_bound') AS lower_bounds"
                  " FROM query_stats WHERE quality <> 'baseline'"
                  " GROUP BY 1, 2, 3, coalesce(query_signature, query_id)") +
         view_sql("blocked_sessions",
                  "SELECT s.ts, s.target, s.database, s.cycle, s.pid, s.user, s.query, s.transaction_ms,"
                  " j.value AS blocker, b.user AS blocker_user, b.state AS blocker_state, b.query AS blocker_query,"
                  " b.transaction_ms AS blocker_transaction_ms"
                  " FROM session AS s, json_each(s.blocked_by) AS j"
                  " LEFT JOIN session AS b ON b.target = s.target AND b.cycle = s.cycle"
                  " AND coalesce(b.pid, 'xid:' || b.transaction_id) = j.value") +
         view_sql("last_scrape",
                  "SELECT target, max(ts) AS ts, cycle, outcome, cycle_ms, records, interval_s, server_version"
                  " FROM scrape GROUP BY target") +
         view_sql("unfinished_cycles",
                  "SELECT target, cycle, min(ts) AS ts, count(*) AS records FROM"
                  " (SELECT target, cycle, ts FROM query_stats UNION ALL SELECT target, cycle, ts FROM session) AS r"
                  " WHERE cycle IS NOT NULL"
                  " AND NOT EXISTS (SELECT 1 FROM scrape AS s WHERE s.target = r.target AND s.cycle = r.cycle)"
                  " GROUP BY target, cycle");
}

std::string create_holdings_sql() {
  return "CREATE TABLE IF NOT EXISTS holding (exporter TEXT NOT NULL, target TEXT NOT NULL, held TEXT NOT NULL,"
         " seen TEXT NOT NULL, PRIMARY KEY (exporter, target)) WITHOUT ROWID;";
}

std::string insert_sql(const SqliteTable& table) {
  std::string names;
  std::string marks;
  for (const MemberRow& column : table.columns) {
    names += fmt::format("\"{}\", ", column.name);
    marks += "?, ";
  }
  return fmt::format("INSERT INTO \"{}\" ({}\"extra\") VALUES ({}?)", table.name, names, marks);
}

}  // namespace dbi::exporting
