// How long an open circuit stays open: longer each time in a row, up to a cap, and not all at once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.hpp"

namespace dbi::circuit {

struct Backoff {
  microseconds base = std::chrono::seconds{30};
  microseconds cap = std::chrono::minutes{15};
  double factor = 2;    ///< at least 1
  double jitter = 0.2;  ///< 0 to 1: the share that chance may take away
  std::uint64_t seed = 0;
};

/// d = min(cap, base x factor^(openings - 1)), less a share of it between 0 and `jitter`, which follows from the seed,
/// the key and `openings` alone: the same input gives the same times, and circuits that opened together do not all try
/// again together. Never above the cap. `openings` counts from 1.
[[nodiscard]] microseconds open_time(const Backoff& backoff, std::string_view key, std::uint32_t openings);

}  // namespace dbi::circuit
