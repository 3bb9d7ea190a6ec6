// A small random generator whose numbers are the same everywhere, which those of <random> are not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace dbi::bench {

/// SplitMix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t value = state_ += 0x9E3779B97F4A7C15U;
    value = (value ^ value >> 30U) * 0xBF58476D1CE4E5B9U;
    value = (value ^ value >> 27U) * 0x94D049BB133111EBU;
    return value ^ value >> 31U;
  }

  /// In [0, bound); the bias is below bound / 2^64. `bound` is positive.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

  /// In [0, 1).
  double unit() { return static_cast<double>(next() >> 11U) * 0x1p-53; }

  bool chance(double probability) { return unit() < probability; }

  template <typename T, std::size_t N>
  const T& pick(const std::array<T, N>& values) {
    return values[below(N)];
  }
  template <typename T>
  const T& pick(const std::vector<T>& values) {
    return values[below(values.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace dbi::bench
