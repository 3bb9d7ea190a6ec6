// What happened between two reads of a server's statement counters, and how far it can be trusted: the quality of a
// delta as DESIGN.md section 2 defines it and the checks on real servers shaped it. Pure functions of two snapshots.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "collect/quality.hpp"
#include "collect/snapshot.hpp"

namespace dbi::collect {

/// One statement's share of the interval.
struct DeltaRow {
  std::size_t row = 0;  ///< index into the later snapshot's rows (of the first one, where several share the key)
  Quality quality = Quality::Exact;
  /// True for later - earlier, false for the later row's whole value.
  bool is_difference = false;
  std::vector<Counter> counters;    ///< parallel to Deltas::columns
  std::optional<double> mean_ms;    ///< of the interval's executions; absent on a lower bound taken as a difference
  std::optional<double> stddev_ms;  ///< population standard deviation, likewise
};

/// Indexes into Deltas::columns of the counters that the rules need; absent where the server has no such column.
struct CounterRoles {
  std::optional<std::size_t> calls;
  std::optional<std::size_t> total_ms;
  std::optional<std::size_t> rows;
  std::optional<std::size_t> plans;
  std::optional<std::size_t> plan_ms;
};

/// The deltas between two snapshots.
struct Deltas {
  std::optional<Incomparable> incomparable;  ///< if set, there are no rows
  std::optional<double> interval_s;          ///< by the server's clock; absent for lifetime totals and a clock set back
  std::vector<Unclean> unclean;              ///< distinct, in the order of the enumeration; empty = a clean interval
  std::vector<CounterColumn> columns;  ///< counters (no moments) that both snapshots have, in the later one's order
  CounterRoles roles;
  std::vector<DeltaRow> rows;  ///< in the later one's order: those that were executed (or planned) in the interval

  [[nodiscard]] bool clean() const { return unclean.empty(); }
  [[nodiscard]] std::int64_t calls(const DeltaRow& row) const;  ///< 0 without such a column
  [[nodiscard]] double total_ms(const DeltaRow& row) const;     ///< 0 without such a column
};

/// Compares two reads of one server. Which rules hold goes by the columns present: rows with `since` are judged one by
/// one, and key columns with a "digest" are those of MySQL and MariaDB, whose entries are never evicted. Where several
/// rows share a key (PostgreSQL 15 with the extension left at 1.8) their sum is compared. Linear in the number of rows.
[[nodiscard]] Deltas compute_deltas(const StatementSnapshot& earlier, const StatementSnapshot& later);

/// Everything since each entry was made, as quality Baseline (--baseline emit).
[[nodiscard]] Deltas lifetime_totals(const StatementSnapshot& snapshot);

}  // namespace dbi::collect
