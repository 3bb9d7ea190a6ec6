// One writer for many targets: each target's thread hands over a finished cycle and waits until it has left.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.hpp"

namespace dbi::collect {

/// The queue between the targets' threads and the thread that writes. Safe to share.
class Output {
 public:
  /// `wake` tells the writing thread that something waits.
  explicit Output(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// Hands records over and returns what became of them. After close() every call fails like the writing did.
  Status write(std::string records);

  /// Waits until nothing is being written: while the reader is slow no cycle starts. False where the run is over.
  bool wait_idle(const std::stop_token& stop);

  /// For the writing thread: writes all that waits by `write`, one cycle at a time, in the order of their coming. The
  /// first error closes the output and is returned; what `write` throws is one of kind Internal.
  Status serve(const std::function<Status(const std::string& records)>& write);

  /// Lets everyone go who waits; nothing is written any more.
  void close(Error why);

 private:
  struct Job {
    std::string records;
    bool done = false;
    Status status;
  };

  std::function<void()> wake_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job*> jobs_;  ///< each on the stack of the thread that waits for it
  bool writing_ = false;
  std::optional<Error> closed_;
};

}  // namespace dbi::collect
