// The rate of one key, moved between bounds by demand and by what downstream can take.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/gcra.hpp"

namespace dbi::limit {

/// What downstream says. Depth that is above its threshold but does not grow is Hold: a rate that falls until the depth
/// is back below it swings twice as far (a model run; dbi-ratelimit(1), ADAPTIVE RATES).
enum class Pressure : std::uint8_t {
  None,
  Hold,  ///< nothing rises
  High   ///< rates fall
};

/// Within which a rate moves. lowest <= base <= highest.
struct RateBounds {
  Rate lowest;
  Rate base;     ///< what is configured for this moment
  Rate highest;  ///< equal to `base` while a window of a timetable is in force
};

/// A rate that stands at the base, above it (demand) or below it (pressure). When the base changes, what pressure
/// lowered stays where it is as far as the new bounds let it, all else goes to the new base.
class AdaptiveRate {
 public:
  enum class State : std::uint8_t { AtBase, Raised, Lowered };

  AdaptiveRate() = default;
  /// One that was saved.
  AdaptiveRate(State state, Rate rate) : state_(state), rate_(rate) {}

  /// Always within the bounds.
  [[nodiscard]] Rate rate(const RateBounds& bounds) const;

  /// The base has changed.
  void change_base();

  /// One step: x0.9 under pressure; without it back to the base by x1.25, and where demand asks for it on by x1.05.
  void step(const RateBounds& bounds, Pressure pressure, bool demand);

  [[nodiscard]] State state() const { return state_; }
  /// What save() keeps; not the rate in force.
  [[nodiscard]] Rate kept() const { return rate_; }

 private:
  void set(Rate rate, const RateBounds& bounds);

  State state_ = State::AtBase;
  Rate rate_;  // unless AtBase
};

}  // namespace dbi::limit
