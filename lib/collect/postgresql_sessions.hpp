// The sessions of a PostgreSQL server at one moment and who waits for whom.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "collect/server_source.hpp"
#include "collect/session_records.hpp"

namespace dbi::collect {

/// What pg_stat_activity has on this server beside the columns that all have.
struct ActivityColumns {
  bool leader_pid = false;  ///< from 13
  bool query_id = false;    ///< from 14
  friend bool operator==(const ActivityColumns&, const ActivityColumns&) = default;
};

[[nodiscard]] OwnStatement activity_columns_sql();
[[nodiscard]] ActivityColumns read_activity_columns(const Cells& cells);

/// One read: client sessions that are not plainly idle, prepared transactions, and every session that another waits
/// for. pg_blocking_pids() is asked for those alone that wait for a lock, and pg_locks only where a prepared
/// transaction (pid 0) is among the blockers. The collector's own sessions (role and application name) are left out.
[[nodiscard]] OwnStatement sessions_sql(const ActivityColumns& columns);

struct Sessions {
  std::vector<Session> rows;
  std::string role;            ///< the collector's own; empty where there are no rows
  std::string server_version;  ///< server_version_num, likewise
};

/// Takes literals out of the texts and forgets the originals. Fails with ErrorKind::Other for a value that is none of
/// its type.
Result<Sessions> read_sessions(const Cells& cells, const ActivityColumns& columns, std::size_t query_bytes);

/// For Engine::make_sessions.
[[nodiscard]] ReadSessions postgresql_sessions(const SessionOptions& options);

}  // namespace dbi::collect
