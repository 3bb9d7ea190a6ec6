// SPDX-License-Identifier: Apache-2.0
#include "collect/mysql_catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>

#include "base/text.hpp"
#include "collect/cell_values.hpp"
#include "collect/residual.hpp"

namespace dbi::collect {

namespace {

constexpr std::string_view kDigestTable = "performance_schema.events_statements_summary_by_digest";

// An alias may have 256 characters; names in multi-byte characters of that length are not reckoned with.
constexpr std::uint64_t kLongestName = 256;
// Of a token, and of a name beside its own bytes: sql_digest.cc, SIZE_OF_A_TOKEN.
constexpr std::uint64_t kTokenBytes = 2;
constexpr std::uint64_t kNameBytes = 4;

constexpr double kPicosecondsPerMillisecond = 1e9;

// A column of the digest table, and the member that it becomes. The table has none for lifetime extremes, averages and
// quantiles, which say nothing about an interval (DESIGN.md section 2).
struct Column {
  std::string_view column;
  std::string_view member;
  bool is_picoseconds = false;
};
constexpr std::array kColumns{Column{"COUNT_STAR", "calls"},
                              Column{"SUM_TIMER_WAIT", "total_ms", true},
                              Column{"SUM_LOCK_TIME", "lock_ms", true},
                              Column{"SUM_ERRORS", "errors"},
                              Column{"SUM_WARNINGS", "warnings"},
                              Column{"SUM_ROWS_AFFECTED", "rows_affected"},
                              Column{"SUM_ROWS_SENT", "rows_sent"},
                              Column{"SUM_ROWS_EXAMINED", "rows_examined"},
                              Column{"SUM_CREATED_TMP_DISK_TABLES", "tmp_disk_tables"},
                              Column{"SUM_CREATED_TMP_TABLES", "tmp_tables"},
                              Column{"SUM_SELECT_FULL_JOIN", "full_joins"},
                              Column{"SUM_SELECT_FULL_RANGE_JOIN", "full_range_joins"},
                              Column{"SUM_SELECT_RANGE", "range_scans"},
                              Column{"SUM_SELECT_RANGE_CHECK", "range_checks"},
                              Column{"SUM_SELECT_SCAN", "full_scans"},
                              Column{"SUM_SORT_MERGE_PASSES", "sort_merge_passes"},
                              Column{"SUM_SORT_RANGE", "sort_range"},
                              Column{"SUM_SORT_ROWS", "sort_rows"},
                              Column{"SUM_SORT_SCAN", "sort_scan"},
                              Column{"SUM_NO_INDEX_USED", "no_index_used"},
                              Column{"SUM_NO_GOOD_INDEX_USED", "no_good_index_used"},
                              Column{"SUM_CPU_TIME", "cpu_ms", true}};

// The columns of mysql_catalog_sql().
enum CatalogColumn : std::size_t { kPart = 1, kPosition, kName, kValue, kPrecision, kCatalogColumns };
// Those of mysql_server_sql().
enum ServerColumn : std::size_t { kNow = 1, kVersion, kMaxConnections, kVariable, kVariableValue, kServerColumns };
// The first ones of digests_sql(), ahead of the counters.
enum DigestColumn : std::size_t { kSchema = 1, kDigest, kFirstSeen, kIsCounting, kFirstCounter };
// Those of digest_texts_sql().
enum TextColumn : std::size_t { kTextSchema = 1, kTextDigest, kText };

using Values = std::map<std::string, std::string, std::less<>>;

std::string value_of(const Values& values, std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string() : found->second;
}

template <typename Number>
std::optional<Number> number_of(const Values& values, std::string_view name) {
  const auto text = value_of(values, name);
  return parse_number<Number>(name, Cell(text)).value_or(std::nullopt);
}

std::string micros(std::string_view time) {
  return fmt::format("CAST(UNIX_TIMESTAMP({}) * 1000000 AS UNSIGNED)", time);
}

// The smaller of the two limits of tokens; a server that has none of them has a limit of its own, and nobody knows it.
std::uint64_t digest_bytes(const Values& settings) {
  const auto session = number_of<std::uint64_t>(settings, "max_digest_length").value_or(0);
  const auto kept = number_of<std::uint64_t>(settings, "performance_schema_max_digest_length").value_or(session);
  return session == 0 ? kept : std::min(session, kept);
}

void add_counter(MysqlCatalog& catalog, std::string_view name) {
  const auto found = std::ranges::find(kColumns, name, &Column::column);
  if (found == kColumns.end()) return;
  catalog.counters.push_back({.column = std::string(name),
                              .counter = {.name = std::string(found->member),
                                          .type = found->is_picoseconds ? CounterType::Real : CounterType::Integer},
                              .is_picoseconds = found->is_picoseconds});
}

// Counters are unsigned. Beyond what a record's integer holds nothing is known but that it is more.
Result<Counter> read_counter(const DigestCounter& column, const Cell& cell) {
  DBI_TRY_ASSIGN(const auto value, parse_number<std::uint64_t>(column.column, cell));
  Counter counter;
  if (column.is_picoseconds) {
    counter.real = static_cast<double>(value.value_or(0)) / kPicosecondsPerMillisecond;
  } else {
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    counter.integer = static_cast<std::int64_t>(std::min(value.value_or(0), kMost));
  }
  return counter;
}

std::string query_id_of(const Cell& digest) {
  return digest ? std::string(*digest) : std::string(kOtherId);
}

Result<StatementRow> read_row(std::span<const Cell> row, const MysqlCatalog& catalog) {
  StatementRow statement;
  statement.key = digest_key(row[kSchema], row[kDigest]);
  statement.query_id = query_id_of(row[kDigest]);
  statement.database = text_of(row[kSchema]);
  DBI_TRY_ASSIGN(statement.since, parse_micros("FIRST_SEEN", row[kFirstSeen]));
  DBI_TRY_ASSIGN(statement.counters, read_counters(catalog.counters, row.subspan(kFirstCounter), read_counter));
  return statement;
}

// All up to the end of the first of these goes; all where there is none.
void skip_past(std::string_view& text, std::string_view mark) {
  const auto found = text.find(mark);
  text.remove_prefix(found == text.npos ? text.size() : found + mark.size());
}

std::string_view status_table(sql::System system) {
  return system == sql::System::MariaDb ? "information_schema.global_status" : "performance_schema.global_status";
}

}  // namespace

OwnStatement mysql_catalog_sql(sql::System system) {
  const auto* const settings =
      system == sql::System::MariaDb ? "information_schema.global_variables" : "performance_schema.global_variables";
  return OwnStatement::select(
      "catalog",
      fmt::format(
          "'column' AS part, ordinal_position, column_name, data_type, datetime_precision "
          "FROM information_schema.columns WHERE table_schema = 'performance_schema' "
          "AND table_name = 'events_statements_summary_by_digest' "
          "UNION ALL SELECT 1, 'setting', 0, variable_name, variable_value, NULL FROM {} WHERE variable_name IN ("
          "'performance_schema', 'max_digest_length', 'performance_schema_max_digest_length', 'server_uuid', "
          "'server_uid') "
          "UNION ALL SELECT 1, 'account', 0, CURRENT_USER(), NULL, NULL",
          settings),
      {kPart, kName, kValue});
}

Result<MysqlCatalog> read_mysql_catalog(const Cells& cells, sql::System system) {
  DBI_TRY(check_shape(cells, kCatalogColumns));
  MysqlCatalog catalog;
  catalog.system = system;
  Values settings;
  std::map<std::int64_t, std::string> columns;
  std::size_t key_columns = 0;
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    const auto row = cells.row(i);
    const auto name = text_of(row[kName]);
    if (row[kPart] == "account") catalog.account = name;
    if (row[kPart] == "setting") settings[lower_case(name)] = text_of(row[kValue]);
    if (row[kPart] != "column") continue;
    DBI_TRY_ASSIGN(const auto position, parse_number<std::int64_t>("ordinal_position", row[kPosition]));
    columns[position.value_or(0)] = name;
    if (name == "SCHEMA_NAME" || name == "DIGEST" || name == "DIGEST_TEXT" || name == "FIRST_SEEN") ++key_columns;
    if (name == "FIRST_SEEN") catalog.since_in_whole_seconds = row[kPrecision].value_or("0") == "0";
  }
  if (!columns.empty() && key_columns != 4) {
    return fail(ErrorKind::Unsupported, "the digest table has no SCHEMA_NAME, DIGEST, DIGEST_TEXT or FIRST_SEEN");
  }
  for (const auto& [position, name] : columns) add_counter(catalog, name);
  catalog.performance_schema = value_of(settings, "performance_schema") == "ON";
  catalog.digest_bytes = digest_bytes(settings);
  catalog.server_id = value_of(settings, "server_uuid");
  if (catalog.server_id.empty()) catalog.server_id = value_of(settings, "server_uid");
  return catalog;
}

OwnStatement mysql_server_sql(sql::System system) {
  return OwnStatement::select(
      "server",
      fmt::format("{}, VERSION(), @@max_connections, variable_name, variable_value FROM {} "
                  "WHERE variable_name IN ('Uptime', 'Threads_connected', 'Performance_schema_digest_lost', "
                  "'Slaves_running')",
                  micros("NOW(6)"), status_table(system)),
      {kVersion, kVariable, kVariableValue});
}

Result<MysqlServer> read_mysql_server(const Cells& cells, const MysqlCatalog& catalog) {
  DBI_TRY(check_shape(cells, kServerColumns));
  const auto first = cells.row(0);
  Values values;
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    values[lower_case(text_of(cells.row(i)[kVariable]))] = text_of(cells.row(i)[kVariableValue]);
  }
  MysqlServer server;
  DBI_TRY_ASSIGN(const auto now, parse_micros("NOW", first[kNow]));
  const auto uptime = number_of<std::int64_t>(values, "uptime");
  if (!now || !uptime) return fail(ErrorKind::Other, "the server tells neither its time nor how long it runs");
  server.facts.now = *now;
  server.facts.identity.started = std::chrono::floor<std::chrono::seconds>(*now) - std::chrono::seconds(*uptime);
  server.facts.identity.system_identifier = catalog.server_id;
  server.facts.version = text_of(first[kVersion]);
  DBI_TRY_ASSIGN(const auto most, parse_number<double>("max_connections", first[kMaxConnections]));
  const auto connected = number_of<double>(values, "threads_connected");
  if (connected && most && *most > 0) server.facts.connections_used_pct = *connected * 100 / *most;
  server.digest_lost = number_of<std::int64_t>(values, "performance_schema_digest_lost");
  server.running_slaves = number_of<std::int64_t>(values, "slaves_running");
  return server;
}

// What the consumers say is one value for all rows; without any row there is nothing counted either.
OwnStatement digests_sql(const MysqlCatalog& catalog) {
  std::string counters;
  for (const auto& column : catalog.counters) counters += ", " + column.column;
  return OwnStatement::select("statements",
                              fmt::format("SCHEMA_NAME, DIGEST, {}, "
                                          "(SELECT COUNT(*) FROM performance_schema.setup_consumers WHERE ENABLED = "
                                          "'YES' AND NAME IN ('global_instrumentation', 'thread_instrumentation', "
                                          "'statements_digest')) = 3{} FROM {}",
                                          micros("FIRST_SEEN"), counters, kDigestTable),
                              {kSchema, kDigest});
}

Result<bool> read_digests(const Cells& cells, const MysqlCatalog& catalog, StatementSnapshot& snapshot) {
  snapshot.key_columns = {"schema", "digest"};
  snapshot.since_in_whole_seconds = catalog.since_in_whole_seconds;
  snapshot.columns.clear();
  for (const auto& column : catalog.counters) snapshot.columns.push_back(column.counter);
  snapshot.rows.clear();
  if (cells.values.empty()) return false;
  DBI_TRY(check_shape(cells, kFirstCounter + catalog.counters.size()));
  snapshot.rows.reserve(cells.rows());
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    DBI_TRY_ASSIGN(auto row, read_row(cells.row(i), catalog));
    snapshot.rows.push_back(std::move(row));
  }
  return cells.row(0)[kIsCounting] == "1";
}

OwnStatement digest_texts_sql() {
  return OwnStatement::select(
      "texts",
      fmt::format("SCHEMA_NAME, DIGEST, DIGEST_TEXT FROM {} WHERE FIRST_SEEN >= FROM_UNIXTIME(?) LIMIT ?",
                  kDigestTable),
      {kTextSchema, kTextDigest});
}

std::optional<DigestText> read_digest_text(std::span<const Cell> row) {
  if (row.size() <= kText || !row[kTextDigest] || !row[kText]) return std::nullopt;
  return DigestText{.key = digest_key(row[kTextSchema], row[kTextDigest]),
                    .query_id = query_id_of(row[kTextDigest]),
                    .text = *row[kText]};
}

// A schema's name may hold a slash, a digest none.
std::string digest_key(const Cell& schema, const Cell& digest) {
  return fmt::format("{}/{}", schema.value_or(std::string_view()), digest.value_or(std::string_view()));
}

bool is_own_digest(std::string_view text) {
  static const auto kAlias = fmt::format("? AS `{}`", db::kOwnAlias);
  constexpr std::string_view kSelect = "SELECT ";
  // Behind a proxy a statement carries its guards: in front of it on MariaDB, in hints, which MySQL keeps.
  if (text.starts_with("SET STATEMENT ")) skip_past(text, " FOR ");
  if (!text.starts_with(kSelect)) return false;
  text.remove_prefix(kSelect.size());
  if (text.starts_with("/*+ ")) skip_past(text, " */ ");
  return text.starts_with(kAlias);
}

bool may_be_cut(std::string_view digest_text, std::uint64_t digest_bytes) {
  if (digest_bytes == 0) return false;
  std::uint64_t bytes = 0;
  std::size_t at = 0;
  while (at < digest_text.size()) {
    if (digest_text[at] == ' ') {
      ++at;
      continue;
    }
    if (digest_text[at] == '`') {
      const auto end = std::min(digest_text.find('`', at + 1), digest_text.size());
      bytes += kNameBytes + (end - at - 1);
      at = end + 1;
      continue;
    }
    bytes += kTokenBytes;
    at = std::min(digest_text.find_first_of(" `", at), digest_text.size());
  }
  return bytes + kNameBytes + kLongestName > digest_bytes;
}

std::string quote_account(std::string_view account) {
  const auto at = account.rfind('@');
  const auto quote = [](std::string_view name) {
    std::string quoted = "'";
    for (const char c : name) quoted.append(c == '\'' ? 2 : 1, c);
    return quoted + "'";
  };
  if (at == account.npos) return quote(account);
  return fmt::format("{}@{}", quote(account.substr(0, at)), quote(account.substr(at + 1)));
}

std::string grant_statistics(std::string_view account) {
  return fmt::format("GRANT SELECT ON performance_schema.* TO {};", quote_account(account));
}

sql::Dialect without_modes(sql::Dialect dialect) {
  dialect.ansi_quotes.reset();
  dialect.no_backslash_escapes.reset();
  return dialect;
}

std::optional<SourceError> no_digests(const MysqlCatalog& catalog) {
  SourceError error{
      .source = "statements", .kind = ErrorKind::MissingFeature, .sqlstate = {}, .message = {}, .hint = {}};
  if (!catalog.performance_schema) {
    error.message = "performance_schema is off: the server counts no statements";
    error.hint = "in my.cnf, below [mysqld]: performance_schema = ON; then restart the server";
    return error;
  }
  if (catalog.counters.empty()) {
    error.kind = ErrorKind::Privilege;
    error.message = fmt::format("{} may not see performance_schema", quote_account(catalog.account));
    error.hint = grant_statistics(catalog.account);
    return error;
  }
  return std::nullopt;
}

SourceError digests_off() {
  return {.source = "statements",
          .kind = ErrorKind::MissingFeature,
          .sqlstate = {},
          .message = "the server counts no statements at present",
          .hint =
              "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME IN "
              "('global_instrumentation', 'thread_instrumentation', 'statements_digest'); and in my.cnf, below "
              "[mysqld]: performance_schema_consumer_statements_digest = ON"};
}

}  // namespace dbi::collect
