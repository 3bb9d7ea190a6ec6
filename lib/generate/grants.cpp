// SPDX-License-Identifier: Apache-2.0
#include "generate/grants.hpp"

#include <fmt/format.h>

#include <string_view>

#include "base/text.hpp"

namespace dbi::generate {

namespace {

// A name in quotes of that kind, doubled inside; MySQL's take backslashes for escapes.
std::string in_quotes(std::string_view name, char quote) {
  std::string out(1, quote);
  for (const char c : name) {
    if (c == quote || (c == '\\' && quote == '\'')) out += c;
    out += c;
  }
  return out + quote;
}

// Predefined roles: https://www.postgresql.org/docs/current/predefined-roles.html. pg_monitor is what reads the
// statistics of all users, no rows of any table.
std::string postgresql(const TargetFacts& target) {
  const std::string role = in_quotes(escape_controls(target.user), '"');
  const std::string database =
      target.database.empty() ? "the database that the target names" : escape_controls(target.database);
  return fmt::format(
      R"(-- The role that dbi-collect needs on {0}, for a superuser. Run it in {1}.
-- Written by dbi-gen-config.
--
-- The server must load pg_stat_statements, which takes a restart:
--
--   ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements';
--
-- It may log in, look at statistics, and read no table. Give it a password with \password {2}.
CREATE ROLE {2} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 3;
GRANT pg_monitor TO {2};
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
)",
      target.name, database, role);
}

// Privileges: MySQL's manual 6.2.2, MariaDB's GRANT; what dbi-collect reads of performance_schema and the process list.
std::string mysql(const TargetFacts& target) {
  const std::string user = in_quotes(escape_controls(target.user), '\'');
  const bool mariadb = target.system == System::MariaDb;
  return fmt::format(
      R"(-- The account that dbi-collect needs on {0} ({1}), for an administrator. Choose a password first.
-- Written by dbi-gen-config.
--
-- The server must keep statistics: performance_schema = ON in its option file, which takes a restart.
--
-- It may see the processes of all, what performance_schema counts and how a replica is, and read no table.
CREATE USER {2} IDENTIFIED BY '...' WITH MAX_USER_CONNECTIONS 3;
GRANT PROCESS ON *.* TO {2};
GRANT SELECT ON performance_schema.* TO {2};
GRANT {3} ON *.* TO {2};
)",
      target.name, mariadb ? "MariaDB" : "MySQL", user, mariadb ? "SLAVE MONITOR" : "REPLICATION CLIENT");
}

}  // namespace

Artefact grants(const TargetFacts& target) {
  return {fmt::format("grants/{}.sql", target.name),
          target.system == System::PostgreSql ? postgresql(target) : mysql(target), "--"};
}

}  // namespace dbi::generate
