// The time limit advised for the reads of a target, between two bounds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

namespace dbi::circuit {

struct TimeoutBounds {
  microseconds base = std::chrono::seconds{5};
  microseconds highest = std::chrono::seconds{30};  ///< not below `base`
};

/// The next advice after a cycle whose dearest read took `spent`: a quarter more where it succeeded within the last
/// fifth of the limit, a tenth less (the original's step) where it took less than half of it. A read that hit its limit
/// must not lead to a longer one, which would load a server in trouble more, so a cycle with a timeout or a failure
/// changes nothing: the caller asks after cycles that went well only. `current` beyond the bounds is brought within
/// them first.
[[nodiscard]] microseconds advise_timeout(const TimeoutBounds& bounds, microseconds current, microseconds spent);

}  // namespace dbi::circuit
