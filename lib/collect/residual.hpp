// Splits the statements of an interval: the top N that get a record of their own, the rest folded into one "other" per
// database and level, and the collector's own apart, so that the sum stays what the server counted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/delta.hpp"

namespace dbi::collect {

/// The query_id of what has no record of its own. Rows of a snapshot have it too, where a server counts statements that
/// found no room among the others (MySQL, MariaDB).
inline constexpr std::string_view kOtherId = "other";

/// The statements of one database (and level) that are not among the top N, summed.
struct Residual {
  std::string database;
  std::optional<bool> toplevel;
  std::size_t statements = 0;
  Quality quality = Quality::Exact;  ///< the worst of its members
  std::vector<Counter> counters;     ///< parallel to Deltas::columns
  bool has_mean = true;              ///< total time / calls is the mean of all members: none hides its own
};

/// What the collector itself cost the server, as the server counted: `scrape.self_calls`, `scrape.self_ms`.
struct SelfCost {
  std::int64_t calls = 0;
  double total_ms = 0;
};

/// Every row of the deltas in exactly one part.
struct Partition {
  std::vector<const DeltaRow*> top;  ///< by falling total_ms, ties by key; valid as long as the deltas are
  std::vector<Residual> other;       ///< by database, then level
  SelfCost self;
};

/// Own rows and those of kOtherId never count towards `top`. `later` is the snapshot that the deltas lead to.
[[nodiscard]] Partition partition_rows(const StatementSnapshot& later, const Deltas& deltas, std::size_t top);

}  // namespace dbi::collect
