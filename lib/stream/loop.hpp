// The one place where a tool waits: for input, wake-ups from threads, signals, a reader that goes, the next deadline.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace dbi::stream {

/// Ends a Loop's wait from any thread or signal handler. A copy of the descriptor's number; valid as long as the Loop.
class Waker {
 public:
  explicit Waker(int event) : event_(event) {}
  void wake() const noexcept;
  [[nodiscard]] int descriptor() const { return event_; }

 private:
  int event_;
};

/// What ended a wait; none of them: the deadline, or a signal.
struct Events {
  bool input = false;        ///< readable, or at its end
  bool woken = false;        ///< the Waker was used since the last wait
  bool reader_gone = false;  ///< nobody reads the output any more
};

/// Waits with poll(2). Movable; one thread waits.
class Loop {
 public:
  static Result<Loop> open();

  [[nodiscard]] Waker waker() const { return Waker(event_.get()); }

  /// What a wait looks at; -1 for none.
  struct Watch {
    int input = -1;
    int output = -1;
  };

  /// Waits until something happens or `deadline` of `clock` has passed; a deadline in the past only looks. Fails with
  /// ErrorKind::Input where the input is no open descriptor.
  Result<Events> wait(const Watch& watch, std::optional<MonotonicTime> deadline, const Clock& clock) const;

  /// The same without waiting.
  Result<Events> look(const Watch& watch) const;

 private:
  explicit Loop(Descriptor event) : event_(std::move(event)) {}
  Result<Events> poll(const Watch& watch, const timespec* timeout) const;

  Descriptor event_;
};

}  // namespace dbi::stream
