// SPDX-License-Identifier: Apache-2.0
#include "circuit/timeout_advice.hpp"

#include <algorithm>

namespace dbi::circuit {

microseconds advise_timeout(const TimeoutBounds& bounds, microseconds current, microseconds spent) {
  const microseconds limit = std::clamp(current, bounds.base, bounds.highest);
  if (spent >= limit / 5 * 4) return std::min(limit / 4 * 5, bounds.highest);
  if (spent < limit / 2) return std::max(limit / 10 * 9, bounds.base);
  return limit;
}

}  // namespace dbi::circuit
