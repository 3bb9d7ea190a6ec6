// The vocabulary of trust: how good a delta is, why an interval is not clean, and why none can be taken.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

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

}  // namespace dbi::collect
