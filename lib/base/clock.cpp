// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"

namespace dbi {

Timestamp SystemClock::now() const {
  return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
}

MonotonicTime SystemClock::monotonic() const {
  return std::chrono::time_point_cast<microseconds>(std::chrono::steady_clock::now());
}

}  // namespace dbi
