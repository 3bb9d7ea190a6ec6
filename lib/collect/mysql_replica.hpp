// How far a replica of MySQL or MariaDB is behind: what is asked, and what the answer means. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/result.hpp"
#include "collect/server_reader.hpp"
#include "sql/statement.hpp"

namespace dbi::collect {

/// MySQL: a row for each thread that applies what a source sent; none where the server is no replica or stands. It
/// takes no lock of replication.
[[nodiscard]] OwnStatement replica_threads_sql();

/// The state of all channels. It needs REPLICATION CLIENT on MySQL and SLAVE MONITOR on MariaDB. No column can bear the
/// collector's alias here, and it waits while a channel is being started or stopped.
[[nodiscard]] OwnStatement replica_status_sql(const sql::Dialect& dialect);

/// Seconds of the channel that is farthest behind, by the server's own reckoning; nothing without channels, and where
/// one of them stands, since nobody knows then. Fails with ErrorKind::Other where the column is missing.
Result<std::optional<double>> parse_replica_lag(const Cells& cells);

}  // namespace dbi::collect
