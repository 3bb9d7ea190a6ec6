// The sessions of a PostgreSQL server at one moment, who waits for whom, and their `session` records (dbi-record(5)).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "collect/routing.hpp"
#include "collect/server_source.hpp"
#include "collect/text_store.hpp"

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

/// One session, its text without literals. Empty texts and optionals without value are absent.
struct Session {
  std::string pid;
  std::string leader_pid;
  std::string user;
  std::string database;
  std::string application;
  std::string client;
  std::string backend_type;  ///< only where it is no client's
  std::string state;
  std::string wait_type;
  std::string wait_event;
  std::string stage;  ///< what a MySQL or MariaDB server does for it
  std::string query_id;
  std::string query;
  std::optional<std::string> signature;  ///< by the text; one known for the query id comes first
  bool truncated = false;
  std::optional<double> duration_ms;
  std::optional<double> transaction_ms;
  std::string transaction_id;
  std::vector<std::string> blocked_by;
  bool hidden = false;               ///< the role may not see more than who it is
  std::vector<std::string> missing;  ///< members that this server cannot provide
};

struct Sessions {
  std::vector<Session> rows;
  std::string role;            ///< the collector's own; empty where there are no rows
  std::string server_version;  ///< server_version_num, likewise
};

/// Takes literals out of the texts and forgets the originals. Fails with ErrorKind::Other for a value that is none of
/// its type.
Result<Sessions> read_sessions(const Cells& cells, std::size_t query_bytes);

/// Appends one record a session and returns how many.
std::size_t write_sessions(std::string& out, const Routing& routing, Timestamp ts, const Sessions& sessions,
                           const ActivityColumns& columns, const TextStore& texts, const SessionOptions& options);

/// For Engine::make_sessions.
[[nodiscard]] ReadSessions postgresql_sessions(const SessionOptions& options);

}  // namespace dbi::collect
