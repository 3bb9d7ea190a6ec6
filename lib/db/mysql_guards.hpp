// The guards in the words of MySQL and MariaDB: set for a session, or carried by one statement, and read back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "db/guards.hpp"
#include "db/own_statement.hpp"
#include "sql/statement.hpp"

namespace dbi::db {

/// Settings by lower-case name, as the server shows them.
using MysqlVariables = std::map<std::string, std::string, std::less<>>;

/// "SET SESSION max_statement_time=5.000, ...": limits of time, sql_mode, time zone, character set.
[[nodiscard]] std::string set_session_guards(const Guards& guards, sql::System system);

inline constexpr std::string_view kSetReadOnly = "SET SESSION TRANSACTION READ ONLY";

/// The statement with the guards in it, which end with it: SET STATEMENT ... FOR on MariaDB, hints on MySQL. Nothing
/// for what on MySQL is no SELECT.
[[nodiscard]] std::optional<std::string> guarded(std::string_view sql, const Guards& guards, sql::System system);

/// The statement that reads the settings back, with facts beside each row: columns 1 to 6 are CONNECTION_ID(),
/// CURRENT_USER(), DATABASE(), VERSION() and the global sql_mode and time_zone, then a setting's name and value.
[[nodiscard]] OwnStatement read_variables(sql::System system);

/// The guards that are not in force, by name ("lock_wait_timeout, sql_mode"); empty: all are. `with_read_only` false
/// inside a transaction, which is read-only whatever the session is.
[[nodiscard]] std::string missing_guards(const MysqlVariables& variables, const Guards& guards, sql::System system,
                                         bool with_read_only);

/// "10.11.19-MariaDB" -> 101119; 0 where there is no number.
[[nodiscard]] int mysql_version_number(std::string_view version);

}  // namespace dbi::db
