// SPDX-License-Identifier: Apache-2.0
#include "limit/rate_limiter.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text_key.hpp"
#include "record/builder.hpp"
#include "record/text_of.hpp"

namespace dbi::limit {

namespace {

using record::count_of;
using record::time_of;

constexpr std::string_view kKeyKind = "rate_limit_key";
constexpr std::string_view kGlobalKind = "rate_limit_global";
constexpr int kMostWindows = 2000;
constexpr std::array<std::string_view, 3> kStateWords{"at_base", "raised", "lowered"};

AdaptiveRate::State state_named(std::string_view word) {
  const auto found = std::ranges::find(kStateWords, word);
  if (found == kStateWords.end()) return AdaptiveRate::State::AtBase;
  return static_cast<AdaptiveRate::State>(found - kStateWords.begin());
}

Gcra bucket_of(const record::Record& line) {
  return {time_of(line, "at").value_or(Timestamp{}), line.integer("backlog").value_or(0)};
}

}  // namespace

RateLimiter::RateLimiter(LimitSettings settings, std::function<Pressure()> pressure)
    : settings_(std::move(settings)), pressure_(std::move(pressure)), keys_(settings_.max_keys) {}

Verdict RateLimiter::decide(const KeyParts& key, const DecisionTime& time) {
  KeyState& state = state_of(key, time.key);
  advance(state, time.key);
  if (settings_.adaptive && state.decisions >= kDecisions) step(state, key, time.key);
  const Verdict verdict = ask(state, time);
  ++totals_.decisions;
  ++state.records;
  ++state.decisions;
  if (verdict.admitted()) return verdict;
  ++state.over_limit;
  if (verdict.outcome == Verdict::Outcome::OverKey) {
    ++state.over;
    ++totals_.over_key;
  } else {
    ++totals_.over_global;
  }
  return verdict;
}

Verdict RateLimiter::decide_again(const KeyParts& key, const DecisionTime& time) {
  KeyState& state = state_of(key, time.key);
  advance(state, time.key);
  return ask(state, time);
}

// The bucket of the key is asked first and neither is charged unless both admit: so a key that is over its own limit
// takes nothing from the others.
Verdict RateLimiter::ask(KeyState& state, const DecisionTime& time) {
  const auto over = [](Verdict::Outcome outcome, std::optional<microseconds> wait) {
    return Verdict{outcome, std::min<microseconds>(wait.value_or(kLongestWait), kLongestWait)};
  };
  if (!state.bucket.admits(state.burst)) {
    // Where no window ends there is nothing to count from: the difference to a time before 1970 is beyond all numbers.
    const auto window = state.until == Timestamp::max() ? microseconds::max() : state.until - time.key;
    const auto wait = state.bucket.wait(state.rate, state.burst).value_or(microseconds::max());
    return over(Verdict::Outcome::OverKey, std::min(wait, window));
  }
  if (settings_.global) {
    const GlobalLimit& limit = *settings_.global;
    if (!global_) global_.emplace(time.shared);
    global_->settle(time.shared, limit.rate);
    if (!global_->admits(limit.burst))
      return over(Verdict::Outcome::OverGlobal, global_->wait(limit.rate, limit.burst));
    global_->charge();
  }
  state.bucket.charge();
  ++totals_.admitted;
  return {};
}

RateLimiter::KeyState& RateLimiter::state_of(const KeyParts& key, Timestamp now) {
  const std::string_view name = name_of(key);
  if (KeyState* known = keys_.find(name)) return *known;
  KeyState& state = keys_.put(name);
  state.bucket = Gcra(now);
  state.stepped = now;
  begin(state, key, now);
  return state;
}

std::string_view RateLimiter::name_of(const KeyParts& key) {
  name_.clear();
  append_part(name_, key.target);
  append_part(name_, key.database);
  return name_;
}

KeyParts RateLimiter::parts_of(std::string_view name) {
  const std::string_view target = take_part(name).value_or("");
  return {target, take_part(name).value_or("")};
}

// Finds the key's limit in the settings.
void RateLimiter::begin(KeyState& state, const KeyParts& key, Timestamp at) const {
  state.limit = &settings_.find(key);
  state.bucket.limit_to(state.limit->highest_burst());
  state.window = nullptr;
  enter_window(state, at);
}

void RateLimiter::enter_window(KeyState& state, Timestamp at) const {
  const auto now = state.limit->timetable.at(at);
  if (now.window != state.window) state.adaptive.change_base();
  state.window = now.window;
  state.until = now.until;
  state.burst = now.window != nullptr ? now.window->burst.value_or(state.limit->burst) : state.limit->burst;
  const RateBounds bounds = bounds_of(state);
  state.rate = settings_.adaptive ? state.adaptive.rate(bounds) : bounds.base;
}

RateBounds RateLimiter::bounds_of(const KeyState& state) const {
  if (state.window != nullptr) return {settings_.lowest, state.window->rate, state.window->rate};
  return {settings_.lowest, state.limit->rate, settings_.highest};
}

// Drains the bucket up to `now`, by the rate of each window on the way; of a time so long that it has too many of them
// (a record of the year 9999) the rest drains nothing.
void RateLimiter::advance(KeyState& state, Timestamp now) const {
  if (now < state.bucket.at()) {  // the clock was set back: no window of then counts
    state.bucket.settle(now, state.rate);
    enter_window(state, now);
  }
  for (int windows = 0; state.until <= now; ++windows) {
    state.bucket.settle(state.until, state.rate);
    if (windows == kMostWindows) state.bucket = Gcra(now, state.bucket.backlog());
    enter_window(state, windows == kMostWindows || state.bucket.empty() ? now : state.until);
  }
  state.bucket.settle(now, state.rate);
}

void RateLimiter::step(KeyState& state, const KeyParts& key, Timestamp now) {
  if (now < state.stepped) state.stepped = now;
  if (now - state.stepped < kStep) return;
  const bool demand = static_cast<double>(state.over) > kDemandShare * static_cast<double>(state.decisions);
  const auto before = state.adaptive.state();
  const Rate from = state.rate;
  const RateBounds bounds = bounds_of(state);
  state.adaptive.step(bounds, pressure_ ? pressure_() : Pressure::None, demand);
  state.rate = state.adaptive.rate(bounds);
  state.stepped = now;
  state.decisions = state.over = 0;
  if (state.rate != from) ++totals_.rate_changes;
  if (state.adaptive.state() == before) return;
  change_ = {std::string(key.target), std::string(key.database), state.adaptive.state(), from, state.rate};
}

void RateLimiter::change(LimitSettings settings, std::optional<Timestamp> now) {
  if (now) {
    keys_.for_each([&](const std::string&, KeyState& state) { advance(state, *now); });
    if (global_ && settings_.global) global_->settle(*now, settings_.global->rate);
  }
  settings_ = std::move(settings);
  if (!settings_.global) global_.reset();
  if (global_) global_->limit_to(settings_.global->burst);
  keys_.set_max(settings_.max_keys);
  keys_.for_each([&](const std::string& name, KeyState& state) {
    state.adaptive.change_base();
    begin(state, parts_of(name), state.bucket.at());
  });
}

void RateLimiter::shrink(std::optional<Timestamp> now) {
  const std::size_t half = keys_.size() / 2;
  if (now) keys_.for_each([&](const std::string&, KeyState& state) { advance(state, *now); });
  keys_.erase_if([](const std::string&, const KeyState& state) {
    return state.bucket.empty() && state.adaptive.state() == AdaptiveRate::State::AtBase;
  });
  keys_.shrink_to(std::max(kShrinkAbove, half));
}

std::optional<Rate> RateLimiter::rate_of(const KeyParts& key) {
  const KeyState* state = keys_.find(name_of(key));
  return state == nullptr ? std::nullopt : std::optional(state->rate);
}

void RateLimiter::save(stream::Lines& lines) const {
  record::Builder builder(lines.text());
  keys_.for_each([&](const std::string& name, const KeyState& state) {
    const KeyParts key = parts_of(name);
    builder.begin(kKeyKind).text("target", key.target);
    if (!key.database.empty()) builder.text("database", key.database);
    builder.number("rps", state.rate.per_second()).integer("burst", state.burst);
    builder.unsigned_integer("records", state.records).unsigned_integer("over_limit", state.over_limit);
    builder.time("at", state.bucket.at()).integer("backlog", state.bucket.backlog());
    if (state.adaptive.state() != AdaptiveRate::State::AtBase) {
      builder.text("rate", kStateWords[static_cast<std::size_t>(state.adaptive.state())]);
      builder.integer("rate_thousandths", state.adaptive.kept().thousandths());
    }
    if (settings_.adaptive) {
      builder.time("stepped", state.stepped).unsigned_integer("decisions", state.decisions);
      builder.unsigned_integer("over", state.over);
    }
    builder.end();
    lines.commit();
  });
  if (!global_) return;
  builder.begin(kGlobalKind).time("at", global_->at()).integer("backlog", global_->backlog()).end();
}

bool RateLimiter::load_line(const record::Record& line) {
  const std::string kind = record::text_of(line, "kind");
  if (kind == kGlobalKind) {
    if (!settings_.global) return true;
    global_ = bucket_of(line);
    global_->limit_to(settings_.global->burst);
    return true;
  }
  if (kind != kKeyKind) return false;
  const std::string target = record::text_of(line, "target");
  const std::string database = record::text_of(line, "database");
  KeyState& state = keys_.put(name_of({target, database}));
  state.bucket = bucket_of(line);
  state.adaptive = AdaptiveRate(state_named(record::text_of(line, "rate")),
                                Rate::thousandths(line.integer("rate_thousandths").value_or(0)));
  state.stepped = time_of(line, "stepped").value_or(state.bucket.at());
  state.decisions = static_cast<std::uint32_t>(count_of(line, "decisions"));
  state.over = static_cast<std::uint32_t>(count_of(line, "over"));
  state.records = count_of(line, "records");
  state.over_limit = count_of(line, "over_limit");
  state.limit = &settings_.find({target, database});
  state.bucket.limit_to(state.limit->highest_burst());
  // In the window of then, so that a rate that demand raised in it stays.
  state.window = state.limit->timetable.at(state.bucket.at()).window;
  enter_window(state, state.bucket.at());
  return true;
}

}  // namespace dbi::limit
