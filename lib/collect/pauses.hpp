// How the targets' threads wait for their next cycle.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

#include "base/clock.hpp"

namespace dbi::collect {

/// The pauses between cycles of many threads, which a stop ends and SIGHUP cuts short. `clock` is not owned.
class Pauses {
 public:
  explicit Pauses(const Clock& clock) : clock_(clock) {}

  /// False where a stop ended it. `seen`: the cuts that the caller's pauses had so far, 0 at first. One that came
  /// between two pauses ends the next.
  bool wait_until(MonotonicTime until, const std::stop_token& stop, std::uint64_t& seen) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, std::max(until - clock_.monotonic(), microseconds{0}), [&] { return cuts_ != seen; });
    seen = cuts_;
    return !stop.stop_requested();
  }

  /// Ends the pauses of all.
  void cut_short() {
    const std::lock_guard lock(mutex_);
    ++cuts_;
    changed_.notify_all();
  }

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t cuts_ = 0;
};

}  // namespace dbi::collect
