// The time that decisions go by: that of the records, or the machine's (--clock, DESIGN.md section 3).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/lru_map.hpp"
#include "base/result.hpp"
#include "record/record.hpp"

namespace dbi::stream {

/// A running maximum that a single wrong time moves neither ahead nor back. A jump of more than kJump takes effect with
/// a second time that also lies beyond it on that side: ahead with the next such time, and then only as far as the two
/// agree; back where the two come one after the other, to the later of them. What lies up to kJump behind leaves the
/// maximum as it is.
class TargetClock {
 public:
  static constexpr std::chrono::minutes kJump{5};

  /// Times that a jump was to and that nothing has confirmed.
  struct Unconfirmed {
    std::optional<Timestamp> ahead;
    std::optional<Timestamp> behind;  ///< the last time seen
    friend bool operator==(const Unconfirmed&, const Unconfirmed&) = default;
  };

  /// Takes a time in and gives the clock's.
  Timestamp observe(Timestamp time);

  [[nodiscard]] std::optional<Timestamp> now() const { return now_; }
  [[nodiscard]] const Unconfirmed& held_back() const { return held_back_; }
  void restore(std::optional<Timestamp> now, const Unconfirmed& held_back);

 private:
  Timestamp ahead(Timestamp time);
  Timestamp behind(Timestamp time);

  std::optional<Timestamp> now_;
  Unconfirmed held_back_;
};

/// A TargetClock for every target, fed by `observed_ts` (`ts` where absent). At most `max_targets` of them; the one
/// that was used longest ago makes room. Not shared between threads.
class RecordClock {
 public:
  static constexpr std::size_t kMaxTargets = 10'000;
  /// So many records in a row that lie behind newest() by more than TargetClock::kJump bring it back.
  static constexpr std::uint32_t kLeftBehind = 10'000;

  explicit RecordClock(std::size_t max_targets = kMaxTargets) : clocks_(max_targets) {}

  /// The time of the record's target once the record is taken in; it may lie before the one given last. A record
  /// without a readable time moves no clock, though its target has been used; it gets the time that the target has,
  /// else newest().
  std::optional<Timestamp> observe(const record::Record& record);

  /// The newest of all targets' times; nothing before the first. It goes back where the clock that it came from does,
  /// then to the newest of those that are left, and where its target has gone: where kLeftBehind records in a row lie
  /// behind it by more than TargetClock::kJump, to the newest of theirs, and clocks beyond are forgotten.
  [[nodiscard]] std::optional<Timestamp> newest() const { return newest_; }

  [[nodiscard]] std::size_t targets() const { return clocks_.size(); }

  /// For --resume: NDJSON lines of kind `record_clock`, and one of kind `newest_record`.
  void save(std::string& lines) const;
  /// Takes such a line; false where it is another.
  bool load_line(const record::Record& line);

 private:
  struct Entry {
    TargetClock clock;
    std::uint64_t run = 0;  ///< the last run of records far behind that one of its records was in
  };
  Entry* find_entry(std::string_view target);
  Entry& entry_of(std::string_view target);
  std::optional<Timestamp> time_of(const record::Record& record);
  void follow(Entry& entry, std::optional<Timestamp> before);
  void fall();

  LruMap<Entry> clocks_;
  std::optional<Timestamp> newest_;
  std::uint32_t behind_ = 0;  // records in a row that lie far behind newest(): the run under way
  std::uint64_t run_ = 1;     // its number
  std::string last_text_;     // the last time read, and what it meant: records of a cycle share it
  std::optional<Timestamp> last_time_;
  std::string last_target_;  // whose clock was asked for last: most records follow one of their target
  Entry* last_entry_ = nullptr;
  std::string scratch_;
};

/// Which clock a filter goes by.
enum class ClockMode : std::uint8_t { Record, Wall };

/// The clock of a run: decisions by record time or by the machine's, what is written stamped by the machine's, and with
/// --replay by record time in both. Before the first readable time of a record the machine's stands in for it, so that
/// nothing that was kept looks as if it lay ahead; with --replay the epoch.
class RunClock {
 public:
  RunClock(ClockMode mode, bool replay, const Clock& clock)
      : mode_(replay ? ClockMode::Record : mode), replay_(replay), clock_(&clock) {}

  /// The time that decisions about this record go by, which may lie before the one given last. Call once for every
  /// record.
  Timestamp observe(const record::Record& record);

  /// What is not keyed by a target: the newest record time, or the machine's. It may go back.
  [[nodiscard]] Timestamp now() const {
    return mode_ == ClockMode::Record ? time_or_else(records_.newest()) : clock_->now();
  }

  /// For the `ts` of what the tool itself writes.
  [[nodiscard]] Timestamp stamp() const { return replay_ ? time_or_else(records_.newest()) : clock_->now(); }

  [[nodiscard]] bool replay() const { return replay_; }
  [[nodiscard]] RecordClock& records() { return records_; }
  [[nodiscard]] const RecordClock& records() const { return records_; }

 private:
  [[nodiscard]] Timestamp time_or_else(std::optional<Timestamp> time) const {
    if (time) return *time;
    return replay_ ? Timestamp{} : clock_->now();
  }

  ClockMode mode_;
  bool replay_;
  const Clock* clock_;
  RecordClock records_;
};

}  // namespace dbi::stream
