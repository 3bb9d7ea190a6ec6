// SPDX-License-Identifier: Apache-2.0
#include "base/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace dbi {

namespace {

struct DurationUnit {
  std::string_view suffix;
  std::int64_t microseconds;
};

// Longest first where one suffix ends another; format_duration takes the first row that divides exactly.
constexpr std::array kDurationUnits = {
    DurationUnit{"d", 86'400'000'000},
    DurationUnit{"h", 3'600'000'000},
    DurationUnit{"min", 60'000'000},
    DurationUnit{"m", 60'000'000},
    DurationUnit{"s", 1'000'000},
    DurationUnit{"ms", 1'000},
    DurationUnit{"us", 1},
};

struct SizeUnit {
  std::string_view suffix;
  std::uint64_t bytes;
};

constexpr std::array kSizeUnits = {
    SizeUnit{"TiB", 1ULL << 40}, SizeUnit{"GiB", 1ULL << 30}, SizeUnit{"MiB", 1ULL << 20},
    SizeUnit{"KiB", 1ULL << 10}, SizeUnit{"T", 1ULL << 40},   SizeUnit{"G", 1ULL << 30},
    SizeUnit{"M", 1ULL << 20},   SizeUnit{"K", 1ULL << 10},   SizeUnit{"B", 1},
};

tl::unexpected<Error> not_a_duration(std::string_view text) {
  return fail(ErrorKind::Usage, fmt::format("not a duration: '{}'", text),
              "Write a number and a unit, for instance 500ms, 10s, 5m or 1h.");
}

tl::unexpected<Error> not_a_size(std::string_view text) {
  return fail(ErrorKind::Usage, fmt::format("not a size: '{}'", text),
              "Write a whole number and a unit, for instance 64KiB or 16MiB.");
}

}  // namespace

Result<std::chrono::microseconds> parse_duration(std::string_view text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, fault] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (fault != std::errc{} || !(number >= 0)) return not_a_duration(text);
  const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
  if (suffix.empty() && number == 0) return std::chrono::microseconds{0};
  for (const auto& unit : kDurationUnits) {
    if (suffix != unit.suffix) continue;
    const double value = std::round(number * static_cast<double>(unit.microseconds));
    // A century of microseconds stays far from the end of int64.
    if (value > 3.2e15) return not_a_duration(text);
    return std::chrono::microseconds{static_cast<std::int64_t>(value)};
  }
  return not_a_duration(text);
}

std::string format_duration(std::chrono::microseconds duration) {
  if (duration.count() == 0) return "0s";
  for (const auto& unit : kDurationUnits) {
    if (unit.suffix == "min") continue;
    if (duration.count() % unit.microseconds == 0) {
      return fmt::format("{}{}", duration.count() / unit.microseconds, unit.suffix);
    }
  }
  return fmt::format("{}us", duration.count());
}

Result<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, fault] = std::from_chars(text.data(), end, number);
  if (fault != std::errc{}) return not_a_size(text);
  const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
  if (suffix.empty()) return number;
  for (const auto& unit : kSizeUnits) {
    if (suffix != unit.suffix) continue;
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(number, unit.bytes, &bytes)) return not_a_size(text);
    return bytes;
  }
  return not_a_size(text);
}

std::string format_size(std::uint64_t bytes) {
  for (const auto& unit : kSizeUnits) {
    if (unit.suffix.size() == 1 && unit.bytes != 1) continue;
    if (bytes != 0 && bytes % unit.bytes == 0) return fmt::format("{}{}", bytes / unit.bytes, unit.suffix);
  }
  return "0B";
}

}  // namespace dbi
