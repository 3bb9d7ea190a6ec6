// SPDX-License-Identifier: Apache-2.0
#include "base/time_text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace dbi {

namespace {

using namespace std::chrono;

// Reads a number of exactly `digits` digits; -1 where they are not there.
int take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return -1;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// ".123" as microseconds; digits past the sixth are cut. False where a point has no digit behind it.
bool take_fraction(std::string_view& text, microseconds& out) {
  out = microseconds{0};
  if (!take(text, ".")) return true;
  std::int64_t value = 0;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 6) value = value * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  for (std::size_t i = digits; i < 6; ++i) value *= 10;
  out = microseconds{value};
  return digits > 0 && digits <= 9;
}

bool take_offset(std::string_view& text, minutes& out) {
  out = minutes{0};
  if (take(text, "Zz")) return true;
  const bool negative = !text.empty() && text.front() == '-';
  if (!take(text, "+-")) return false;
  const int hour = take_digits(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ":")) return false;
  const int minute = take_digits(text, 2);
  if (minute < 0 || minute > 59) return false;
  out = minutes{hour * 60 + minute};
  if (negative) out = -out;
  return true;
}

bool parse(std::string_view text, Timestamp& out) {
  const int y = take_digits(text, 4);
  if (y < 0 || !take(text, "-")) return false;
  const int mo = take_digits(text, 2);
  if (mo < 0 || !take(text, "-")) return false;
  const int d = take_digits(text, 2);
  if (d < 0 || !take(text, "Tt ")) return false;
  const int h = take_digits(text, 2);
  if (h < 0 || h > 23 || !take(text, ":")) return false;
  const int mi = take_digits(text, 2);
  if (mi < 0 || mi > 59 || !take(text, ":")) return false;
  const int s = take_digits(text, 2);
  if (s < 0 || s > 60) return false;
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  microseconds fraction{};
  minutes offset{};
  if (!date.ok() || !take_fraction(text, fraction) || !take_offset(text, offset) || !text.empty()) return false;
  out = sys_days{date} + hours{h} + minutes{mi} + seconds{s} + fraction - offset;
  return true;
}

}  // namespace

std::string format_timestamp(Timestamp time) {
  const auto date_point = floor<days>(time);
  const year_month_day date{date_point};
  const hh_mm_ss<microseconds> clock{time - date_point};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

Result<Timestamp> parse_timestamp(std::string_view text) {
  Timestamp time;
  if (!parse(text, time)) return fail(ErrorKind::Malformed, fmt::format("not an RFC 3339 time: '{}'", text));
  return time;
}

}  // namespace dbi
