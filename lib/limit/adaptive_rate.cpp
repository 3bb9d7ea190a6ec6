// SPDX-License-Identifier: Apache-2.0
#include "limit/adaptive_rate.hpp"

#include <algorithm>

namespace dbi::limit {

namespace {

// Rounded up, so that a small rate still rises.
Rate times(Rate rate, std::int64_t percent) {
  return Rate::thousandths((rate.thousandths() * percent + 99) / 100);
}

}  // namespace

Rate AdaptiveRate::rate(const RateBounds& bounds) const {
  switch (state_) {
    case State::AtBase:
      break;
    case State::Raised:
      return std::clamp(rate_, bounds.base, bounds.highest);
    case State::Lowered:
      return std::clamp(rate_, bounds.lowest, bounds.base);
  }
  return bounds.base;
}

void AdaptiveRate::change_base() {
  if (state_ == State::Raised) state_ = State::AtBase;
}

void AdaptiveRate::step(const RateBounds& bounds, Pressure pressure, bool demand) {
  const Rate now = rate(bounds);
  if (pressure == Pressure::High) {
    set(std::max(Rate::thousandths(now.thousandths() * 9 / 10), bounds.lowest), bounds);
  } else if (pressure == Pressure::None && state_ == State::Lowered) {
    // Above a window's base it is the window that limits: what pressure left is remembered for when it ends.
    if (rate_ < bounds.base) set(std::min(times(now, 125), bounds.base), bounds);
  } else if (pressure == Pressure::None && demand) {
    set(std::min(times(now, 105), bounds.highest), bounds);
  }
}

void AdaptiveRate::set(Rate rate, const RateBounds& bounds) {
  rate_ = rate;
  state_ = rate == bounds.base ? State::AtBase : rate < bounds.base ? State::Lowered : State::Raised;
}

}  // namespace dbi::limit
