// The time that decisions go by: that of the records, or the machine's (--clock, DESIGN.md section 3).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "record/record.hpp"

namespace dbi::stream {

/// A running maximum that a single wrong time cannot push ahead: a jump of more than kJump takes effect with the next
/// time that also lies beyond it, and then only as far as the two agree.
class TargetClock {
 public:
  static constexpr std::chrono::minutes kJump{5};

  /// Takes a time in and gives the clock's.
  Timestamp observe(Timestamp time);

  [[nodiscard]] std::optional<Timestamp> now() const { return now_; }
  [[nodiscard]] std::optional<Timestamp> held_back() const { return ahead_; }
  void restore(std::optional<Timestamp> now, std::optional<Timestamp> ahead);

 private:
  std::optional<Timestamp> now_;
  std::optional<Timestamp> ahead_;  // a jump that nothing has confirmed
};

/// A TargetClock for every target, fed by `observed_ts` (`ts` where absent). At most `max_targets` of them; the one
/// whose time is oldest makes room. Not shared between threads.
class RecordClock {
 public:
  static constexpr std::size_t kMaxTargets = 4096;
  explicit RecordClock(std::size_t max_targets = kMaxTargets) : max_targets_(max_targets) {}
  // One points into its own map, whose entries stay where they are when it moves.
  RecordClock(const RecordClock&) = delete;
  RecordClock& operator=(const RecordClock&) = delete;
  RecordClock(RecordClock&&) noexcept = default;
  RecordClock& operator=(RecordClock&&) noexcept = default;
  ~RecordClock() = default;

  /// The time of the record's target once the record is taken in. A record without a readable time changes nothing and
  /// gets the time that its target has, else newest().
  Timestamp observe(const record::Record& record);

  /// The newest of all targets' times; the epoch before the first.
  [[nodiscard]] Timestamp newest() const { return newest_; }

  [[nodiscard]] std::size_t targets() const { return clocks_.size(); }

  /// For --resume: NDJSON lines of kind `record_clock`.
  void save(std::string& lines) const;
  /// Takes such a line; false where it is another.
  bool load_line(const record::Record& line);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };
  TargetClock& clock_of(const record::Record& record);
  std::optional<Timestamp> time_of(const record::Record& record);
  void make_room();

  std::unordered_map<std::string, TargetClock, Hash, std::equal_to<>> clocks_;
  std::size_t max_targets_;
  Timestamp newest_{};
  std::string last_text_;  // the last time read, and what it meant: records of a cycle share it
  std::optional<Timestamp> last_time_;
  std::string last_target_;  // whose clock was asked for last: most records follow one of their target
  TargetClock* last_clock_ = nullptr;
  std::string scratch_;
};

/// Which clock a filter goes by.
enum class ClockMode : std::uint8_t { Record, Wall };

/// The clock of a run: decisions by record time or by the machine's, what is written stamped by the machine's, and with
/// --replay by record time in both.
class RunClock {
 public:
  RunClock(ClockMode mode, bool replay, const Clock& clock)
      : mode_(replay ? ClockMode::Record : mode), replay_(replay), clock_(&clock) {}

  /// The time that decisions about this record go by. Call once for every record.
  Timestamp observe(const record::Record& record);

  /// What is not keyed by a target: the newest record time, or the machine's.
  [[nodiscard]] Timestamp now() const { return mode_ == ClockMode::Record ? records_.newest() : clock_->now(); }

  /// For the `ts` of what the tool itself writes.
  [[nodiscard]] Timestamp stamp() const { return replay_ ? records_.newest() : clock_->now(); }

  [[nodiscard]] bool replay() const { return replay_; }
  [[nodiscard]] RecordClock& records() { return records_; }
  [[nodiscard]] const RecordClock& records() const { return records_; }

 private:
  ClockMode mode_;
  bool replay_;
  const Clock* clock_;
  RecordClock records_;
};

}  // namespace dbi::stream
