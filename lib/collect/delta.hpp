// What happened between two reads of a server's statement counters, and how far it can be trusted: the quality of a
// delta as DESIGN.md section 2 defines it and the checks on real servers shaped it. Pure functions of two snapshots.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "collect/snapshot.hpp"

namespace dbi::collect {

/// How far a value can be trusted, best first.
enum class Quality : std::uint8_t {
  Exact,       ///< as the server counted
  LowerBound,  ///< never above the truth
  Baseline,    ///< lifetime totals; never part of a sum
};

/// "exact", "lower_bound", "baseline".
[[nodiscard]] std::string_view quality_word(Quality quality);

/// Why an interval is not clean.
enum class Unclean : std::uint8_t {
  Restarted,     ///< another start time
  Reset,         ///< stats_reset moved
  Evicted,       ///< dealloc moved
  Unmarked,      ///< a server that should have a reset mark showed none
  KeyVanished,   ///< an earlier key is not there any more
  CounterFell,   ///< a counter of some key is smaller than before
  SinceChanged,  ///< stats_since or FIRST_SEEN of some key changed
};

/// "restarted", "reset", "evicted", "unmarked", "key_vanished", "counter_fell", "since_changed".
[[nodiscard]] std::string_view unclean_word(Unclean reason);

/// Why two snapshots cannot be compared at all, so that the later one only serves as a baseline.
enum class Incomparable : std::uint8_t {
  NullQueryIds,  ///< the earlier one did not see all statements: old rows would look new
  KeyColumns,    ///< the keys are made of other columns
  OtherServer,   ///< another system identifier, or a server that already ran at the earlier read
};

/// "null_query_ids", "key_columns", "other_server".
[[nodiscard]] std::string_view incomparable_word(Incomparable reason);

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

/// Compares two reads of one server. Linear in the number of rows.
[[nodiscard]] Deltas compute_deltas(const StatementSnapshot& earlier, const StatementSnapshot& later);

/// Everything since each entry was made, as quality Baseline (--baseline emit).
[[nodiscard]] Deltas lifetime_totals(const StatementSnapshot& snapshot);

/// Mean and population standard deviation of a number of values.
struct Moments {
  std::int64_t count = 0;
  double mean = 0;
  double stddev = 0;
};

/// The standard deviation of the values that `later` has beyond `earlier`, the mean of which is `mean`: the update of
/// Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (Stanford
/// STAN-CS-79-773, 1979), equation 1.5b, solved for the second part. Rounding that would make it negative gives 0.
/// Requires later.count > earlier.count.
[[nodiscard]] double stddev_between(const Moments& earlier, const Moments& later, double mean);

}  // namespace dbi::collect
