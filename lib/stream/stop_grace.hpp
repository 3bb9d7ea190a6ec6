// How long what is under way may go on after a stop signal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "stream/signals.hpp"

namespace dbi::stream {

/// The time runs from the first question after the signal, so it has to be asked again and again meanwhile. `clock` is
/// not owned.
class StopGrace {
 public:
  StopGrace(microseconds grace, const Clock& clock) : grace_(grace), clock_(&clock) {}

  /// A stop was asked for, and the time since is over.
  [[nodiscard]] bool is_over() {
    if (!Signals::stop_requested()) return false;
    const auto now = clock_->monotonic();
    if (!stopped_at_) stopped_at_ = now;
    return now - *stopped_at_ >= grace_;
  }

 private:
  microseconds grace_;
  const Clock* clock_;
  std::optional<MonotonicTime> stopped_at_;
};

}  // namespace dbi::stream
