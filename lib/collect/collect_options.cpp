// SPDX-License-Identifier: Apache-2.0
#include "collect/collect_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "db/resolved_target.hpp"

namespace dbi::collect {

namespace {

using std::chrono::milliseconds;

using Target = decltype(ConnectionSettings::target);

Result<Target> configure(const ConfiguredTarget& target) {
  if (target.url.empty() == target.service.empty()) {
    return fail(ErrorKind::Configuration, fmt::format("target '{}' needs either url or service", target.name),
                "Write one of the two.");
  }
  if (db::is_mysql_target(target.url)) {
    return db::MysqlTarget::configure(target.name, target.url, target.password_file, target.tls);
  }
  if (target.tls) {
    return fail(ErrorKind::Configuration, fmt::format("target '{}': tls is for MySQL and MariaDB", target.name),
                "PostgreSQL's TLS is set in its URL: sslmode=verify-full");
  }
  return db::PostgresqlTarget::configure(target.name, target.url.empty() ? "service=" + target.service : target.url,
                                         target.password_file);
}

Result<Target> find_target(const CollectOptions& options, const std::string& text) {
  if (db::is_mysql_target(text)) return db::MysqlTarget::parse(text);
  if (db::is_postgresql_target(text)) return db::PostgresqlTarget::parse(text);
  const auto found = std::ranges::find(options.configured, text, &ConfiguredTarget::name);
  if (found != options.configured.end()) return configure(*found);
  if (text.find("://") != std::string::npos) {
    return fail(ErrorKind::Usage, fmt::format("'{}' is a URL of an unknown kind", text),
                "Write postgresql://user@host:port/database, mysql://user@host:port or mariadb://user@host:port.");
  }
  return fail(
      ErrorKind::Usage, fmt::format("no target '{}' in the configuration", mask_before_at(text)),
      "Write a URL (postgresql://host/database, mysql://host, mariadb://host), service=NAME or a configured name.");
}

std::vector<std::string> names_of(const CollectOptions& options) {
  if (!options.targets.empty()) return options.targets;
  std::vector<std::string> names;
  for (const auto& target : options.configured) names.push_back(target.name);
  return names;
}

ConnectionSettings connect_to(Target target, const CollectOptions& options) {
  ConnectionSettings settings{.target = std::move(target), .guards = {}, .limits = {}, .record = {}, .tell = {}};
  settings.limit_reads(options.statement_timeout.value_or(db::Guards{}.statement_timeout));
  settings.guards.lock_timeout = std::chrono::ceil<milliseconds>(options.lock_timeout);
  settings.limits.connect = std::chrono::ceil<milliseconds>(options.connect_timeout);
  settings.guards.fixes_search_path = !options.explain;
  if (options.record) settings.record = *options.record;
  return settings;
}

bool wants(const CollectOptions& options, std::string_view kind) {
  return std::ranges::find(options.kinds, kind) != options.kinds.end();
}

}  // namespace

Status check_target(const ConfiguredTarget& target) {
  if (target.name.empty()) return fail(ErrorKind::Configuration, "a target without name", "Records are called by it.");
  if (escape_controls(target.password_file) != target.password_file) {
    return fail(ErrorKind::Configuration, "a control character in the path of a password_file", "Take it out.");
  }
  DBI_TRY_ASSIGN(const Target parsed, configure(target));
  static_cast<void>(parsed);
  return {};
}

Result<std::vector<ConnectionSettings>> find_targets(const CollectOptions& options) {
  const auto names = names_of(options);
  if (names.empty()) return fail(ErrorKind::Usage, "no target", "For instance: dbi-collect postgresql:///app");
  if (names.size() > kMaxTargets) return fail(ErrorKind::Usage, fmt::format("more than {} targets", kMaxTargets));
  std::vector<ConnectionSettings> targets;
  for (const auto& name : names) {
    DBI_TRY_ASSIGN(auto target, find_target(options, name));
    auto settings = connect_to(std::move(target), options);
    const auto same = [&](const ConnectionSettings& other) { return other.name() == settings.name(); };
    if (std::ranges::any_of(targets, same)) {
      return fail(ErrorKind::Usage, fmt::format("two targets are called '{}'", settings.name()));
    }
    const auto* const postgresql = std::get_if<db::PostgresqlTarget>(&settings.target);
    if (names.size() == 1 && postgresql != nullptr) DBI_TRY(db::resolve(*postgresql));
    targets.push_back(std::move(settings));
  }
  return targets;
}

std::vector<sql::System> systems_of(const std::vector<ConnectionSettings>& targets) {
  std::vector<sql::System> systems;
  for (const auto& settings : targets) {
    const auto* const target = std::get_if<db::MysqlTarget>(&settings.target);
    const auto system = target == nullptr ? sql::System::PostgreSql : target->system();
    if (std::ranges::find(systems, system) == systems.end()) systems.push_back(system);
  }
  return systems;
}

CollectorSettings collector_settings(const CollectOptions& options, FirstRun first_run) {
  CollectorSettings settings;
  settings.text_interval = options.text_interval;
  if (options.commit == Commit::Exported) settings.ack_from = options.ack_from;
  settings.cycle.query_stats = !options.explain && wants(options, "query_stats");
  settings.cycle.first_run = options.baseline.value_or(first_run);
  settings.cycle.stats = options.stats;
  settings.cycle.max_cycle_bytes = options.max_cycle_bytes;
  if (options.explain) {
    settings.cycle.explain = options.explaining;
    settings.cycle.explain->file = *options.explain;
    settings.cycle.explain->keeps_literals = options.literals == Literals::Keep;
    settings.cycle.explain->query_bytes = options.stats.query_bytes;
  } else if (wants(options, "session")) {
    settings.cycle.sessions = {.query_bytes = options.stats.query_bytes, .sample_s = {}};
    if (options.interval) settings.cycle.sessions->sample_s = std::chrono::duration<double>(*options.interval).count();
  }
  settings.ignore_circuits = options.ignore_circuits;
  settings.longest_read = options.statement_timeout;
  settings.run.interval = options.interval;
  if (!options.interval && options.count) settings.run.interval = kDefaultInterval;
  settings.run.count = options.count;
  if (!options.interval && !options.count) settings.run.count = 1;
  settings.run.first_wait = options.interval.value_or(kDefaultInterval);
  return settings;
}

ProbeRequest probe_request(const CollectOptions& options) {
  return {.statements = wants(options, "query_stats"), .sessions = wants(options, "session")};
}

}  // namespace dbi::collect
