// SPDX-License-Identifier: Apache-2.0
#include "stream/loop.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "base/errno_text.hpp"

namespace dbi::stream {

namespace {

timespec until(MonotonicTime deadline, MonotonicTime now) {
  using std::chrono::duration_cast;
  const auto left = deadline > now ? deadline - now : microseconds::zero();
  const auto seconds = duration_cast<std::chrono::seconds>(left);
  timespec time{};
  time.tv_sec = static_cast<time_t>(seconds.count());
  time.tv_nsec = static_cast<long>(std::chrono::nanoseconds(left - seconds).count());
  return time;
}

}  // namespace

// Also called by signal handlers: errno stays as it was. A full counter means that a wake-up is due anyhow.
void Waker::wake() const noexcept {
  const int error_before = errno;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event_, &one, sizeof one);
  errno = error_before;
}

Result<Loop> Loop::open() {
  Descriptor event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event.valid()) return fail(ErrorKind::Internal, fmt::format("eventfd: {}", errno_text(errno)));
  return Loop(std::move(event));
}

Result<Events> Loop::wait(const Watch& watch, std::optional<MonotonicTime> deadline, const Clock& clock) const {
  if (!deadline) return poll(watch, nullptr);
  const timespec timeout = until(*deadline, clock.monotonic());
  return poll(watch, &timeout);
}

Result<Events> Loop::look(const Watch& watch) const {
  const timespec nothing{};
  return poll(watch, &nothing);
}

// poll(2) ignores negative descriptors. For the output no event is asked: an error is reported always, and for the
// writing end of a pipe it says that the last reader is gone.
Result<Events> Loop::poll(const Watch& watch, const timespec* timeout) const {
  std::array<pollfd, 3> entries{
      {{event_.get(), POLLIN, 0}, {watch.input, POLLIN, 0}, {watch.output, 0, 0}},
  };
  if (::ppoll(entries.data(), entries.size(), timeout, nullptr) < 0) {
    if (errno == EINTR) return Events{};
    return fail(ErrorKind::Internal, fmt::format("poll: {}", errno_text(errno)));
  }
  if ((entries[1].revents & POLLNVAL) != 0) return fail(ErrorKind::Input, "not an open descriptor");
  Events events;
  events.input = entries[1].revents != 0;
  events.reader_gone = (entries[2].revents & (POLLERR | POLLHUP)) != 0;
  if (entries[0].revents != 0) {
    std::uint64_t count = 0;
    events.woken = ::read(event_.get(), &count, sizeof count) == sizeof count;
  }
  return events;
}

}  // namespace dbi::stream
