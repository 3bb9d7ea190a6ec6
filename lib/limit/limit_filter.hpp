// dbi-ratelimit as a filter: records in, those within their limit out, the rest dropped, delayed or diverted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "ledger/ledger.hpp"
#include "limit/downstream.hpp"
#include "limit/limit_options.hpp"
#include "limit/rate_limiter.hpp"
#include "stream/counters.hpp"
#include "stream/divert_file.hpp"
#include "stream/filter.hpp"
#include "stream/record_clock.hpp"
#include "telemetry/counter.hpp"

namespace dbi::limit {

/// What surrounds the filter; pointers outlive it.
struct LimitSurroundings {
  std::string tool;
  std::string name;
  stream::ClockMode clock_mode = stream::ClockMode::Wall;
  bool replay = false;                                    ///< nothing of downstream is looked at
  const Clock* clock = nullptr;                           ///< never null
  const stream::StreamCounters* counters = nullptr;       ///< never null: time in writes is read from it
  std::optional<std::filesystem::path> telemetry_folder;  ///< where exporters speak; none: they say nothing
  std::function<Result<LimitSettings>()> reread;          ///< for SIGHUP; may be empty
};

/// What it counts, for telemetry.
struct LimitFigures {
  telemetry::Counter admitted;
  telemetry::Counter over_key;
  telemetry::Counter over_global;
  telemetry::Counter delayed;  ///< records that had to wait
  telemetry::Counter rate_changes;
  telemetry::Counter key_evictions;
  telemetry::Gauge keys;
  telemetry::Gauge rejection_rate;  ///< share of the records of the last second that had any
};

/// Control records pass untouched and are never counted against a limit. By the machine's clock it relies on
/// Filter::flush() before every wait of the loop: the time that it has read holds for the records of one batch.
class LimitFilter final : public stream::Filter {
 public:
  /// `divert` is there for Over::Divert alone. Over::Delay wants the machine's clock.
  LimitFilter(LimitSettings settings, Over over, std::optional<stream::DivertFile> divert,
              LimitSurroundings surroundings);

  Status on_record(const record::Record& record, stream::Writer& out) override;
  [[nodiscard]] bool holds_back() const override { return waits_until_.has_value(); }
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const override;
  Status on_deadline(MonotonicTime now, stream::Writer& out) override;
  Status flush() override;
  Status on_reload() override;
  Status on_end(stream::Writer& out) override;
  void on_cut_off(const record::Record& record) override;
  void shrink() override;
  void save_state(std::string& lines) const override;
  void save_memory(stream::Lines& lines) const override;
  void save_pending(std::string& lines) const override;
  [[nodiscard]] bool loaded_has_left() const override { return ledger_.loaded_has_left(); }
  Status load_line(const record::Record& line) override;

  /// Up to date once a second, before a wait and at the end.
  [[nodiscard]] const LimitFigures& figures() const { return figures_; }

 private:
  DecisionTime time_of(const record::Record& record, const stream::Writer& out);
  Status pass(const record::Record& record, stream::Writer& out);
  Status over_limit(const record::Record& record, const Verdict& verdict);
  void tell(const RateChange& change, stream::Writer& out) const;
  void publish();
  void publish_rate();
  [[nodiscard]] DownstreamFigures look() const;

  LimitSurroundings around_;
  bool by_wall_;
  Over over_;
  std::optional<stream::DivertFile> divert_;
  stream::RunClock clock_;
  ledger::Ledger ledger_;
  Downstream downstream_;
  RateLimiter limiter_;
  std::optional<MonotonicTime> waits_until_;  // the record that is offered waits so long
  bool waited_ = false;                       // it was decided about before
  Timestamp now_{};                           // of the machine, when it was last read
  int reads_left_ = 0;                        // records for which that time still holds
  std::uint64_t written_ = 0;                 // bytes that had left then
  LimitFigures figures_;
  MonotonicTime publish_at_{};
  std::uint64_t decisions_ = 0;           // at the last publish_rate()
  std::uint64_t over_limit_ = 0;          // the same
  std::string target_, database_, kind_;  // scratch for unescaped texts
};

}  // namespace dbi::limit
