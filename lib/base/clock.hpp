// The clock seam: everything that needs the time asks a Clock, so that tests can set it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace dbi {

using std::chrono::microseconds;

/// A moment in UTC with the resolution of the records.
using Timestamp = std::chrono::sys_time<microseconds>;

/// A moment on a clock that never jumps; only differences mean something.
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, microseconds>;

/// Source of the current time. Implementations are safe to share between threads.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
  [[nodiscard]] virtual MonotonicTime monotonic() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
  [[nodiscard]] MonotonicTime monotonic() const override;
};

}  // namespace dbi
