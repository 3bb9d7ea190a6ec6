// SPDX-License-Identifier: Apache-2.0
#include "db/stop_waker.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace dbi::db {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{50};

// Rounded up, so that a wait does not spin through its last millisecond.
int poll_time(Deadline deadline, bool wakes) {
  auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  left = std::clamp(left, milliseconds{0}, milliseconds{3'600'000});
  return static_cast<int>((wakes ? left : std::min(left, kLook)).count());
}

}  // namespace

void StopWaker::Write::operator()() const noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(descriptor, &one, sizeof one);
}

StopWaker::StopWaker(std::stop_token stop) : stop_(std::move(stop)), event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (event_.valid()) callback_ = std::make_unique<std::stop_callback<Write>>(stop_, Write{event_.get()});
}

Wake StopWaker::wait(int socket, short events, Deadline deadline, bool heed_stop) const {
  std::array<pollfd, 2> waits{pollfd{socket, events, 0}, pollfd{event_.get(), POLLIN, 0}};
  while (true) {
    if (heed_stop && stop_.stop_requested()) return Wake::Stopped;
    const int ready = ::poll(waits.data(), heed_stop ? 2 : 1, poll_time(deadline, event_.valid() || !heed_stop));
    if (ready > 0 && waits[0].revents != 0) return Wake::Ready;
    if (std::chrono::steady_clock::now() >= deadline) return Wake::Expired;
  }
}

}  // namespace dbi::db
