// SPDX-License-Identifier: Apache-2.0
#include "collect/postgresql_catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "collect/cell_values.hpp"

namespace dbi::collect {

namespace {

// Texts longer than this are cut by the server; what they would cost to carry helps nobody.
// Bytes decide first: counting characters, as left() and length() do, doubles what a read of all texts takes.
constexpr int kTextCharacters = 262144;

// The settings that the texts below are written for: all names are qualified, since search_path is the user's where a
// guard did not take. Times are read as microseconds, which no setting can change.
constexpr std::string_view kCatalogSql =
    "select pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'execute'), r.oid, r.rolname, "
    "pg_catalog.current_database(), "
    "pg_catalog.current_setting('pg_stat_statements.max', true) is not null, e.schema, e.relation, e.attname, e.type "
    "from pg_catalog.pg_roles r left join ("
    "select pg_catalog.quote_ident(n.nspname) as schema, c.relname as relation, a.attname, a.attnum, "
    "pg_catalog.format_type(a.atttypid, null) as type "
    "from pg_catalog.pg_extension x join pg_catalog.pg_namespace n on n.oid = x.extnamespace "
    "join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass "
    "and d.refobjid = x.oid and d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.deptype = 'e' "
    "join pg_catalog.pg_class c on c.oid = d.objid "
    "and c.relname in ('pg_stat_statements', 'pg_stat_statements_info') "
    "join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped "
    "where x.extname = 'pg_stat_statements') e on true "
    "where r.rolname = current_user order by e.relation, e.attnum";

constexpr std::string_view kNamesSql =
    "select 'd', oid, datname from pg_catalog.pg_database "
    "union all select 'r', oid, rolname from pg_catalog.pg_roles";

// The columns of kCatalogSql.
enum CatalogColumn : std::size_t {
  kHasControlSystem,
  kRoleOid,
  kRoleName,
  kDatabaseName,
  kIsPreloaded,
  kSchema,
  kRelation,
  kColumnName,
  kType,
  kCatalogColumns
};

std::string micros(std::string_view time) {
  return fmt::format("(extract(epoch from {}) * 1000000)::pg_catalog.int8", time);
}

// Lifetime extremes say nothing about an interval (DESIGN.md section 2); the rest of these are no counters.
bool is_counter(std::string_view name) {
  constexpr std::array<std::string_view, 7> kOthers{"userid",   "dbid",        "queryid",           "query",
                                                    "toplevel", "stats_since", "minmax_stats_since"};
  return std::ranges::find(kOthers, name) == kOthers.end() && !name.starts_with("min_") && !name.starts_with("max_");
}

std::optional<CounterType> counter_type(std::string_view name, std::string_view type) {
  if (type == "bigint" || type == "integer" || type == "numeric") return CounterType::Integer;
  if (type != "double precision") return std::nullopt;
  return name.starts_with("mean_") || name.starts_with("stddev_") ? CounterType::Moment : CounterType::Real;
}

// The first columns of statements_sql(), ahead of the counters.
enum KeyColumn : std::size_t { kDatabase, kRole, kQueryId, kToplevel, kSince, kText, kTruncated, kFirstCounter };

std::string make_key(std::span<const Cell> row, const PostgresqlCatalog& catalog) {
  auto key = fmt::format("{}/{}/{}", *row[kDatabase], *row[kRole], *row[kQueryId]);
  if (catalog.has_toplevel) key += row[kToplevel] == "t" ? "/t" : "/f";
  return key;
}

Result<Counter> read_counter(const CounterColumn& column, const Cell& cell) {
  Counter counter;
  if (column.type == CounterType::Integer) {
    DBI_TRY_ASSIGN(const auto value, parse_number<std::int64_t>(column.name, cell));
    counter.integer = value.value_or(0);
  } else {
    DBI_TRY_ASSIGN(const auto value, parse_number<double>(column.name, cell));
    counter.real = value.value_or(0);
  }
  return counter;
}

Result<StatementRow> read_row(std::span<const Cell> row, const PostgresqlCatalog& catalog) {
  StatementRow statement;
  statement.key = make_key(row, catalog);
  statement.query_id = text_of(row[kQueryId]);
  if (catalog.has_toplevel) statement.toplevel = row[kToplevel] == "t";
  DBI_TRY_ASSIGN(statement.since, parse_micros("stats_since", row[kSince]));
  DBI_TRY_ASSIGN(statement.counters, read_counters(catalog.counters, row.subspan(kFirstCounter), read_counter));
  return statement;
}

void add_column(PostgresqlCatalog& catalog, std::string_view name, std::string_view type) {
  catalog.has_toplevel = catalog.has_toplevel || name == "toplevel";
  catalog.has_since = catalog.has_since || name == "stats_since";
  const auto kind = counter_type(name, type);
  if (is_counter(name) && kind) catalog.counters.push_back({std::string(name), *kind});
}

}  // namespace

OwnStatement catalog_sql() {
  return {"catalog", kCatalogSql, {kSchema, kType}};
}

Result<PostgresqlCatalog> read_catalog(const Cells& cells) {
  DBI_TRY(check_shape(cells, kCatalogColumns));
  PostgresqlCatalog catalog;
  const auto first = cells.row(0);
  catalog.has_control_system = first[kHasControlSystem] == "t";
  catalog.role_oid = text_of(first[kRoleOid]);
  catalog.role = text_of(first[kRoleName]);
  catalog.database = text_of(first[kDatabaseName]);
  catalog.is_preloaded = first[kIsPreloaded] == "t";
  std::size_t key_columns = 0;
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    const auto row = cells.row(i);
    if (!row[kSchema]) break;
    catalog.schema = text_of(row[kSchema]);
    if (row[kRelation] == "pg_stat_statements_info") {
      catalog.has_info = true;
      continue;
    }
    const auto name = text_of(row[kColumnName]);
    if (name == "userid" || name == "dbid" || name == "queryid" || name == "query") ++key_columns;
    add_column(catalog, name, text_of(row[kType]));
  }
  if (!catalog.schema.empty() && key_columns != 4) {
    return fail(ErrorKind::Unsupported, "pg_stat_statements has no userid, dbid, queryid or query");
  }
  return catalog;
}

OwnStatement server_sql(const PostgresqlCatalog& catalog) {
  // sum(numbackends) needs no privilege and counts no background workers that max_connections does not limit. A replica
  // that has replayed all that it received is not behind, however old the last transaction is.
  auto text = fmt::format(
      "select {} as now, {} as started, {} as system_identifier, "
      "pg_catalog.current_setting('server_version') as version, "
      "(select pg_catalog.sum(numbackends) from pg_catalog.pg_stat_database) * 100.0 / "
      "pg_catalog.current_setting('max_connections')::pg_catalog.int4 as connections_used_pct, "
      "case when not pg_catalog.pg_is_in_recovery() then null "
      "when pg_catalog.pg_last_wal_receive_lsn() = pg_catalog.pg_last_wal_replay_lsn() then 0 "
      "else extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp()) end as "
      "replica_lag_s",
      micros("pg_catalog.clock_timestamp()"), micros("pg_catalog.pg_postmaster_start_time()"),
      catalog.has_control_system ? "(select system_identifier from pg_catalog.pg_control_system())" : "null");
  return {"server", text, {3}};  // its version
}

Result<ServerFacts> read_server(const Cells& cells) {
  DBI_TRY(check_shape(cells, 6));
  const auto row = cells.row(0);
  ServerFacts facts;
  DBI_TRY_ASSIGN(const auto now, parse_micros("clock_timestamp", row[0]));
  DBI_TRY_ASSIGN(const auto started, parse_micros("pg_postmaster_start_time", row[1]));
  facts.now = now.value_or(Timestamp{});
  facts.identity.started = started.value_or(Timestamp{});
  facts.identity.system_identifier = text_of(row[2]);
  facts.version = text_of(row[3]);
  DBI_TRY_ASSIGN(facts.connections_used_pct, parse_number<double>("connections", row[4]));
  DBI_TRY_ASSIGN(facts.replica_lag_s, parse_number<double>("lag", row[5]));
  return facts;
}

OwnStatement marks_sql(const PostgresqlCatalog& catalog) {
  if (catalog.has_info) {
    return {"marks", fmt::format("select {} as stats_reset, dealloc from {}.pg_stat_statements_info",
                                 micros("stats_reset"), catalog.schema)};
  }
  return {"marks", fmt::format("select {} as stats_reset, null as dealloc from pg_catalog.pg_stat_bgwriter",
                               micros("stats_reset"))};
}

Result<ResetMarks> read_marks(const Cells& cells) {
  DBI_TRY(check_shape(cells, 2));
  const auto row = cells.row(0);
  ResetMarks marks;
  DBI_TRY_ASSIGN(marks.stats_reset, parse_micros("stats_reset", row[0]));
  DBI_TRY_ASSIGN(marks.dealloc, parse_number<std::int64_t>("dealloc", row[1]));
  return marks;
}

OwnStatement statements_sql(const PostgresqlCatalog& catalog) {
  std::string counters;
  for (const auto& column : catalog.counters) counters += fmt::format(", s.\"{}\"", column.name);
  return {"statements", fmt::format("select s.dbid, s.userid, s.queryid, {} as toplevel, {} as stats_since, "
                                    "case when pg_catalog.octet_length(s.query) <= {} then s.query else "
                                    "pg_catalog.left(s.query, {}) end as query, "
                                    "pg_catalog.octet_length(s.query) > {} as truncated{} "
                                    "from {}.pg_stat_statements($1::pg_catalog.bool) s "
                                    "where not $1::pg_catalog.bool or s.queryid = any($2::pg_catalog.int8[]) "
                                    "or (s.userid = $3::pg_catalog.oid and s.query like '%{}%')",
                                    catalog.has_toplevel ? "s.toplevel" : "null",
                                    catalog.has_since ? micros("s.stats_since") : "null", kTextCharacters,
                                    kTextCharacters, kTextCharacters, counters, catalog.schema, db::kOwnComment)};
}

Status read_statements(const Cells& cells, const PostgresqlCatalog& catalog, StatementSnapshot& snapshot) {
  snapshot.key_columns = {"dbid", "userid", "queryid"};
  if (catalog.has_toplevel) snapshot.key_columns.emplace_back("toplevel");
  snapshot.columns = catalog.counters;
  snapshot.null_query_ids = false;
  snapshot.rows.clear();
  if (cells.values.empty()) return {};
  DBI_TRY(check_shape(cells, kFirstCounter + catalog.counters.size()));
  snapshot.rows.reserve(cells.rows());
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    const auto row = cells.row(i);
    if (!row[kQueryId] || !row[kDatabase] || !row[kRole]) {
      snapshot.null_query_ids = true;
      continue;
    }
    DBI_TRY_ASSIGN(auto statement, read_row(row, catalog));
    snapshot.rows.push_back(std::move(statement));
  }
  return {};
}

OwnStatement names_sql() {
  return {"names", kNamesSql, {0}};  // which of the two it is
}

Names read_names(const Cells& cells) {
  Names names;
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    const auto row = cells.row(i);
    auto& of = row[0] == "d" ? names.databases : names.roles;
    of[text_of(row[1])] = text_of(row[2]);
  }
  return names;
}

KeyOids key_oids(std::string_view key) {
  const auto slash = key.find('/');
  const auto next = key.find('/', slash + 1);
  return {key.substr(0, slash), key.substr(slash + 1, next - slash - 1)};
}

bool set_names(StatementSnapshot& snapshot, const Names& names) {
  bool all_known = true;
  for (auto& row : snapshot.rows) {
    const auto oids = key_oids(row.key);
    const auto database = names.databases.find(std::string(oids.database));
    const auto role = names.roles.find(std::string(oids.role));
    row.database = database == names.databases.end() ? std::string() : database->second;
    row.user = role == names.roles.end() ? std::string() : role->second;
    all_known = all_known && database != names.databases.end() && role != names.roles.end();
  }
  return all_known;
}

std::optional<KeyedText> read_text(std::span<const Cell> row, const PostgresqlCatalog& catalog) {
  // "<insufficient privilege>" stands only where the query id is NULL.
  if (!row[kQueryId] || !row[kText] || !row[kDatabase] || !row[kRole]) return std::nullopt;
  return KeyedText{make_key(row, catalog), *row[kText], row[kTruncated] == "t"};
}

std::string format_array(std::span<const std::string> values) {
  return fmt::format("{{{}}}", fmt::join(values, ","));
}

}  // namespace dbi::collect
