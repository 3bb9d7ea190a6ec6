// SPDX-License-Identifier: Apache-2.0
#include "stream/record_clock.hpp"

#include <algorithm>

#include "base/time_text.hpp"
#include "record/builder.hpp"

namespace dbi::stream {

namespace {

constexpr std::string_view kKind = "record_clock";

std::optional<Timestamp> saved_time(const record::Record& line, std::string_view name) {
  std::string scratch;
  const auto time = parse_timestamp(line.text(name, scratch).value_or(""));
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace

Timestamp TargetClock::observe(Timestamp time) {
  if (!now_) now_ = time;
  if (time <= *now_) return *now_;
  if (time - *now_ <= kJump) return *(now_ = time);
  if (!ahead_ || *ahead_ <= *now_ + kJump) {
    ahead_ = time;
    return *now_;
  }
  // Two times lie beyond the jump: both vouch for the lesser one, and the greater waits where it is far beyond that.
  const Timestamp agreed = std::min(*ahead_, time);
  const Timestamp beyond = std::max(*ahead_, time);
  now_ = agreed;
  ahead_.reset();
  if (beyond - agreed > kJump) {
    ahead_ = beyond;
  } else {
    now_ = beyond;
  }
  return *now_;
}

void TargetClock::restore(std::optional<Timestamp> now, std::optional<Timestamp> ahead) {
  now_ = now;
  ahead_ = ahead;
}

std::size_t RecordClock::Hash::operator()(std::string_view text) const {
  return std::hash<std::string_view>{}(text);
}

Timestamp RecordClock::observe(const record::Record& record) {
  const auto time = time_of(record);
  if (!time) {
    const auto known = clocks_.find(record.text("target", scratch_).value_or(""));
    return known == clocks_.end() ? newest_ : known->second.now().value_or(newest_);
  }
  const Timestamp now = clock_of(record).observe(*time);
  newest_ = std::max(newest_, now);
  return now;
}

std::optional<Timestamp> RecordClock::time_of(const record::Record& record) {
  std::string_view text = record.text("observed_ts", scratch_).value_or("");
  if (text.empty()) text = record.text("ts", scratch_).value_or("");
  if (text.empty()) return std::nullopt;
  if (text == last_text_) return last_time_;
  last_text_ = text;
  const auto time = parse_timestamp(text);
  last_time_ = time ? std::optional(*time) : std::nullopt;
  return last_time_;
}

TargetClock& RecordClock::clock_of(const record::Record& record) {
  const std::string_view target = record.text("target", scratch_).value_or("");
  if (last_clock_ != nullptr && target == last_target_) return *last_clock_;
  auto known = clocks_.find(target);
  if (known == clocks_.end()) {
    make_room();
    known = clocks_.emplace(target, TargetClock{}).first;
  }
  last_target_ = target;
  last_clock_ = &known->second;
  return *last_clock_;
}

// Ties go by the name, so that a replay evicts the same.
void RecordClock::make_room() {
  if (clocks_.size() < max_targets_) return;
  const auto older = [](const auto& a, const auto& b) {
    return std::pair(a.second.now(), std::string_view(a.first)) < std::pair(b.second.now(), std::string_view(b.first));
  };
  const auto oldest = std::min_element(clocks_.begin(), clocks_.end(), older);
  if (oldest == clocks_.end()) return;
  clocks_.erase(oldest);
  last_clock_ = nullptr;
}

void RecordClock::save(std::string& lines) const {
  record::Builder builder(lines);
  for (const auto& [target, clock] : clocks_) {
    builder.begin(kKind).text("target", target);
    if (clock.now()) builder.time("now", *clock.now());
    if (clock.held_back()) builder.time("ahead", *clock.held_back());
    builder.end();
  }
}

bool RecordClock::load_line(const record::Record& line) {
  std::string scratch;
  if (line.text("kind", scratch).value_or("") != kKind) return false;
  const auto now = saved_time(line, "now");
  TargetClock& clock = clock_of(line);
  clock.restore(now, saved_time(line, "ahead"));
  if (now) newest_ = std::max(newest_, *now);
  return true;
}

Timestamp RunClock::observe(const record::Record& record) {
  if (mode_ == ClockMode::Record) return records_.observe(record);
  return clock_->now();
}

}  // namespace dbi::stream
