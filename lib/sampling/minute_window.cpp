// SPDX-License-Identifier: Apache-2.0
#include "sampling/minute_window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/text.hpp"
#include "record/builder.hpp"
#include "sampling/rule.hpp"

namespace dbi::sampling {

namespace {

constexpr std::chrono::minutes kMinute{1};

// "1764058800000000:3" and the rest of the text.
bool read_moment(std::string_view text, std::int64_t& time, std::uint32_t& count) {
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, time);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ':') return false;
  const auto second = std::from_chars(first.ptr + 1, end, count);
  // No time that a record can have lies beyond the year 9999; the file may have been edited.
  constexpr std::int64_t kFarthest = 300'000'000'000'000'000;
  return second.ec == std::errc{} && second.ptr == end && time > -kFarthest && time < kFarthest;
}

}  // namespace

void MinuteWindow::forget_before(Timestamp now) {
  // Times ahead are those of a clock that went back since, or of another run, whose records were newer.
  while (!moments_.empty() && moments_.back().time > now) {
    total_ -= moments_.back().count;
    moments_.pop_back();
  }
  while (!moments_.empty() && now - moments_.front().time >= kMinute) {
    total_ -= moments_.front().count;
    moments_.pop_front();
  }
}

bool MinuteWindow::admit(Timestamp now, std::uint32_t most) {
  forget_before(now);
  if (total_ >= most) return false;
  if (moments_.empty() || moments_.back().time < now) moments_.push_back({now, 0});
  ++moments_.back().count;
  ++total_;
  return true;
}

void MinuteWindow::save(std::string_view rule, std::string& lines) const {
  if (moments_.empty()) return;
  std::string text;
  for (const Moment& moment : moments_) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", moment.time.time_since_epoch().count(), moment.count);
  }
  record::Builder(lines).begin(kKind).text("rule", rule).text("passed", text).end();
}

void MinuteWindow::load(const record::Record& line) {
  std::string scratch;
  for (const auto piece : split(line.text("passed", scratch).value_or(""), ' ')) {
    std::int64_t time = 0;
    Moment moment;
    if (!read_moment(piece, time, moment.count)) continue;
    moment.time = Timestamp(microseconds(time));
    if (!moments_.empty() && moment.time <= moments_.back().time) continue;
    moment.count = std::min(moment.count, kMostPerMinute);  // as the file may have been edited
    total_ += moment.count;
    moments_.push_back(moment);
  }
}

}  // namespace dbi::sampling
