// Decides which records pass: a bucket for each key, and one for all of them together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/gcra.hpp"
#include "base/lru_map.hpp"
#include "limit/adaptive_rate.hpp"
#include "limit/key_name.hpp"
#include "limit/limit_options.hpp"
#include "record/record.hpp"
#include "stream/lines.hpp"

namespace dbi::limit {

/// Where the rate of a key went.
struct RateChange {
  std::string target;
  std::string database;
  AdaptiveRate::State state = AdaptiveRate::State::AtBase;
  Rate from;
  Rate to;
};

/// What became of a record.
struct Verdict {
  enum class Outcome : std::uint8_t {
    Admitted,
    OverKey,    ///< the key's bucket had no room; the global one was not asked
    OverGlobal  ///< the key's had, the global one had none, and neither is charged
  };
  Outcome outcome = Outcome::Admitted;
  microseconds wait{};  ///< to ask again after this time makes sense; 0 where it is admitted
  [[nodiscard]] bool admitted() const { return outcome == Outcome::Admitted; }
};

/// The times of one decision: the key's (its target's clock), and that of what all keys share.
struct DecisionTime {
  Timestamp key;
  Timestamp shared;
};

/// Of every key, over any window of its time, at most as many records are admitted as the integral of its rate and its
/// burst. A key that was evicted (LimitSettings::max_keys) begins anew. With adaptive rates each key takes a step where
/// at least kStep has passed and kDecisions were made since its last one; demand is that more than kDemandShare of
/// these were over the key's own limit. Works on times that it is given; not shared between threads.
class RateLimiter {
 public:
  static constexpr std::chrono::seconds kStep{30};
  static constexpr std::uint32_t kDecisions = 100;
  static constexpr double kDemandShare = 0.01;
  /// Fewer keys than this are not worth what forgetting them lets through: a burst each.
  static constexpr std::size_t kShrinkAbove = 1000;
  /// The longest Verdict::wait.
  static constexpr std::chrono::hours kLongestWait{1};

  /// `pressure` is asked at every step; empty: there is none.
  explicit RateLimiter(LimitSettings settings, std::function<Pressure()> pressure = {});

  /// Decides about one record and charges the buckets.
  Verdict decide(const KeyParts& key, const DecisionTime& time);
  /// The same for a record that was decided about before and waits: it counts as one decision only.
  Verdict decide_again(const KeyParts& key, const DecisionTime& time);

  /// What the last decision changed between at, above and below the configured rate, once.
  [[nodiscard]] std::optional<RateChange> take_change() { return std::exchange(change_, std::nullopt); }

  /// Other settings from `now` on; backlogs and what pressure lowered stay. Without `now` (every key has a time of its
  /// own) they count from the last record of each key.
  void change(LimitSettings settings, std::optional<Timestamp> now);

  /// Forgets keys that are as good as new: nothing in their bucket at `now` (at their last record, without), the rate
  /// as configured. Where that is less than half of all, evicts those seen longest ago down to half, but to no less
  /// than kShrinkAbove.
  void shrink(std::optional<Timestamp> now);

  /// NDJSON lines of kind `rate_limit_key` and `rate_limit_global`, the key seen longest ago first.
  void save(stream::Lines& lines) const;
  /// Takes such a line; false where it is another. Rates are those of the settings now, as far as pressure did not
  /// lower them.
  bool load_line(const record::Record& line);

  struct Totals {
    std::uint64_t decisions = 0;  ///< records, each once
    std::uint64_t admitted = 0;
    std::uint64_t over_key = 0;
    std::uint64_t over_global = 0;
    std::uint64_t rate_changes = 0;  ///< steps that moved a rate
  };
  [[nodiscard]] const Totals& totals() const { return totals_; }
  [[nodiscard]] std::size_t keys() const { return keys_.size(); }
  [[nodiscard]] std::uint64_t evictions() const { return keys_.evictions(); }
  /// The rate in force of a key since its last record; nothing for one that is not known.
  [[nodiscard]] std::optional<Rate> rate_of(const KeyParts& key);

 private:
  struct KeyState {
    Gcra bucket;
    const Limit* limit = nullptr;  // of settings_
    const Window* window = nullptr;
    Timestamp until;  // of the window, or of being in none
    Rate rate;        // in force
    std::int64_t burst = 1;
    AdaptiveRate adaptive;
    Timestamp stepped;  // when the adaptive rate last moved, or could have
    std::uint32_t decisions = 0;
    std::uint32_t over = 0;
    std::uint64_t records = 0;     // decided about, ever
    std::uint64_t over_limit = 0;  // of these
  };

  KeyState& state_of(const KeyParts& key, Timestamp now);
  static KeyParts parts_of(std::string_view name);
  std::string_view name_of(const KeyParts& key);
  void begin(KeyState& state, const KeyParts& key, Timestamp at) const;
  void enter_window(KeyState& state, Timestamp at) const;
  void advance(KeyState& state, Timestamp now) const;
  [[nodiscard]] RateBounds bounds_of(const KeyState& state) const;
  void step(KeyState& state, const KeyParts& key, Timestamp now);
  Verdict ask(KeyState& state, const DecisionTime& time);

  LimitSettings settings_;
  std::function<Pressure()> pressure_;
  LruMap<KeyState> keys_;
  std::optional<Gcra> global_;
  Totals totals_;
  std::optional<RateChange> change_;
  std::string name_;  // scratch
};

}  // namespace dbi::limit
