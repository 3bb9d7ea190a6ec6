// SPDX-License-Identifier: Apache-2.0
#include "verify/hyperloglog.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

namespace dbi::verify {

namespace {

constexpr unsigned kMostZeros = 64 - HyperLogLog::kBits;  // q: bits that are left for the run of zeros

// Ertl's sigma and tau: what registers at 0 and at their maximum add to the sum.
double sigma(double x) {
  if (x == 1) return std::numeric_limits<double>::infinity();
  double y = 1;
  double sum = x;
  for (double before = -1; sum != before;) {
    x *= x;
    before = sum;
    sum += x * y;
    y += y;
  }
  return sum;
}

double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double y = 1;
  double sum = 1 - x;
  for (double before = -1; sum != before;) {
    x = std::sqrt(x);
    before = sum;
    y *= 0.5;
    sum -= (1 - x) * (1 - x) * y;
  }
  return sum / 3;
}

}  // namespace

void HyperLogLog::add(std::uint64_t hash) {
  const std::size_t place = hash >> kMostZeros;
  const std::uint64_t rest = hash << kBits;
  const auto rank =
      static_cast<std::uint8_t>(std::min<unsigned>(static_cast<unsigned>(std::countl_zero(rest)), kMostZeros) + 1);
  registers_[place] = std::max(registers_[place], rank);
}

double HyperLogLog::estimate() const {
  constexpr double kAlpha = 0.721347520444481703680;  // 1 / (2 ln 2)
  std::array<int, kMostZeros + 2> counts{};
  for (const std::uint8_t value : registers_) ++counts[std::min<std::size_t>(value, kMostZeros + 1)];
  constexpr auto kM = static_cast<double>(kRegisters);
  double z = kM * tau(1 - counts[kMostZeros + 1] / kM);
  for (unsigned k = kMostZeros; k >= 1; --k) z = 0.5 * (z + counts[k]);
  z += kM * sigma(counts[0] / kM);
  return kAlpha * kM * kM / z;
}

std::string HyperLogLog::show() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * kRegisters);
  for (const std::uint8_t value : registers_) {
    hex.push_back(kDigits[value >> 4U]);
    hex.push_back(kDigits[value & 0xFU]);
  }
  return hex;
}

bool HyperLogLog::read(std::string_view hex) {
  if (hex.size() != 2 * kRegisters) return false;
  std::array<std::uint8_t, kRegisters> registers{};
  for (std::size_t i = 0; i < kRegisters; ++i) {
    const char* begin = hex.data() + 2 * i;
    const auto read = std::from_chars(begin, begin + 2, registers[i], 16);
    if (read.ec != std::errc{} || read.ptr != begin + 2 || registers[i] > kMostZeros + 1) return false;
  }
  registers_ = registers;
  return true;
}

}  // namespace dbi::verify
