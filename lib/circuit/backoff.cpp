// SPDX-License-Identifier: Apache-2.0
#include "circuit/backoff.hpp"

#include <algorithm>
#include <cmath>

namespace dbi::circuit {

namespace {

// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) over the key, then the finaliser of SplitMix64 (Steele, Lea,
// Flood: Fast splittable pseudorandom number generators, 2014), which spreads it over all bits.
std::uint64_t hash(std::string_view key, std::uint64_t seed, std::uint64_t openings) {
  std::uint64_t state = 0xCBF29CE484222325U ^ seed;
  for (const char c : key) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  state += openings * 0x9E3779B97F4A7C15U;
  state = (state ^ state >> 30U) * 0xBF58476D1CE4E5B9U;
  state = (state ^ state >> 27U) * 0x94D049BB133111EBU;
  return state ^ state >> 31U;
}

// 0 included, 1 not.
double share(std::uint64_t bits) {
  return static_cast<double>(bits >> 11U) * 0x1p-53;
}

}  // namespace

microseconds open_time(const Backoff& backoff, std::string_view key, std::uint32_t openings) {
  const auto cap = static_cast<double>(backoff.cap.count());
  auto time = static_cast<double>(backoff.base.count());
  for (std::uint32_t i = 1; i < openings && time < cap && backoff.factor > 1; ++i) time *= backoff.factor;
  time = std::min(time, cap);
  return microseconds(std::llround(time * (1 - backoff.jitter * share(hash(key, backoff.seed, openings)))));
}

}  // namespace dbi::circuit
