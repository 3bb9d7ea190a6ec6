// What dbi-breaker is told: the rules, the thresholds, and what becomes of records.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "circuit/circuit.hpp"
#include "circuit/timeout_advice.hpp"
#include "resource/host.hpp"

namespace dbi::breaker {

/// What becomes of a record that a circuit blocks.
enum class OnOpen : std::uint8_t {
  Tag,    ///< it passes with `circuit: "open"`
  Drop,   ///< it is counted in the ledger
  Divert  ///< the same, and it goes to a file
};

/// The ranges are those of the options (breaker_options.cpp).
struct Settings {
  circuit::Rules rules;
  microseconds slow_over = std::chrono::seconds{10};  ///< a cycle that takes longer is slow; 0: none is
  double connections_pct = 0;   ///< 0 to 100: a target with so many connections in use fails; 0: none does
  microseconds replica_lag{0};  ///< a target that lags so far behind fails; 0: none does
  bool adaptive_timeout = true;
  circuit::TimeoutBounds timeout;
  resource::HostLimits host;
  microseconds host_interval = std::chrono::seconds{10};  ///< the machine's figures are read at most so often
  std::size_t max_circuits = 10'000;
  OnOpen on_open = OnOpen::Tag;
  std::string divert_to;  ///< the file for OnOpen::Divert
};

/// Fails with ErrorKind::Configuration where settings that are right one by one do not go together.
Status check_settings(const Settings& settings);

}  // namespace dbi::breaker
