// Writes the `query_stats` records of one interval (dbi-record(5)).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "collect/delta.hpp"
#include "collect/residual.hpp"
#include "collect/routing.hpp"
#include "collect/snapshot.hpp"
#include "collect/text_store.hpp"

namespace dbi::collect {

struct QueryStatsOptions {
  std::size_t top = 500;
  std::size_t query_bytes = kDefaultQueryBytes;
};

/// What was written, for the `scrape` record.
struct QueryStatsTotals {
  std::size_t records = 0;
  SelfCost self;
};

/// Appends one record for each of the top statements and one for each residual to `out`. Rows whose `own` is set
/// (TextStore::see) are only summed into `self`. Writes nothing for deltas that are incomparable.
QueryStatsTotals write_query_stats(std::string& out, const Routing& routing, const StatementSnapshot& later,
                                   const Deltas& deltas, const TextStore& texts, const QueryStatsOptions& options);

}  // namespace dbi::collect
