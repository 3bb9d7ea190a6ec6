// SIGTERM, SIGINT, SIGHUP and SIGPIPE, turned into flags and a wake-up of the loop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

#include "stream/loop.hpp"

namespace dbi::stream {

/// Takes the signals over, one object at a time in a process. Call from the main thread before any other is made. A
/// stop signal interrupts blocking system calls (EINTR), and goes on to do so every 50 ms while the object lives, so
/// that a blocked write notices a limit of time (SIGALRM). SIGINT and SIGHUP that were ignored before stay ignored
/// (nohup, jobs in the background of a script). The handlers stay to the process's end: a stop that comes when the work
/// is done, its state kept, does not change how the run ended.
class Signals {
 public:
  explicit Signals(Waker waker);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  /// SIGTERM or SIGINT came. Cheap enough to ask for every record.
  [[nodiscard]] static bool stop_requested();
  /// SIGINT was among them: the tool ends by it (run::Context::raise_at_end), so that a shell sees 130.
  [[nodiscard]] static bool interrupted();
  /// SIGHUP came since the last call.
  [[nodiscard]] static bool take_reload();
};

/// While it lives, threads that this thread makes get none of the signals above: they are the main thread's.
class BlockSignals {
 public:
  BlockSignals();
  BlockSignals(const BlockSignals&) = delete;
  BlockSignals& operator=(const BlockSignals&) = delete;
  ~BlockSignals();

 private:
  sigset_t before_;
};

}  // namespace dbi::stream
