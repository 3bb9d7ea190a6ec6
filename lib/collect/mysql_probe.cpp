// SPDX-License-Identifier: Apache-2.0
#include "collect/mysql_probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.hpp"
#include "collect/cell_values.hpp"
#include "collect/mysql_catalog.hpp"
#include "collect/mysql_sessions.hpp"
#include "collect/mysql_source.hpp"
#include "collect/probe_parts.hpp"

namespace dbi::collect {

namespace {

constexpr std::string_view kMetadataInstrument = "wait/lock/metadata/sql/mdl";

OwnStatement settings_sql(sql::System system) {
  return OwnStatement::select(
      "probe",
      fmt::format("variable_name, variable_value FROM {} WHERE variable_name IN ('max_statement_time', "
                  "'max_execution_time', 'lock_wait_timeout', 'max_digest_length', "
                  "'performance_schema_max_digest_length', 'performance_schema_digests_size', 'performance_schema') "
                  "UNION ALL SELECT 1, 'account', CURRENT_USER() UNION ALL SELECT 1, 'database', DATABASE()",
                  system == sql::System::MariaDb ? "information_schema.session_variables"
                                                 : "performance_schema.session_variables"),
      {1, 2});
}

OwnStatement consumers_sql() {
  return OwnStatement::select(
      "probe consumers",
      fmt::format("NAME, ENABLED FROM performance_schema.setup_consumers UNION ALL SELECT 1, NAME, ENABLED "
                  "FROM performance_schema.setup_instruments WHERE NAME = '{}'",
                  kMetadataInstrument),
      {1, 2});
}

void add_settings(MysqlSetup& setup, const Cells& cells) {
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    const auto row = cells.row(i);
    if (row.size() == 3 && row[1] && row[2]) setup.insert_or_assign(lower_case(*row[1]), std::string(*row[2]));
  }
}

std::string setting(const MysqlSetup& setup, std::string_view name) {
  const auto found = setup.find(name);
  return found == setup.end() ? std::string() : found->second;
}

std::size_t number(const MysqlSetup& setup, std::string_view name) {
  const auto text = setting(setup, name);
  return parse_number<std::size_t>(name, Cell(text)).value_or(std::nullopt).value_or(0);
}

void add_connection(ProbeReport& report, const ConnectionFacts& facts, const MysqlSetup& setup) {
  const auto database = setting(setup, "database");
  report.lines.push_back(
      {.what = "connection",
       .verdict = Verdict::Ok,
       .finding = fmt::format("account {}, {}, by {}, TLS {}", quote_account(setting(setup, "account")),
                              database.empty() ? "no database" : fmt::format("database {}", database),
                              address_of(facts), facts.tls),
       .fix = {}});
  const bool is_mariadb = facts.dialect.system == sql::System::MariaDb;
  const auto limit = is_mariadb ? fmt::format("max_statement_time {} s", setting(setup, "max_statement_time"))
                                : fmt::format("max_execution_time {} ms", setting(setup, "max_execution_time"));
  // What a statement carries does not show in the session.
  report.lines.push_back(
      {.what = "guards",
       .verdict = Verdict::Ok,
       .finding = facts.guards == "session"
                      ? fmt::format("session: read-only, {}, lock_wait_timeout {} s", limit,
                                    setting(setup, "lock_wait_timeout"))
                      : fmt::format("{}: each read in a read-only transaction, with its limits", facts.guards),
       .fix = {}});
}

void add_replica(ProbeReport& report, MysqlSource& source, bool is_mariadb, const MysqlSetup& setup,
                 CycleAccount& account) {
  const auto lag = source.read_replica_lag(account);
  if (lag) {
    report.lines.push_back(
        {.what = "server", .verdict = Verdict::Ok, .finding = fmt::format("a replica, {} s behind", *lag), .fix = {}});
  }
  if (!source.replica_denied()) return;
  report.lines.push_back(
      {.what = "server",
       .verdict = Verdict::Limited,
       .finding = "a replica: how far it is behind this account may not see",
       .fix = fmt::format("GRANT {} ON *.* TO {};", is_mariadb ? "SLAVE MONITOR" : "REPLICATION CLIENT",
                          quote_account(setting(setup, "account")))});
}

void add_statements(ProbeReport& report, MysqlSource& source, const ServerFacts& facts, const MysqlSetup& setup,
                    CycleAccount& account) {
  const auto snapshot = source.read_statements(facts, account);
  if (!snapshot) {
    add_errors(report, account, "statements");
    return;
  }
  add_source(report, account, "statements", Verdict::Ok, fmt::format("{} statements", snapshot->rows.size()));
  auto findings = judge_mysql_setup(setup, snapshot->rows.size());
  std::ranges::move(findings, std::back_inserter(report.lines));
}

void probe(ProbeReport& report, ServerReader& reader, const ProbeRequest& request) {
  const auto connection = reader.facts();
  CycleAccount account;
  auto reading = reader.read("server", settings_sql(connection.dialect.system), {});
  if (!reading) {
    report.lines.push_back(denied_line(reading.error()));
    report.failure = reading.error().kind;
    return;
  }
  MysqlSetup setup;
  add_settings(setup, reading->cells);
  add_connection(report, connection, setup);
  MysqlSource source(reader);
  const auto facts = source.read_server(account);
  const bool is_mariadb = connection.dialect.system == sql::System::MariaDb;
  add_source(report, account, "server", Verdict::Ok,
             facts ? fmt::format("{} {}", is_mariadb ? "MariaDB" : "MySQL", facts->version) : std::string());
  if (!facts) return;
  add_replica(report, source, is_mariadb, setup, account);
  if (source.catalog()->performance_schema && !source.catalog()->counters.empty()) {
    const auto consumers = reader.read("server", consumers_sql(), {});
    if (consumers) add_settings(setup, consumers->cells);
  }
  if (request.statements && reader.usable()) add_statements(report, source, *facts, setup, account);
  if (!request.sessions || !reader.usable()) return;
  add_sessions(report, mysql_sessions({}), reader, account);
  const auto add = [&](std::string_view finding, std::string fix) {
    report.lines.push_back(
        {.what = "sessions", .verdict = Verdict::Limited, .finding = std::string(finding), .fix = std::move(fix)});
  };
  if (!is_mariadb && setting(setup, "events_statements_current") == "NO") {
    add("events_statements_current is off: sessions have no query_id",
        "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'events_statements_current';\n"
        "in my.cnf, below [mysqld]: performance_schema_consumer_events_statements_current = ON");
  }
  if (setting(setup, kMetadataInstrument) == "NO") {
    add("the instrument of metadata locks is off: who waits for one has no blocked_by",
        fmt::format("UPDATE performance_schema.setup_instruments SET ENABLED = 'YES' WHERE NAME = '{0}';\n"
                    "in my.cnf, below [mysqld]: performance-schema-instrument = '{0}=ON'",
                    kMetadataInstrument));
  }
}

}  // namespace

std::vector<ProbeLine> judge_mysql_setup(const MysqlSetup& setup, std::size_t digests) {
  std::vector<ProbeLine> lines;
  const auto add = [&](std::string finding, std::string fix) {
    lines.push_back(
        {.what = "statements", .verdict = Verdict::Limited, .finding = std::move(finding), .fix = std::move(fix)});
  };
  const auto most = number(setup, "performance_schema_digests_size");
  if (most > 0 && digests * 10 >= most * 9) {
    add(fmt::format("{} of {} digests are in use: what finds no room is summed up as \"other\"", digests, most),
        fmt::format("in my.cnf, below [mysqld]: performance_schema_digests_size = {}; then restart the server",
                    most * 2));
  }
  // The least that is in use anywhere; texts beyond it are cut without a mark.
  constexpr std::size_t kShort = 1024;
  const auto length = number(setup, "max_digest_length");
  if (length > 0 && length <= kShort) {
    add(fmt::format("max_digest_length is {}: longer statements are cut and have no query_signature", length),
        "in my.cnf, below [mysqld]: max_digest_length = 4096 and performance_schema_max_digest_length = 4096; then "
        "restart the server");
  }
  return lines;
}

ProbeReport probe_mysql(std::string target, const OpenReader& open, const ProbeRequest& request) {
  return probe_with(std::move(target), open,
                    [&](ProbeReport& report, ServerReader& reader) { probe(report, reader, request); });
}

}  // namespace dbi::collect
