// What one read of a server's statement counters gives, in a form that does not depend on the engine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"

namespace dbi::collect {

/// A counter's type, by its column in the catalog.
enum class CounterType : std::uint8_t {
  Integer,  ///< exact, monotone (calls, blocks)
  Real,     ///< a double, monotone (milliseconds)
  Moment,   ///< a double that is no sum and may fall (mean_exec_time, stddev_exec_time): kept to derive, never to
            ///< compare
};

/// A counter column as discovered.
struct CounterColumn {
  std::string name;  ///< the catalog's own name
  CounterType type = CounterType::Integer;
  friend bool operator==(const CounterColumn&, const CounterColumn&) = default;
};

/// One value; which member holds is said by the column's type. A NULL counter is 0.
struct Counter {
  std::int64_t integer = 0;
  double real = 0;
  friend bool operator==(const Counter&, const Counter&) = default;
};

/// Tells one life of a server from the next.
struct ServerIdentity {
  std::string system_identifier;  ///< pg_control_system(); MySQL: server_uuid; MariaDB: empty
  Timestamp started{};            ///< pg_postmaster_start_time(); MySQL/MariaDB: now - Uptime, rounded to the second
  friend bool operator==(const ServerIdentity&, const ServerIdentity&) = default;
};

/// Marks that move when the statistics are reset or entries are evicted; absent where the server has none.
struct ResetMarks {
  std::optional<Timestamp> stats_reset;  ///< pg_stat_statements_info; 12-13: pg_stat_bgwriter
  std::optional<std::int64_t> dealloc;   ///< pg_stat_statements_info
  friend bool operator==(const ResetMarks&, const ResetMarks&) = default;
};

/// One statement's counters at one moment.
struct StatementRow {
  /// The key's columns joined by '/': "dbid/userid/queryid/toplevel" on PostgreSQL ("5/10/-77/t"; without the column
  /// toplevel three parts), "schema/digest" on MySQL and MariaDB. Almost always unique in a snapshot (KeyedRow).
  std::string key;
  std::string query_id;  ///< queryid or digest, as text
  std::string database;  ///< name, empty where unknown
  std::string user;      ///< name, empty where unknown
  std::optional<bool> toplevel;
  std::optional<Timestamp> since;  ///< stats_since or FIRST_SEEN
  bool own = false;                ///< recognised as the collector's own
  std::vector<Counter> counters;   ///< parallel to StatementSnapshot::columns
};

/// All visible statements of a server, with the marks read before and after the rows.
struct StatementSnapshot {
  Timestamp taken{};  ///< the server's clock at the read
  ServerIdentity server;
  ResetMarks before;  ///< read before the rows
  ResetMarks after;   ///< read after the rows
  std::vector<std::string> key_columns;
  /// Some rows had a NULL query id (no privilege to see them); the next delta starts from a baseline.
  bool null_query_ids = false;
  /// FIRST_SEEN without a fraction (MariaDB, MySQL 5.7): equal values prove less.
  bool since_in_whole_seconds = false;
  /// Statements that MySQL or MariaDB found no room for since it started; absent elsewhere.
  std::optional<std::int64_t> digest_lost;
  std::vector<CounterColumn> columns;
  std::vector<StatementRow> rows;
};

}  // namespace dbi::collect
