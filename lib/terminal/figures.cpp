// SPDX-License-Identifier: Apache-2.0
#include "terminal/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>

namespace dbi::terminal {

namespace {

constexpr double kMostDays = 9999;

}  // namespace

std::string show_ms(double ms) {
  if (!(ms < kMostDays * 86'400'000)) return fmt::format(">{:.0f}d", kMostDays);
  if (ms <= 0) return "0ms";
  if (ms < 0.0995) return fmt::format("{:.0f}µs", std::max(1.0, std::round(ms * 1000)));
  if (ms < 9.995) return fmt::format("{:.2f}ms", ms);
  if (ms < 99.95) return fmt::format("{:.1f}ms", ms);
  if (ms < 999.5) return fmt::format("{:.0f}ms", ms);
  if (ms < 9995) return fmt::format("{:.2f}s", ms / 1000);
  if (ms < 59'950) return fmt::format("{:.1f}s", ms / 1000);
  const double seconds = std::round(ms / 1000);
  const auto two = [&](double unit, double below, char big, char small) {
    return fmt::format("{:.0f}{}{:02.0f}{}", std::floor(seconds / unit), big,
                       std::floor(std::fmod(seconds, unit) / below), small);
  };
  if (seconds < 3600) return two(60, 1, 'm', 's');
  if (seconds < 86'400) return two(3600, 60, 'h', 'm');
  return two(86'400, 3600, 'd', 'h');
}

std::string show_count(double count) {
  if (!(count < 999.5e12)) return ">999T";
  if (count < 99'999.5) return fmt::format("{:.0f}", count);
  if (count < 999'500) return fmt::format("{:.0f}k", count / 1e3);
  if (count < 999.5e6) return fmt::format("{:.3g}M", count / 1e6);
  if (count < 999.5e9) return fmt::format("{:.3g}G", count / 1e9);
  return fmt::format("{:.3g}T", count / 1e12);
}

std::string show_bytes(double bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  for (; bytes >= 1023.5 && unit + 1 < std::size(kUnits); ++unit) bytes /= 1024;
  if (!(bytes < 99'999.5)) return ">99999PB";
  return fmt::format("{:.{}f}{}", bytes, unit > 0 && bytes < 9.95 ? 1 : 0, kUnits[unit]);
}

}  // namespace dbi::terminal
