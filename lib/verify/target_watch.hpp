// What is told of targets: clocks that differ, records out of order, silence, quality.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "record/record.hpp"
#include "stream/writer.hpp"
#include "telemetry/counter.hpp"
#include "verify/inspector.hpp"
#include "verify/notices.hpp"
#include "verify/targets.hpp"
#include "verify/verify_options.hpp"

namespace dbi::verify {

/// The texts of a record that findings name; views of the record and of the tables.
struct RecordNames {
  std::string_view target;  ///< empty where there is none
  std::string_view kind;    ///< empty where it is none that is known
};

/// What a watch counts. Lives as long as the watch.
struct WatchFigures {
  telemetry::Counter skewed;  ///< records whose times differ too far
  telemetry::Counter out_of_order;
  telemetry::Counter target_evictions;
  telemetry::Gauge targets;
  telemetry::Gauge stale_targets;
  telemetry::Gauge quality_score;  ///< the lowest of any target's last window
};

/// Looks at what the records of each target say of it. With `replay` it goes by the records' time alone. Not shared
/// between threads.
class TargetWatch {
 public:
  /// `clock` and `notices` are not owned.
  TargetWatch(const VerifyOptions& options, bool replay, const Clock& clock, Notices& notices);

  /// A record of a target, written by no filter; `time` is its target's by the run's clock.
  Status take(const record::Record& record, const Inspection& found, const RecordNames& names, Timestamp time,
              stream::Writer& out);
  /// With `replay`, before each record: tells who has fallen silent by the newest of the records' times.
  Status look_by_records(Timestamp now, stream::Writer& out);
  /// Without: the same by the machine's clock, at next_look().
  Status look(MonotonicTime now, stream::Writer& out);
  [[nodiscard]] MonotonicTime next_look() const { return next_look_; }

  /// The machine's clock is read anew with the next record: there was a wait.
  void after_wait() { reads_left_ = 0; }
  void change(const VerifyOptions& options);
  void publish();

  [[nodiscard]] const WatchFigures& figures() const { return figures_; }
  [[nodiscard]] const Targets& targets() const { return targets_; }

  void save(std::string& lines) const;
  bool load_line(const record::Record& line);

 private:
  struct Limits {
    microseconds max_skew;
    microseconds freshness;
    double min_quality;
    bool scores;
  };

  static Limits limits_of(const VerifyOptions& options);
  Status check_times(const Inspection& found, bool& off, stream::Writer& out);
  Status check_order(const Inspection& found, TargetState& state, bool& off, stream::Writer& out);
  Status tell_clock(std::string_view check, std::string_view words, stream::Writer& out);
  [[nodiscard]] bool is_ahead(const Inspection& found) const;
  Status score(const Inspection& found, TargetState& state, bool times_off, stream::Writer& out);
  [[nodiscard]] bool is_news(const record::Record& record);
  void hear(TargetState& state, Timestamp time) const;
  Status tell_silence(microseconds now, stream::Writer& out);
  void read_clock();

  Limits limits_;
  bool replay_;
  const Clock* clock_;
  Notices* notices_;
  Targets targets_;
  WatchFigures figures_;
  RecordNames names_;
  std::optional<Timestamp> now_;  // of the machine, read once for some records
  int reads_left_ = 0;
  microseconds look_at_{};  // the next look by the records' time
  MonotonicTime next_look_{};
  std::string scratch_;
};

}  // namespace dbi::verify
