// When a target's next cycle is due.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

namespace dbi::collect {

/// Ticks at fixed multiples of an interval, so that intervals do not drift. A tick that passes while a cycle runs or
/// the output is blocked is left out, never made up for: the next difference covers the gap.
class Schedule {
 public:
  /// `interval` is positive; the first tick is at `first`.
  Schedule(microseconds interval, MonotonicTime first) : interval_(interval), due_(first) {}

  /// The tick that the next cycle waits for.
  [[nodiscard]] MonotonicTime due() const { return due_; }

  /// Moves on to the first tick after `now` and returns how late the cycle that starts at `now` is (not negative).
  microseconds start(MonotonicTime now);

  /// The next tick is left out.
  void leave_one_out() { due_ += interval_; }

 private:
  microseconds interval_;
  MonotonicTime due_;
};

}  // namespace dbi::collect
