// Builds the snapshots of the tests: a statement is a key, its counters and the moment its entry was made.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collect/snapshot.hpp"

namespace dbi::collect {

/// Seconds after the start of the test's time.
inline Timestamp at(double seconds) {
  return Timestamp{std::chrono::microseconds{1'780'000'000'000'000 + static_cast<std::int64_t>(seconds * 1e6)}};
}

/// Columns of the tests, in their order; the names are those of PostgreSQL 13 to 18.
inline std::vector<CounterColumn> columns() {
  return {{"calls", CounterType::Integer},
          {"total_exec_time", CounterType::Real},
          {"mean_exec_time", CounterType::Moment},
          {"stddev_exec_time", CounterType::Moment},
          {"rows", CounterType::Integer}};
}

inline StatementRow statement(std::string key, std::int64_t calls, double total_ms,
                              std::optional<Timestamp> since = {}) {
  StatementRow row;
  row.query_id = key;
  row.key = std::move(key);
  row.since = since;
  const double mean = calls > 0 ? total_ms / static_cast<double>(calls) : 0;
  row.counters = {{calls, 0}, {0, total_ms}, {0, mean}, {0, 0}, {calls, 0}};
  return row;
}

/// A read of a PostgreSQL server that started at 0 and reset its statistics at 1.
inline StatementSnapshot snapshot(double taken, std::vector<StatementRow> rows) {
  StatementSnapshot result;
  result.taken = at(taken);
  result.server = {"7300000000000000001", at(0)};
  result.before = result.after = {at(1), 0};
  result.key_columns = {"dbid", "userid", "queryid", "toplevel"};
  result.columns = columns();
  result.rows = std::move(rows);
  return result;
}

/// A read of a MariaDB server, whose FIRST_SEEN has whole seconds.
inline StatementSnapshot digests(double taken, std::vector<StatementRow> rows) {
  auto result = snapshot(taken, std::move(rows));
  result.server.system_identifier.clear();
  result.before = result.after = {};
  result.key_columns = {"schema", "digest"};
  result.since_in_whole_seconds = true;
  return result;
}

}  // namespace dbi::collect
