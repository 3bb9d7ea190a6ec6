// SPDX-License-Identifier: Apache-2.0
#include "verify/target_watch.hpp"

#include <algorithm>
#include <array>

#include "record/builder.hpp"

namespace dbi::verify {

namespace {

using record::Severity;

constexpr int kRecordsPerClock = 64;
constexpr std::string_view kLineKind = "verify_clock";

// What a score loses: the shares of the original (quality_score), and for what it did not look at.
constexpr double kForMissing = 0.3;
constexpr double kForEmpty = 0.2;
constexpr double kForWrong = 0.3;
constexpr double kForTimes = 0.2;

// Kinds of a moment: their time is when they were read. Those of a log tell of the past.
bool is_of_a_moment(std::string_view kind) {
  constexpr std::array<std::string_view, 4> kOthers{"query_sample", "plan", "log_event", "error"};
  return std::ranges::find(kOthers, kind) == kOthers.end();
}

double score_of(const Inspection& found, bool times_off) {
  double score = 1;
  if (found.required > 0) {
    score -= kForMissing * static_cast<double>(found.missing) / static_cast<double>(found.required);
  }
  if (found.members > 0) {
    score -= kForEmpty * static_cast<double>(found.empty) / static_cast<double>(found.members);
  }
  if (found.findings.size() > found.missing) score -= kForWrong;
  if (times_off) score -= kForTimes;
  return score;
}

}  // namespace

TargetWatch::TargetWatch(const VerifyOptions& options, bool replay, const Clock& clock, Notices& notices)
    : limits_(limits_of(options)), replay_(replay), clock_(&clock), notices_(&notices), targets_(options.max_targets) {
  figures_.quality_score.set(1);
}

TargetWatch::Limits TargetWatch::limits_of(const VerifyOptions& options) {
  return {.max_skew = options.max_skew,
          .freshness = options.freshness,
          .min_quality = options.min_quality,
          .scores = options.schema_validation};
}

void TargetWatch::change(const VerifyOptions& options) {
  limits_ = limits_of(options);
  targets_.set_max(options.max_targets);
}

Status TargetWatch::take(const record::Record& record, const Inspection& found, const RecordNames& names,
                         Timestamp time, stream::Writer& out) {
  names_ = names;
  read_clock();
  TargetState& state = targets_.of(names.target);
  bool times_off = false;
  if (limits_.max_skew.count() > 0) {
    DBI_TRY(check_order(found, state, times_off, out));
    DBI_TRY(check_times(found, times_off, out));
  }
  DBI_TRY(score(found, state, times_off, out));
  if (is_news(record)) hear(state, time);
  return {};
}

Status TargetWatch::check_order(const Inspection& found, TargetState& state, bool& off, stream::Writer& out) {
  const auto* cycle = found.role(Role::Cycle);
  const auto id = cycle == nullptr ? std::nullopt : cycle->value.text(scratch_);
  // What a log tells of may lie far back.
  const auto ts = is_of_a_moment(names_.kind) ? found.ts : std::nullopt;
  if (!Targets::goes_back(state, id.value_or(std::string_view()), ts, limits_.max_skew)) return {};
  off = true;
  figures_.out_of_order.add();
  return notices_->tell({.event = "out_of_order",
                         .target = names_.target,
                         .kind = names_.kind,
                         .words = "came behind a newer cycle or time of its target",
                         .remedy = "Deliver what is of one target through one pipe or partition."},
                        out);
}

Status TargetWatch::check_times(const Inspection& found, bool& off, stream::Writer& out) {
  if (found.ts && found.observed_ts && is_of_a_moment(names_.kind)) {
    const auto apart = *found.ts - *found.observed_ts;
    if (apart > limits_.max_skew || -apart > limits_.max_skew) {
      off = true;
      DBI_TRY(tell_clock("server_clock", "the clocks of server and collector differ", out));
    }
  }
  if (!is_ahead(found)) return {};
  off = true;
  return tell_clock("ahead", "its time is ahead of this machine's clock", out);
}

Status TargetWatch::tell_clock(std::string_view check, std::string_view words, stream::Writer& out) {
  figures_.skewed.add();
  return notices_->tell({.event = "clock_skew",
                         .target = names_.target,
                         .kind = names_.kind,
                         .check = check,
                         .words = words,
                         .remedy = "Keep the clocks of the machines together (NTP), or raise --max-skew."},
                        out);
}

bool TargetWatch::is_ahead(const Inspection& found) const {
  if (!now_) return false;
  const auto ahead = [this](const std::optional<Timestamp>& time) { return time && *time - *now_ > limits_.max_skew; };
  return ahead(found.ts) || ahead(found.observed_ts);
}

Status TargetWatch::score(const Inspection& found, TargetState& state, bool times_off, stream::Writer& out) {
  if (!limits_.scores) return {};
  Targets::score(state, score_of(found, times_off));
  if (names_.kind != "scrape" && state.scored < Targets::kWindowRecords) return {};
  const auto closed = Targets::close_window(state);
  if (!closed || *closed >= limits_.min_quality) return {};
  return notices_->tell({.event = "quality_low",
                         .target = names_.target,
                         .words = "the records of a cycle are worse than they should be",
                         .remedy = "The events invalid_record and clock_skew of this target say what is wrong.",
                         .quality_score = *closed},
                        out);
}

// A scrape that read nothing is none.
bool TargetWatch::is_news(const record::Record& record) {
  if (names_.kind != "scrape") return true;
  const auto outcome = record.text("outcome", scratch_);
  return outcome != "failed" && outcome != "skipped";
}

void TargetWatch::hear(TargetState& state, Timestamp time) const {
  if (replay_) {
    state.heard = std::max(state.heard, microseconds(time.time_since_epoch()));
  } else {
    state.fresh = true;  // when that was is told by the next look
  }
}

// Where the records' clock has moved by a tenth of the limit, either way.
Status TargetWatch::look_by_records(Timestamp now, stream::Writer& out) {
  const microseconds time = now.time_since_epoch();
  const microseconds period = limits_.freshness / 10;
  if (time < look_at_ && look_at_ - time <= period) return {};
  look_at_ = time + period;
  return tell_silence(time, out);
}

Status TargetWatch::look(MonotonicTime now, stream::Writer& out) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  const bool counts = limits_.freshness.count() > 0;
  next_look_ =
      now + (counts ? std::clamp<microseconds>(limits_.freshness / 10, milliseconds{10}, seconds{1}) : seconds{1});
  return tell_silence(now.time_since_epoch(), out);
}

Status TargetWatch::tell_silence(microseconds now, stream::Writer& out) {
  if (limits_.freshness.count() == 0) return {};
  Status status;
  targets_.tick(now, limits_.freshness, [&](const std::string& target, const TargetState& state) {
    if (!status) return;
    status = state.stale
                 ? notices_->tell_now({.event = "target_stale",
                                       .target = target,
                                       .words = "nothing has come of the target for longer than --freshness",
                                       .remedy = "Look whether dbi-collect runs and reaches it: dbi-collect --probe."},
                                      out)
                 : notices_->tell_now({.event = "target_fresh",
                                       .severity = Severity::Info,
                                       .target = target,
                                       .words = "records of the target come again"},
                                      out);
  });
  return status;
}

// To read the machine's clock costs as much as to check some members: it is done for a few records at once, and anew
// behind every wait. With --replay no clock of the machine counts.
void TargetWatch::read_clock() {
  if (replay_) return;
  if (reads_left_ == 0) {
    now_ = clock_->now();
    reads_left_ = kRecordsPerClock;
  }
  --reads_left_;
}

void TargetWatch::publish() {
  figures_.targets.set(static_cast<double>(targets_.size()));
  figures_.stale_targets.set(static_cast<double>(targets_.stale()));
  figures_.quality_score.set(targets_.lowest_score());
  figures_.target_evictions.raise_to(targets_.evictions());
}

void TargetWatch::save(std::string& lines) const {
  record::Builder(lines).begin(kLineKind).integer("look_at_us", look_at_.count()).end();
  targets_.save(lines);
}

bool TargetWatch::load_line(const record::Record& line) {
  if (targets_.load_line(line, !replay_)) return true;
  if (line.text("kind", scratch_) != kLineKind) return false;
  look_at_ = microseconds{line.integer("look_at_us").value_or(0)};
  return true;
}

}  // namespace dbi::verify
