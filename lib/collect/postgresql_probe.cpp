// SPDX-License-Identifier: Apache-2.0
#include "collect/postgresql_probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "collect/cell_values.hpp"
#include "collect/postgresql_sessions.hpp"
#include "collect/postgresql_source.hpp"
#include "collect/probe_parts.hpp"

namespace dbi::collect {

namespace {

// Settings by name, and the versions of the extension as two rows more.
constexpr std::string_view kSetupSql =
    "select name, setting from pg_catalog.pg_settings where name in ("
    "'pg_stat_statements.track', 'pg_stat_statements.max', 'compute_query_id', 'track_io_timing', "
    "'track_activities', 'track_activity_query_size', 'statement_timeout', 'lock_timeout', "
    "'idle_in_transaction_session_timeout') "
    "union all select 'installed', installed_version from pg_catalog.pg_available_extensions "
    "where name = 'pg_stat_statements' "
    "union all select 'available', default_version from pg_catalog.pg_available_extensions "
    "where name = 'pg_stat_statements' "
    "union all select 'role', current_user::text union all select 'database', pg_catalog.current_database()::text";

constexpr std::string_view kReload = "SELECT pg_reload_conf();";

std::string setting(const StatementsSetup& setup, std::string_view name) {
  const auto found = setup.settings.find(name);
  return found == setup.settings.end() ? std::string() : found->second;
}

StatementsSetup read_setup(const Cells& cells) {
  StatementsSetup setup;
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    const auto row = cells.row(i);
    if (row.size() == 2 && row[0] && row[1]) setup.settings.emplace(*row[0], *row[1]);
  }
  setup.installed_version = setting(setup, "installed");
  setup.available_version = setting(setup, "available");
  return setup;
}

void add_connection(ProbeReport& report, const ConnectionFacts& facts, const StatementsSetup& setup) {
  report.lines.push_back({.what = "connection",
                          .verdict = Verdict::Ok,
                          .finding = fmt::format("role \"{}\", database \"{}\", by {}, TLS {}", setting(setup, "role"),
                                                 setting(setup, "database"), address_of(facts), facts.tls),
                          .fix = {}});
  report.lines.push_back(
      {.what = "guards",
       .verdict = Verdict::Ok,
       .finding = fmt::format("{}: read-only, statement_timeout {} ms, lock_timeout {} ms, idle in transaction {} ms",
                              facts.guards, setting(setup, "statement_timeout"), setting(setup, "lock_timeout"),
                              setting(setup, "idle_in_transaction_session_timeout")),
       .fix = {}});
}

void add_statements(ProbeReport& report, PostgresqlSource& source, const ServerFacts& facts, StatementsSetup& setup,
                    CycleAccount& account) {
  const auto snapshot = source.read_statements(facts, account);
  if (!snapshot) {
    add_errors(report, account, "statements_info");
    add_errors(report, account, "statements");
    return;
  }
  setup.entries = snapshot->rows.size();
  const bool marked = snapshot->after.dealloc.has_value();
  add_source(
      report, account, "statements_info", marked ? Verdict::Ok : Verdict::Limited,
      marked ? "resets and evictions are seen" : "only a crash or a restart leaves a mark; evictions are not seen");
  add_source(report, account, "statements", Verdict::Ok, fmt::format("{} statements", setup.entries));
  auto findings = judge_setup(setup);
  std::ranges::move(findings, std::back_inserter(report.lines));
}

void probe(ProbeReport& report, ServerReader& reader, const ProbeRequest& request) {
  CycleAccount account;
  auto reading = reader.read("server", {"probe", kSetupSql, {0, 1}}, {});
  if (!reading) {
    report.lines.push_back(denied_line(reading.error()));
    report.failure = reading.error().kind;
    return;
  }
  auto setup = read_setup(reading->cells);
  add_connection(report, reader.facts(), setup);
  PostgresqlSource source(reader);
  const auto facts = source.read_server(account);
  add_source(report, account, "server", Verdict::Ok,
             facts ? fmt::format("PostgreSQL {}", facts->version) : std::string());
  if (!facts) return;
  if (request.statements) add_statements(report, source, *facts, setup, account);
  if (request.sessions && reader.usable()) add_sessions(report, postgresql_sessions({}), reader, account);
}

}  // namespace

std::vector<ProbeLine> judge_setup(const StatementsSetup& setup) {
  std::vector<ProbeLine> lines;
  const auto add = [&](std::string_view what, Verdict verdict, std::string finding, std::string fix) {
    lines.push_back(
        {.what = std::string(what), .verdict = verdict, .finding = std::move(finding), .fix = std::move(fix)});
  };
  if (setting(setup, "pg_stat_statements.track") == "none") {
    add("statements", Verdict::Denied, "pg_stat_statements.track is none: nothing is counted",
        fmt::format("ALTER SYSTEM SET pg_stat_statements.track = 'top'; {}", kReload));
  }
  if (setting(setup, "compute_query_id") == "off") {
    add("statements", Verdict::Denied, "compute_query_id is off: statements have no id and are not counted",
        fmt::format("ALTER SYSTEM SET compute_query_id = 'auto'; {}", kReload));
  }
  if (!setup.installed_version.empty() && setup.installed_version != setup.available_version) {
    add("statements", Verdict::Limited,
        fmt::format("the extension is of version {}, the server has {}", setup.installed_version,
                    setup.available_version),
        "ALTER EXTENSION pg_stat_statements UPDATE;");
  }
  const auto max = setting(setup, "pg_stat_statements.max");
  const auto most = parse_number<std::size_t>("setting", max).value_or(std::nullopt).value_or(0);
  if (most > 0 && setup.entries * 10 >= most * 9) {
    add("statements", Verdict::Limited,
        fmt::format("{} of {} entries are in use: evictions make lower bounds of exact figures", setup.entries, most),
        fmt::format("ALTER SYSTEM SET pg_stat_statements.max = {}; then restart the server", most * 2));
  }
  if (setting(setup, "track_io_timing") == "off") {
    add("statements", Verdict::Limited, "track_io_timing is off: times of block reads and writes are 0",
        fmt::format("ALTER SYSTEM SET track_io_timing = on; {}", kReload));
  }
  if (setting(setup, "track_activities") == "off") {
    add("sessions", Verdict::Denied, "track_activities is off: sessions show neither state nor statement",
        fmt::format("ALTER SYSTEM SET track_activities = on; {}", kReload));
  }
  return lines;
}

ProbeReport probe_postgresql(std::string target, const OpenReader& open, const ProbeRequest& request) {
  return probe_with(std::move(target), open,
                    [&](ProbeReport& report, ServerReader& reader) { probe(report, reader, request); });
}

}  // namespace dbi::collect
