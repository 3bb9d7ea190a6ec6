// The latest calls of a circuit: the last so many, or those of the last so long.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace dbi::circuit {

/// How a call went. A failed call is not also slow.
enum class CallResult : std::uint8_t { Success, Slow, Failure };

/// How much a window holds.
struct WindowSize {
  static constexpr std::uint32_t kMaxCalls = 1000;

  std::uint32_t calls = 10;          ///< the last so many, 1 to kMaxCalls
  std::optional<microseconds> time;  ///< instead: those of the last so long
};

/// What a window holds.
struct Counts {
  std::uint32_t calls = 0;
  std::uint32_t failures = 0;
  std::uint32_t slow = 0;

  Counts& operator+=(const Counts& more);
  friend bool operator==(const Counts&, const Counts&) = default;
};

/// A time of one clock on another one, within the years that a timestamp can have (1 to 9999).
[[nodiscard]] inline Timestamp move_time(Timestamp time, microseconds shift) {
  using std::chrono::sys_days;
  constexpr Timestamp kFirst{sys_days{std::chrono::year{1} / 1 / 1}};
  constexpr Timestamp kLast{sys_days{std::chrono::year{9999} / 12 / 31}};
  return std::clamp(time + shift, kFirst, kLast);
}

/// A value. By count it is exact. By time it is kept in slices of a tenth, and the oldest one leaves as a whole, so
/// that it covers nine to ten tenths of the time and never more. What lies ahead of a time that is handed in counts as
/// if it had happened then: the clock has gone back. Where the size changes from one kind to the other, what was there
/// is forgotten with the next call.
class Window {
 public:
  void add(const WindowSize& size, CallResult result, Timestamp now);
  [[nodiscard]] Counts count(const WindowSize& size, Timestamp now) const;
  void clear();

  /// "oosf" (a letter a call: ok, slow, failed; the latest last), or by time "TIME 12/3/0, ..." (begin of the slice,
  /// calls, failures, slow ones), with all times moved by `shift`. Reads back to an equal window.
  [[nodiscard]] std::string format(microseconds shift = {}) const;
  /// Fails with ErrorKind::Malformed.
  static Result<Window> parse(std::string_view text);

  friend bool operator==(const Window&, const Window&) = default;

 private:
  struct Slice {
    Timestamp begin;
    Counts counts;
    friend bool operator==(const Slice&, const Slice&) = default;
  };
  void settle(microseconds length, Timestamp now);
  static Result<Slice> parse_slice(std::string_view text);

  std::string calls_;          // by count; up to 15 of them need no memory of their own
  std::vector<Slice> slices_;  // by time, oldest first
};

}  // namespace dbi::circuit
