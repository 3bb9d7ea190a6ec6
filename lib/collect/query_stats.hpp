// Writes the `query_stats` records of one interval (dbi-record(5)).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "collect/delta.hpp"
#include "collect/residual.hpp"
#include "collect/snapshot.hpp"
#include "collect/text_store.hpp"

namespace dbi::collect {

/// The members that route a record; views must outlive the call. `ts` comes from the data.
struct Routing {
  std::string_view target;
  std::string_view cycle;
  std::string_view system;  ///< "postgresql", "mysql", "mariadb"
  std::string_view host;    ///< empty = absent
  std::uint16_t port = 0;   ///< 0 = absent
  Timestamp observed_ts{};
};

struct QueryStatsOptions {
  std::size_t top = 500;
  std::size_t query_bytes = 4096;
};

/// What was written, for the `scrape` record.
struct QueryStatsTotals {
  std::size_t records = 0;
  std::int64_t calls = 0;  ///< of all records, `other` included, own statements not
  double total_ms = 0;
  SelfCost self;
};

/// Appends one record for each of the top statements and one for each residual to `out`. Rows whose `own` is set
/// (TextStore::see) are only summed into `self`. Writes nothing for deltas that are incomparable.
QueryStatsTotals write_query_stats(std::string& out, const Routing& routing, const StatementSnapshot& later,
                                   const Deltas& deltas, const TextStore& texts, const QueryStatsOptions& options);

}  // namespace dbi::collect
