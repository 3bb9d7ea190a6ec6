// The options of dbi-breaker and what they mean.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "breaker/settings.hpp"
#include "cli/option.hpp"

namespace dbi::breaker {

/// As they are written: what is a percentage or a count of MiB here is a share or bytes in the settings, which hold the
/// others.
struct BreakerOptions {
  Settings settings;
  double failure_rate_pct = 50;               ///< 1 to 100
  double slow_rate_pct = 100;                 ///< 1 to 100
  double jitter_pct = 20;                     ///< 0 to 100
  std::uint64_t memory_mb = 512;              ///< MiB; 0: no threshold
  std::optional<std::uint32_t> window_calls;  ///< none: twice the failure threshold
};

/// Declares them in their groups: records, opening, closing, this machine, advice.
void describe_breaker_options(cli::Tree& tree, BreakerOptions& options);

/// The options, checked and made ready. Fails like check_settings().
Result<Settings> settings_of(const BreakerOptions& options);

}  // namespace dbi::breaker
