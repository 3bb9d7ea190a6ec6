// The sessions of a MySQL or MariaDB server at one moment.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "collect/server_source.hpp"
#include "collect/session_records.hpp"

namespace dbi::collect {

/// The tables of performance_schema that this account may read. None of them are needed.
struct SessionTables {
  std::string account;  ///< CURRENT_USER()
  bool threads = false;
  bool statements = false;  ///< events_statements_current
  bool attributes = false;  ///< session_connect_attrs
  bool metadata_locks = false;
  bool data_lock_waits = false;  ///< MySQL's; MariaDB has information_schema.innodb_lock_waits
};

[[nodiscard]] OwnStatement session_tables_sql();
[[nodiscard]] SessionTables read_session_tables(const Cells& cells);

/// The sessions that are not idle, and those of `?`, a list of pids with commas between. Columns as
/// read_mysql_sessions() takes them.
[[nodiscard]] OwnStatement mysql_sessions_sql(sql::System system, const SessionTables& tables);

/// Takes literals out of the texts and forgets the originals. Fails with ErrorKind::Other for a value that is none of
/// its type.
Result<std::vector<Session>> read_mysql_sessions(const Cells& cells, const sql::Dialect& dialect,
                                                 std::size_t query_bytes);

/// For Engine::make_sessions.
[[nodiscard]] ReadSessions mysql_sessions(const SessionOptions& options);

}  // namespace dbi::collect
