// Waits on a socket, a limit of time and a stop request at once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>

#include "base/descriptor.hpp"

namespace dbi::db {

/// Why a wait ended.
enum class Wake : std::uint8_t { Ready, Expired, Stopped };

using Deadline = std::chrono::steady_clock::time_point;

/// Turns a stop request into a wake-up of poll(2). Where no event descriptor is to be had, waits look every 50 ms.
class StopWaker {
 public:
  explicit StopWaker(std::stop_token stop);

  /// `events` are those of poll(2). With `heed_stop` false a stop request changes nothing.
  [[nodiscard]] Wake wait(int socket, short events, Deadline deadline, bool heed_stop = true) const;

 private:
  struct Write {
    int descriptor;
    void operator()() const noexcept;
  };

  std::stop_token stop_;
  Descriptor event_;
  std::unique_ptr<std::stop_callback<Write>> callback_;
};

}  // namespace dbi::db
