// What `scrape` and `error` records say about targets and databases (dbi-record(5)).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "record/record.hpp"

namespace dbi::breaker {

/// What an `error` record means for the circuit that it names; a worse one is greater.
enum class Fault : std::uint8_t {
  None,     ///< a missing extension, a missing privilege: no sign of trouble
  Failure,  ///< timeout, connection, too_many_connections
  AtOnce    ///< authentication: to try on would only lock the account
};

/// By the word of `error_class`.
[[nodiscard]] Fault fault_of(std::string_view error_class);

/// How a cycle went, by the word of `outcome`; what is unknown counts as nothing, like Skipped.
enum class Outcome : std::uint8_t { Ok, Partial, Failed, Skipped };

/// What a `scrape` record says.
struct ScrapeFacts {
  Outcome outcome = Outcome::Skipped;
  microseconds cycle{0};                     ///< how long it took
  std::optional<microseconds> dearest_read;  ///< the longest of its sources; nothing where `cost` is absent
  std::optional<double> connections_used_pct;
  std::optional<microseconds> replica_lag;
  std::vector<std::string> left_out;  ///< databases that were not read; sorted
};

[[nodiscard]] ScrapeFacts read_scrape(const record::Record& scrape);

}  // namespace dbi::breaker
