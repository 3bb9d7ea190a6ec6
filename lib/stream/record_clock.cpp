// SPDX-License-Identifier: Apache-2.0
#include "stream/record_clock.hpp"

#include <algorithm>

#include "base/time_text.hpp"
#include "record/builder.hpp"

namespace dbi::stream {

namespace {

constexpr std::string_view kKind = "record_clock";
constexpr std::string_view kNewestKind = "newest_record";

std::optional<Timestamp> saved_time(const record::Record& line, std::string_view name) {
  std::string scratch;
  const auto time = parse_timestamp(line.text(name, scratch).value_or(""));
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace

Timestamp TargetClock::observe(Timestamp time) {
  if (!now_) now_ = time;
  if (time - *now_ > kJump) return ahead(time);
  if (*now_ - time > kJump) return behind(time);
  held_back_.behind.reset();
  now_ = std::max(*now_, time);
  return *now_;
}

// Two times lie beyond the jump: both vouch for the lesser one, and the greater waits where it is far beyond that.
Timestamp TargetClock::ahead(Timestamp time) {
  held_back_.behind.reset();
  if (!held_back_.ahead || *held_back_.ahead <= *now_ + kJump) {
    held_back_.ahead = time;
    return *now_;
  }
  const Timestamp agreed = std::min(*held_back_.ahead, time);
  const Timestamp beyond = std::max(*held_back_.ahead, time);
  now_ = agreed;
  held_back_.ahead.reset();
  if (beyond - agreed > kJump) {
    held_back_.ahead = beyond;
  } else {
    now_ = beyond;
  }
  return *now_;
}

// What was ahead of a time that was wrong itself has nobody to vouch for it any more.
Timestamp TargetClock::behind(Timestamp time) {
  if (!held_back_.behind) {
    held_back_.behind = time;
    return *now_;
  }
  now_ = std::max(*held_back_.behind, time);
  held_back_ = {};
  if (*now_ - time > kJump) held_back_.behind = time;
  return *now_;
}

void TargetClock::restore(std::optional<Timestamp> now, const Unconfirmed& held_back) {
  now_ = now;
  held_back_ = held_back;
}

std::optional<Timestamp> RecordClock::observe(const record::Record& record) {
  const auto time = time_of(record);
  if (!time) {
    const Entry* known = find_entry(record.text("target", scratch_).value_or(""));
    return known != nullptr && known->clock.now() ? known->clock.now() : newest_;
  }
  Entry& entry = entry_of(record.text("target", scratch_).value_or(""));
  const auto before = entry.clock.now();
  const Timestamp now = entry.clock.observe(*time);
  follow(entry, before);
  return now;
}

// Keeps newest_ after a target's clock has gone on from `before`.
void RecordClock::follow(Entry& entry, std::optional<Timestamp> before) {
  const Timestamp now = *entry.clock.now();
  if (before == newest_ && before > now) {
    newest_.reset();
    clocks_.for_each([this](const std::string&, const Entry& each) { newest_ = std::max(newest_, each.clock.now()); });
  }
  newest_ = std::max(newest_.value_or(now), now);
  if (*newest_ - now <= TargetClock::kJump) {
    if (behind_ > 0) ++run_;
    behind_ = 0;
    return;
  }
  entry.run = run_;
  if (++behind_ >= kLeftBehind) fall();
}

// To the newest clock of the run. What lies beyond has not been heard of all the while.
void RecordClock::fall() {
  newest_.reset();
  clocks_.for_each([this](const std::string&, const Entry& entry) {
    if (entry.run == run_) newest_ = std::max(newest_, entry.clock.now());
  });
  clocks_.erase_if([this](const std::string&, const Entry& entry) { return entry.clock.now() > newest_; });
  last_entry_ = nullptr;
  behind_ = 0;
  ++run_;
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

RecordClock::Entry* RecordClock::find_entry(std::string_view target) {
  if (last_entry_ != nullptr && target == last_target_) return last_entry_;
  Entry* known = clocks_.find(target);
  if (known == nullptr) return nullptr;
  last_entry_ = known;
  last_target_ = target;
  return known;
}

RecordClock::Entry& RecordClock::entry_of(std::string_view target) {
  if (Entry* known = find_entry(target)) return *known;
  last_entry_ = &clocks_.put(target);
  last_target_ = target;
  return *last_entry_;
}

// The line of the newest time is last: it may lie beyond all of the clocks.
void RecordClock::save(std::string& lines) const {
  record::Builder builder(lines);
  const auto add = [&builder](std::string_view name, std::optional<Timestamp> time) {
    if (time) builder.time(name, *time);
  };
  clocks_.for_each([&](const std::string& target, const Entry& entry) {
    builder.begin(kKind).text("target", target);
    add("now", entry.clock.now());
    add("ahead", entry.clock.held_back().ahead);
    add("behind", entry.clock.held_back().behind);
    if (behind_ > 0 && entry.run == run_) builder.boolean("left_behind", true);
    builder.end();
  });
  if (newest_) builder.begin(kNewestKind).time("now", *newest_).unsigned_integer("left_behind", behind_).end();
}

bool RecordClock::load_line(const record::Record& line) {
  std::string scratch;
  const auto kind = line.text("kind", scratch).value_or("");
  const auto now = saved_time(line, "now");
  if (kind == kNewestKind) {
    if (now) newest_ = now;
    const auto behind = line.integer("left_behind").value_or(0);
    behind_ = static_cast<std::uint32_t>(std::clamp<std::int64_t>(behind, 0, kLeftBehind - 1));
    return true;
  }
  if (kind != kKind) return false;
  Entry& entry = entry_of(line.text("target", scratch).value_or(""));
  entry.clock.restore(now, {saved_time(line, "ahead"), saved_time(line, "behind")});
  if (line.boolean("left_behind").value_or(false)) entry.run = run_;
  newest_ = std::max(newest_, now);
  return true;
}

Timestamp RunClock::observe(const record::Record& record) {
  if (mode_ == ClockMode::Record) return time_or_else(records_.observe(record));
  return clock_->now();
}

}  // namespace dbi::stream
