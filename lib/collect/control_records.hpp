// Writes the control records of a cycle: `error`, `event` and, last, `scrape` (dbi-record(5)).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "collect/quality.hpp"
#include "collect/residual.hpp"
#include "collect/routing.hpp"
#include "collect/source_error.hpp"

namespace dbi::collect {

/// How a cycle went.
enum class Outcome : std::uint8_t {
  Ok,
  Partial,  ///< the server was read, a source was not
  Failed,   ///< no connection, guards refused, or every source timed out
  Skipped   ///< nothing was tried
};

/// "ok", "partial", "failed", "skipped".
[[nodiscard]] std::string_view outcome_word(Outcome outcome);

/// The outcome of a cycle from what went wrong. `reached`: a connection stood and its guards held.
/// `read`: at least one of the sources that were asked for gave its rows.
[[nodiscard]] Outcome judge(bool reached, bool read, const std::vector<SourceError>& errors);

/// What the scrape of a cycle says beside its routing members; an empty text and an optional without value are absent.
struct Scrape {
  Outcome outcome = Outcome::Ok;
  std::string reason;  ///< why it was skipped
  std::optional<double> interval_s;
  double cycle_ms = 0;
  std::optional<double> late_s;
  std::size_t records = 0;  ///< of the cycle, without control records
  std::map<std::string, SourceCost> cost;
  std::string ack_from;     ///< --commit exported: who is to acknowledge the cycle
  std::string since_cycle;  ///< and where its deltas start
  bool baseline = false;
  std::vector<Unclean> unclean;
  std::optional<Incomparable> incomparable;
  std::optional<SelfCost> self;
  std::optional<std::int64_t> dealloc;
  std::optional<std::int64_t> digest_lost;  ///< statements without a row of their own
  std::optional<double> connections_used_pct;
  std::optional<double> replica_lag_s;
  std::string server_version;
  std::string tls;
  std::string guards;
};

/// Appends records to `out`. `ts` is the server's clock where one was read, else the collector's.
void write_error(std::string& out, const Routing& routing, Timestamp ts, const SourceError& error);
void write_scrape(std::string& out, const Routing& routing, Timestamp ts, const Scrape& scrape);

}  // namespace dbi::collect
