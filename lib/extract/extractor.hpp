// dbi-plan's filter: says of each plan that passes what it is, and makes records of plans that stand in none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "extract/bare_feed.hpp"
#include "extract/extract_options.hpp"
#include "extract/members.hpp"
#include "extract/plan_cache.hpp"
#include "extract/plan_pool.hpp"
#include "extract/plan_reading.hpp"
#include "history/history.hpp"
#include "record/record.hpp"
#include "stream/filter.hpp"
#include "telemetry/counter.hpp"

namespace dbi::extract {

/// What the filter counts. Lives as long as it.
struct ExtractFigures {
  telemetry::Counter plans;
  telemetry::Counter errors;  ///< plans that could not be read
  telemetry::Counter cache_hits;
  telemetry::Counter cache_misses;
  telemetry::Counter cache_evictions;
  telemetry::Counter findings;      ///< plans with at least one
  telemetry::Counter unknown_keys;  ///< texts under names that no table knows
  telemetry::Counter notices;       ///< events about plans that changed
  telemetry::Counter unreadable;    ///< expressions that were taken out whole
  telemetry::Gauge cache_size;
  telemetry::Gauge cache_bytes;
  telemetry::Gauge cache_hit_rate;
};

/// Records without `plan` pass as they are. One whose plan cannot be read passes with `plan_error`, and with the plan's
/// length and hash in place of the plan.
class Extractor final : public stream::Filter {
 public:
  struct Setup {
    std::string tool;
    const Clock* clock = nullptr;  ///< outlives the filter
    bool replay = false;           ///< no clock: a plan without a time has that of the one before, else 1970
    bool records_only = false;     ///< nothing else is read (--resume)
    std::size_t max_record_bytes = record::kMaxRecordBytes;
    std::string name = {};                         ///< of the instance
    std::optional<history::History> history = {};  ///< none: --no-history
    PlanGate* gate = nullptr;                      ///< outlives the filter; nullptr: none
    std::optional<stream::Waker> waker = {};       ///< of the loop; none: no workers
  };

  Extractor(ExtractOptions options, Setup setup);

  Status on_record(const record::Record& record, stream::Writer& out) override;
  [[nodiscard]] stream::LineTaker* line_taker() override { return setup_.records_only ? nullptr : &feed_; }
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const override { return feed_.next_deadline(); }
  Status on_deadline(MonotonicTime /*now*/, stream::Writer& out) override { return feed_.on_deadline(out); }
  Status flush() override;
  Status on_wake(stream::Writer& out) override { return pool_ ? finish_jobs(false, out) : Status{}; }
  Status on_end(stream::Writer& out) override;
  Status on_pause(stream::Writer& out) override { return on_end(out); }
  void take_held(std::string& lines) override;
  void shrink() override;

  [[nodiscard]] const ExtractFigures& figures() const { return figures_; }

 private:
  Status on_plan(const record::Record& record, std::string_view plan, bool text, stream::Writer& out);
  const KnownPlan* read(std::string_view plan, PlanForm form);
  void count_reading(const KnownPlan* known, const planread::RedactionFaults& faults);
  Status leave(const record::Record& record, stream::Writer& out);
  Status leave_with(const record::Record& record, const KnownPlan& known, stream::Writer& out);
  Status add_job(const record::Record& record, const KnownPlan* known, stream::Writer& out);
  Status add_plan(const record::Record& record, std::string_view plan, bool text, stream::Writer& out);
  Status add_entry(const BarePlan& bare, stream::Writer& out);
  PlanJob& new_job(JobKind kind);
  Status job_added(stream::Writer& out);
  Status finish_jobs(bool all, stream::Writer& out);
  Status finish_all(stream::Writer& out);
  Status finish(PlanJob& job, stream::Writer& out);
  Status finish_record(PlanJob& job, stream::Writer& out);
  [[nodiscard]] bool waits_for_others() const { return pool_ && !pool_->empty(); }
  Status write(const record::Record& record, const KnownPlan& known, stream::Writer& out);
  std::optional<Timestamp> read_subject(const record::Record& record);
  Status remember_interval(const record::Record& record, stream::Writer& out);
  [[nodiscard]] bool compares() const { return setup_.history || setup_.gate != nullptr; }
  Status remember_plan(const record::Record& record, const KnownPlan& known, stream::Writer& out);
  Status tell(stream::Writer& out);
  bool set_members(const record::Record& record, const Members& members, bool without_plan);
  Status write_without_plan(const record::Record& record, std::string_view plan, std::string_view problem,
                            stream::Writer& out);
  [[nodiscard]] Members members_without(std::string_view plan, std::string_view problem) const;
  Status write_bare(const BarePlan& bare, stream::Writer& out);
  [[nodiscard]] PlanForm form_of(const BarePlan& bare) const;
  Status write_read(const BarePlan& bare, std::string_view statement, stream::Writer& out);
  void build(const BarePlan& bare, std::string_view query, Timestamp time);
  Status check_line();
  void count_cache();

  ExtractOptions options_;
  Setup setup_;
  BareFeed feed_;
  PlanReading reading_;
  PlanCache cache_;
  ExtractFigures figures_;
  KnownPlan known_;
  std::optional<Error> problem_;  // of the plan at hand
  std::vector<record::Change> changes_;
  std::string scratch_;
  std::string line_;
  record::Reader reader_;  // of what is written
  record::Record record_;
  record::Reader job_reader_;  // of records that waited
  record::Record job_record_;

  /// Of the record at hand; buffers that are used again.
  struct Subject {
    std::string target;
    std::string database;
    std::string query_signature;
  };
  Subject subject_;
  std::vector<history::Notice> notices_;

  Timestamp last_time_{};
  std::optional<PlanPool> pool_;  // with more than one worker; ends before what its threads use
};

}  // namespace dbi::extract
