// When the texts of statements may be read: they cost a server far more than the counters.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.hpp"

namespace dbi::collect {

/// At most one read in `interval`, which doubles while a read costs more than 1 % of it, up to a day.
class TextSchedule {
 public:
  /// Requires interval > 0.
  explicit TextSchedule(std::chrono::microseconds interval) : base_(interval) {}

  /// True before the first read, once the interval is over, and after the clock was set back.
  [[nodiscard]] bool due(Timestamp now) const;

  /// Notes a read that ended at `now` and took `cost`.
  void record_read(Timestamp now, std::chrono::microseconds cost);

  /// The interval as it was asked for, and as it is after the last read.
  [[nodiscard]] std::chrono::microseconds base() const { return base_; }
  [[nodiscard]] std::chrono::microseconds interval() const;
  [[nodiscard]] std::optional<Timestamp> last_read() const { return last_read_; }
  [[nodiscard]] std::chrono::microseconds last_cost() const { return last_cost_; }

 private:
  std::chrono::microseconds base_;
  std::optional<Timestamp> last_read_;
  std::chrono::microseconds last_cost_{0};
};

}  // namespace dbi::collect
