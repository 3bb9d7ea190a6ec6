// The sessions of a MySQL or MariaDB server at one moment and who waits for whom: row locks of InnoDB and metadata
// locks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "collect/postgresql_sessions.hpp"
#include "collect/server_source.hpp"

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

/// The open transactions of InnoDB. Its times are in the time zone of the server's system, whatever the session says.
[[nodiscard]] OwnStatement transactions_sql();

struct Transaction {
  std::string pid;  ///< "0": of no session, as a prepared one is
  bool waits = false;
  double ms = 0;
};
/// By transaction id.
using Transactions = std::map<std::string, Transaction, std::less<>>;
Result<Transactions> read_transactions(const Cells& cells);

/// Which transaction waits for which. Asked only where one waits: the server looks at every lock for it. The last `?`
/// is how many are read.
[[nodiscard]] OwnStatement row_lock_waits_sql(sql::System system);

/// Who waits for whom: by the waiter's pid, the blockers in the order they were found, each once.
using Blockers = std::map<std::string, std::vector<std::string>, std::less<>>;
[[nodiscard]] Blockers row_lock_blockers(const Cells& cells, const Transactions& transactions);

/// The sessions that are not idle, and those of `?`, a list of pids with commas between. Columns as
/// read_mysql_sessions() takes them.
[[nodiscard]] OwnStatement mysql_sessions_sql(sql::System system, const SessionTables& tables);

/// All metadata locks of what somebody waits for, at most `?`.
[[nodiscard]] OwnStatement metadata_locks_sql();

/// A metadata lock that is held or waited for.
struct MetadataLock {
  std::string pid;
  std::string object;  ///< its type, schema and name
  std::string mode;    ///< "SHARED_READ"
  bool granted = false;
};
[[nodiscard]] std::vector<MetadataLock> read_metadata_locks(const Cells& cells);

/// True where a request for `wanted` has to wait while `held` is granted (MySQL and MariaDB, sql/mdl.cc). Modes that
/// are not known conflict.
[[nodiscard]] bool metadata_locks_conflict(std::string_view wanted, std::string_view held);

/// A request waits for those who hold a lock that conflicts with it, and where there is none for conflicting requests
/// that wait ahead of it: a server prefers the stronger ones.
[[nodiscard]] Blockers metadata_lock_blockers(std::span<const MetadataLock> locks);

/// Takes literals out of the texts and forgets the originals. Fails with ErrorKind::Other for a value that is none of
/// its type.
Result<std::vector<Session>> read_mysql_sessions(const Cells& cells, const sql::Dialect& dialect,
                                                 std::size_t query_bytes);

/// For Engine::make_sessions.
[[nodiscard]] ReadSessions mysql_sessions(const SessionOptions& options);

}  // namespace dbi::collect
