// SPDX-License-Identifier: Apache-2.0
#include "limit/timetable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace dbi::limit {

namespace {

using std::chrono::days;
using std::chrono::minutes;

constexpr minutes kDay = days{1};
constexpr std::array<std::string_view, 7> kDayWords{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

std::optional<std::size_t> find_day(std::string_view word) {
  std::string lower(word);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto found = std::ranges::find(kDayWords, lower);
  if (found == kDayWords.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kDayWords.begin());
}

tl::unexpected<Error> no_time(const std::string& text) {
  return fail(ErrorKind::Usage, fmt::format("not a time of day: '{}'", text), "Write HH:MM, from 00:00 to 24:00.");
}

int digits(std::string_view text) {
  return (text[0] - '0') * 10 + (text[1] - '0');
}

}  // namespace

Window::State Window::at(Timestamp moment) const {
  const auto offset = zone.at(moment);
  const std::chrono::local_time<microseconds> local((moment + offset.ahead).time_since_epoch());
  const auto midnight = std::chrono::floor<std::chrono::days>(local);
  const auto time = local - midnight;
  const auto today = std::chrono::weekday(midnight).iso_encoding() - 1;

  State state;
  if (from < to) {
    state.in_force = days.test(today) && time >= from && time < to;
  } else {
    state.in_force = (days.test(today) && time >= from) || (days.test((today + 6) % 7) && time < to);
  }
  minutes next = kDay;
  for (const minutes edge : {from, to}) {
    if (edge > time) next = std::min(next, edge);
  }
  state.until = std::min(Timestamp((midnight + next).time_since_epoch() - offset.ahead), offset.until);
  return state;
}

Timetable::State Timetable::at(Timestamp moment) const {
  State state{nullptr, Timestamp::max()};
  for (const Window& window : windows_) {
    const auto one = window.at(moment);
    state.until = std::min(state.until, one.until);
    if (one.in_force && state.window == nullptr) state.window = &window;
  }
  return state;
}

Result<std::bitset<7>> parse_days(const std::vector<std::string>& words) {
  std::bitset<7> days;
  for (const std::string_view word : words) {
    const auto dash = word.find('-');
    const auto first = find_day(word.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : find_day(word.substr(dash + 1));
    if (!first || !last) {
      return fail(ErrorKind::Usage, fmt::format("not a day of the week: '{}'", word),
                  "Write mon, tue, wed, thu, fri, sat or sun, or a range such as mon-fri.");
    }
    for (std::size_t day = *first;; day = (day + 1) % 7) {
      days.set(day);
      if (day == *last) break;
    }
  }
  return days;
}

Result<minutes> parse_time_of_day(const std::string& text) {
  const auto is_digit = [&text](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !is_digit(0) || !is_digit(1) || !is_digit(3) || !is_digit(4)) {
    return no_time(text);
  }
  const minutes time = std::chrono::hours{digits(text)} + minutes{digits(std::string_view(text).substr(3))};
  if (digits(std::string_view(text).substr(3)) > 59 || time > kDay) return no_time(text);
  return time;
}

}  // namespace dbi::limit
