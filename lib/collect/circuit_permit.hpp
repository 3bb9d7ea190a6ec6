// What the circuits of a target leave to its next cycle (DESIGN.md section 6, dbi-collect): decided from circuits.json
// and overrides.json alone, so that it holds whether dbi-breaker runs or not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "circuit/view.hpp"

namespace dbi::collect {

/// Without circuits everything is allowed. A circuit that is neither closed nor open needs no word here: a cycle begins
/// with the connection, its guards and the cheapest read, and asks for nothing more where one of them fails, so that it
/// is its own probe.
struct CircuitPermit {
  std::optional<std::string> skip;                ///< nothing is to be tried, and why, for the scrape
  bool longer_interval = false;                   ///< the next cycle is to be left out
  bool fewer_kinds = false;                       ///< the dearest reads are to be left out
  std::optional<microseconds> statement_timeout;  ///< instead of the configured one

  /// From this cycle to the next one.
  [[nodiscard]] double intervals() const { return longer_interval ? 2 : 1; }

  friend bool operator==(const CircuitPermit&, const CircuitPermit&) = default;
};

/// For a target at the moment `now` of the collector's clock. The time limit that dbi-breaker advises holds, within
/// what a time limit may be, but never exceeds `longest`: the one that somebody configured, kShortestTimeout or more.
/// Circuits of single databases have no say: each read is of the whole server.
[[nodiscard]] CircuitPermit permit_for(const circuit::View& circuits, std::string_view target, Timestamp now,
                                       std::optional<microseconds> longest);

}  // namespace dbi::collect
