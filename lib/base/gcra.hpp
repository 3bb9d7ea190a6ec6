// A token bucket in its GCRA form (ITU-T I.371, "generic cell rate algorithm"), its backlog kept in records rather than
// as an arrival time: so it keeps its size when the rate changes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <compare>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace dbi {

/// Records per second, exact to a thousandth, so that what a bucket computes with it is exact everywhere.
class Rate {
 public:
  /// As good as no limit.
  static constexpr double kMax = 1e9;

  constexpr Rate() = default;
  /// Of 0 to kMax; others count as the nearest of these.
  static Rate per_second(double rate) {
    return Rate(static_cast<std::int64_t>(std::llround(std::clamp(rate, 0.0, kMax) * 1000)));
  }
  static constexpr Rate thousandths(std::int64_t count) { return Rate(count); }

  [[nodiscard]] constexpr std::int64_t thousandths() const { return thousandths_; }
  [[nodiscard]] constexpr double per_second() const { return static_cast<double>(thousandths_) / 1000; }

  friend constexpr auto operator<=>(Rate, Rate) = default;

 private:
  explicit constexpr Rate(std::int64_t thousandths) : thousandths_(thousandths) {}
  std::int64_t thousandths_ = 0;
};

/// The bucket. Over any window of time it admits at most the integral of the rate and `burst` records. Times go
/// forward; one that is before the last one (a machine's clock was set back) drains nothing, and the bucket goes on
/// from there.
class Gcra {
 public:
  /// Most records of a burst.
  static constexpr std::int64_t kMaxBurst = 1'000'000'000;

  Gcra() = default;
  /// An empty bucket at that time.
  explicit Gcra(Timestamp at) : at_(at) {}
  /// One that was saved: its backlog in billionths of a record.
  Gcra(Timestamp at, std::int64_t backlog)
      : at_(at), backlog_(std::clamp<std::int64_t>(backlog, 0, kMaxBurst * kOne)) {}

  /// Drains by what `rate` gives until `now`. To be called with the rate of that time before it changes.
  void settle(Timestamp now, Rate rate) {
    const std::int64_t passed = (now - at_).count();
    at_ = now;
    if (passed <= 0 || backlog_ == 0) return;
    // A thousandth of a record a second is a billionth of one a microsecond; the product stays within 10^18.
    const std::int64_t per_microsecond = rate.thousandths();
    if (passed < kShort || per_microsecond == 0) {
      backlog_ = std::max<std::int64_t>(0, backlog_ - passed * per_microsecond);
    } else {
      backlog_ = passed > backlog_ / per_microsecond ? 0 : backlog_ - passed * per_microsecond;
    }
  }

  /// Whether one more record finds room, of `burst` (1 to kMaxBurst).
  [[nodiscard]] bool admits(std::int64_t burst) const { return backlog_ <= (burst - 1) * kOne; }

  /// Takes the record in; admits() was true.
  void charge() { backlog_ += kOne; }

  /// Of a burst that is less than it was, no more than all of it is owed.
  void limit_to(std::int64_t burst) { backlog_ = std::min(backlog_, burst * kOne); }

  /// How long from the last time on until it admits(), at that rate; nothing where it never does.
  [[nodiscard]] std::optional<microseconds> wait(Rate rate, std::int64_t burst) const {
    const std::int64_t excess = backlog_ - (burst - 1) * kOne;
    if (excess <= 0) return microseconds{0};
    if (rate.thousandths() == 0) return std::nullopt;
    return microseconds{(excess - 1) / rate.thousandths() + 1};
  }

  [[nodiscard]] Timestamp at() const { return at_; }
  [[nodiscard]] bool empty() const { return backlog_ == 0; }
  /// In billionths of a record.
  [[nodiscard]] std::int64_t backlog() const { return backlog_; }

 private:
  static constexpr std::int64_t kOne = 1'000'000'000;
  static constexpr std::int64_t kShort = 1'000'000;  // a second

  Timestamp at_{};
  std::int64_t backlog_ = 0;
};

}  // namespace dbi
