// What is known of each target: the order of its records, when it was heard of last, how good its records are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/lru_map.hpp"
#include "record/record.hpp"
#include "stream/record_clock.hpp"

namespace dbi::verify {

/// One target.
struct TargetState {
  std::string newest_cycle;
  stream::TargetClock clock;  ///< of its records' ts
  microseconds heard{};       ///< when it was heard of last, on the clock of Targets::tick
  bool fresh = false;         ///< it was heard of since the last tick
  bool stale = false;
  double score_sum = 0;  ///< of this window
  std::uint64_t scored = 0;
  double score = 1;       ///< of the window that was closed last
  double closed_sum = 0;  ///< of the windows before this one
  std::uint64_t closed = 0;

  /// Of all its records; nothing where none was scored.
  [[nodiscard]] std::optional<double> mean_score() const {
    if (scored + closed == 0) return std::nullopt;
    return (score_sum + closed_sum) / static_cast<double>(scored + closed);
  }
};

/// At most `max` targets; the one heard of longest ago makes room. Not shared between threads.
class Targets {
 public:
  /// After so many records a window of scores is closed where no scrape comes.
  static constexpr std::uint64_t kWindowRecords = 10'000;

  explicit Targets(std::size_t max) : states_(max) {}

  /// The state of a target, a new one where it is unknown; valid until the next call. Asked for the same target as the
  /// last time, it costs a comparison.
  TargetState& of(std::string_view target);

  /// Whether a record of this cycle and time comes before one that came earlier: a cycle older than the newest, or a
  /// time more than `tolerance` behind.
  static bool goes_back(TargetState& state, std::string_view cycle, std::optional<Timestamp> ts,
                        microseconds tolerance);

  /// Looks which targets were not heard of for `limit`; `now` is of one clock that does not go back. Calls
  /// `changed(const std::string& target, const TargetState& state)` for each whose `stale` has changed.
  template <typename Changed>
  void tick(microseconds now, microseconds limit, Changed changed) {
    states_.for_each([&](const std::string& target, TargetState& state) {
      if (state.fresh) {
        state.fresh = false;
        state.heard = now;
      }
      const bool stale = now - state.heard > limit;
      if (stale == state.stale) return;
      state.stale = stale;
      changed(target, state);
    });
  }

  /// Takes a record's score in.
  static void score(TargetState& state, double score) {
    state.score_sum += score;
    ++state.scored;
  }
  /// Ends the window; nothing where no record was scored.
  static std::optional<double> close_window(TargetState& state);

  /// Of the windows closed last; 1 where there is none.
  [[nodiscard]] double lowest_score() const;
  [[nodiscard]] std::size_t stale() const;
  [[nodiscard]] std::size_t size() const { return states_.size(); }
  [[nodiscard]] std::uint64_t evictions() const { return states_.evictions(); }
  void set_max(std::size_t max);

  template <typename Visit>
  void for_each(Visit visit) const {
    states_.for_each(visit);
  }

  void save(std::string& lines) const;
  /// `heard_again`: the clock of tick() is another one than the line's, so a target counts as heard of now.
  bool load_line(const record::Record& line, bool heard_again);

 private:
  LruMap<TargetState> states_;
  std::string last_name_;
  TargetState* last_ = nullptr;
};

}  // namespace dbi::verify
