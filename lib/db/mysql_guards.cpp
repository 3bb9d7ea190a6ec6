// SPDX-License-Identifier: Apache-2.0
#include "db/mysql_guards.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

namespace dbi::db {

namespace {

using std::chrono::seconds;

// Neither ANSI_QUOTES nor NO_BACKSLASH_ESCAPES nor anything else that changes how our text is read.
constexpr std::string_view kSqlMode = "NO_ENGINE_SUBSTITUTION";
constexpr std::string_view kTimeZone = "+00:00";
// Else a limit that is set for the server cuts what we read, without a word (sql_select_limit; this is its default), or
// refuses it (max_join_size, which sql_big_selects lifts).
constexpr std::string_view kSelectLimit = "18446744073709551615";

bool is_mariadb(sql::System system) {
  return system == sql::System::MariaDb;
}

// Whole seconds, of which one is the least that both servers take.
long long lock_seconds(const Guards& guards) {
  return std::max<long long>(std::chrono::ceil<seconds>(guards.lock_timeout).count(), 1);
}

double statement_seconds(const Guards& guards) {
  return std::chrono::duration<double>(guards.statement_timeout).count();
}

std::string_view find(const MysqlVariables& variables, std::string_view name) {
  const auto found = variables.find(name);
  return found == variables.end() ? std::string_view() : std::string_view(found->second);
}

bool shows_number(std::string_view shown, double wanted) {
  double number = 0;
  const auto* end = shown.data() + shown.size();
  const auto read = std::from_chars(shown.data(), end, number);
  return read.ec == std::errc{} && read.ptr == end && std::abs(number - wanted) < 0.0005;
}

}  // namespace

std::string set_session_guards(const Guards& guards, sql::System system) {
  const auto limit = is_mariadb(system) ? fmt::format("max_statement_time={:.3f}", statement_seconds(guards))
                                        : fmt::format("max_execution_time={}", guards.statement_timeout.count());
  return fmt::format(
      "SET SESSION {}, lock_wait_timeout={}, innodb_lock_wait_timeout={}, sql_mode='{}', "
      "time_zone='{}', sql_select_limit={}, sql_big_selects=1, character_set_results='utf8mb4', autocommit=1",
      limit, lock_seconds(guards), lock_seconds(guards), kSqlMode, kTimeZone, kSelectLimit);
}

std::optional<std::string> guarded(std::string_view sql, const Guards& guards, sql::System system) {
  if (is_mariadb(system)) {
    return fmt::format(
        "SET STATEMENT max_statement_time={:.3f}, lock_wait_timeout={}, sql_mode='{}', time_zone='{}', "
        "sql_select_limit={}, sql_big_selects=1 FOR {}",
        statement_seconds(guards), lock_seconds(guards), kSqlMode, kTimeZone, kSelectLimit, sql);
  }
  constexpr std::string_view kVerb = "select";
  const auto same = [](char verb, char letter) { return (letter | 0x20) == verb; };
  const auto rest = sql.substr(std::min(sql.size(), kVerb.size()));
  if (rest.empty() || rest.front() != ' ' || !std::equal(kVerb.begin(), kVerb.end(), sql.begin(), same)) {
    return std::nullopt;
  }
  // The hint sets no variable that could be read back, the variable alone sets no limit that all versions keep to.
  return fmt::format(
      "SELECT /*+ MAX_EXECUTION_TIME({0}) SET_VAR(max_execution_time={0}) SET_VAR(lock_wait_timeout={1}) "
      "SET_VAR(sql_mode='{2}') SET_VAR(time_zone='{3}') SET_VAR(sql_select_limit={4}) SET_VAR(sql_big_selects=1) "
      "*/{5}",
      guards.statement_timeout.count(), lock_seconds(guards), kSqlMode, kTimeZone, kSelectLimit, rest);
}

OwnStatement read_variables(sql::System system) {
  constexpr std::string_view kNames =
      "'max_statement_time','max_execution_time','lock_wait_timeout','innodb_lock_wait_timeout','sql_mode',"
      "'time_zone','sql_select_limit','sql_big_selects','character_set_results','tx_read_only','transaction_read_only',"
      "'autocommit','system_time_zone',"
      "'performance_schema','performance_schema_digests_size','performance_schema_max_digest_length',"
      "'max_digest_length','read_only','server_uuid','server_uid','hostname','port'";
  return OwnStatement::select(
      "guards",
      fmt::format(
          "CONNECTION_ID(), CURRENT_USER(), DATABASE(), VERSION(), "
          "@@global.sql_mode, @@global.time_zone, variable_name, variable_value FROM {} WHERE variable_name IN ({})",
          is_mariadb(system) ? "information_schema.session_variables" : "performance_schema.session_variables",
          kNames));
}

std::string missing_guards(const MysqlVariables& variables, const Guards& guards, sql::System system,
                           bool with_read_only) {
  const auto limit = is_mariadb(system)
                         ? std::pair<std::string_view, double>{"max_statement_time", statement_seconds(guards)}
                         : std::pair<std::string_view, double>{"max_execution_time",
                                                               static_cast<double>(guards.statement_timeout.count())};
  std::vector<std::string_view> missing;
  const auto need = [&](std::string_view name, bool holds) {
    if (!holds) missing.push_back(name);
  };
  need(limit.first, shows_number(find(variables, limit.first), limit.second));
  need("lock_wait_timeout",
       shows_number(find(variables, "lock_wait_timeout"), static_cast<double>(lock_seconds(guards))));
  need("sql_mode", find(variables, "sql_mode") == kSqlMode);
  need("time_zone", find(variables, "time_zone") == kTimeZone);
  need("sql_select_limit", find(variables, "sql_select_limit") == kSelectLimit);
  need("sql_big_selects", find(variables, "sql_big_selects") == "ON");
  if (with_read_only) {
    // The name changed with MySQL 8 and MariaDB 11.1.
    need("transaction_read_only",
         find(variables, "transaction_read_only") == "ON" || find(variables, "tx_read_only") == "ON");
  }
  return fmt::format("{}", fmt::join(missing, ", "));
}

int mysql_version_number(std::string_view version) {
  std::array<int, 3> parts{};
  for (auto& part : parts) {
    const auto read = std::from_chars(version.data(), version.data() + version.size(), part);
    if (read.ec != std::errc{}) break;
    version.remove_prefix(static_cast<std::size_t>(read.ptr - version.data()));
    if (!version.starts_with('.')) break;
    version.remove_prefix(1);
  }
  return parts[0] * 10000 + parts[1] * 100 + parts[2];
}

}  // namespace dbi::db
