// SPDX-License-Identifier: Apache-2.0
#include "verify/verifier.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "record/builder.hpp"

namespace dbi::verify {

namespace {

using ledger::Reason;
using record::Severity;

constexpr int kRecordsPerClock = 64;
constexpr std::string_view kLineKind = "verify_clock";

// What a score loses: the shares of the original (quality_score), and for what it did not look at.
constexpr double kForMissing = 0.3;
constexpr double kForEmpty = 0.2;
constexpr double kForWrong = 0.3;
constexpr double kForTimes = 0.2;

std::string_view remedy_of(Breach breach) {
  constexpr std::array<std::string_view, 7> kRemedies{
      "Look at what writes this kind, and at what changes records on the way here; dbi-record(5) lists its members.",
      "Write it as dbi-record(5) says: ids are texts, counters whole numbers.",
      "Write one of the words that dbi-record(5) lists, or bring all tools to one version.",
      "Look at the counter's source: a difference over a reset must not be negative.",
      "Gauges carry no weight, and a weight is at least 1: look at what samples before this tool.",
      "Bring all tools to one version, or give the record a kind of dbi-record(5).",
      "Bring all tools to one version."};
  return kRemedies[static_cast<std::size_t>(breach)];
}

MemberChoices choices_of(const VerifyOptions& options) {
  MemberChoices choices;
  choices.required = options.required_members;
  return choices;
}

// Kinds of a moment: their time is when they were read. Those of a log tell of the past.
bool is_of_a_moment(std::string_view kind) {
  constexpr std::array<std::string_view, 4> kOthers{"query_sample", "plan", "log_event", "error"};
  return std::ranges::find(kOthers, kind) == kOthers.end();
}

}  // namespace

Verifier::Verifier(VerifyOptions options, Setup setup)
    : options_(std::move(options)),
      setup_(std::move(setup)),
      clock_(stream::ClockMode::Record, setup_.replay, *setup_.clock),
      ledger_(setup_.tool, setup_.name, clock_),
      notices_(setup_.tool, setup_.name, clock_, options_.event_interval),
      targets_(options_.max_targets),
      inspector_(choices_of(options_)) {
  figures_.quality_score.set(1);
}

Status Verifier::on_record(const record::Record& record, stream::Writer& out) {
  const Timestamp time = clock_.observe(record);
  DBI_TRY(ledger_.before(record, clock_.now(), out));
  if (setup_.replay) DBI_TRY(tick_by_records(clock_.now().time_since_epoch(), out));
  read_clock();
  const Inspection& found = inspector_.inspect(record);
  const auto text_of = [&found](Role role, std::string& scratch) {
    const auto* member = found.role(role);
    return member == nullptr ? std::string_view() : member->value.text(scratch).value_or(std::string_view());
  };
  names_ = {text_of(Role::Target, target_), found.table->kind() == nullptr ? "" : found.table->kind()->name};
  rewrite_.clear();

  const bool breached = options_.schema_validation && !found.findings.empty();
  if (breached) DBI_TRY(tell_breaches(found, out));
  if (!names_.target.empty() && found.role(Role::Tool) == nullptr) {
    TargetState& state = targets_.of(names_.target);
    bool times_off = false;
    DBI_TRY(check_times(found, state, times_off, out));
    DBI_TRY(score(found, state, times_off, out));
    if (is_news(record)) hear(state, time);
  }
  if (breached && options_.on_invalid == OnInvalid::Drop && !found.table->is_control()) {
    return drop(record, Reason::Invalid, figures_.dropped_invalid);
  }
  if (breached && options_.on_invalid == OnInvalid::Tag) tag_invalid(record, found);
  return pass(record, out);
}

// A scrape that read nothing is none.
bool Verifier::is_news(const record::Record& record) {
  if (names_.kind != "scrape") return true;
  const auto outcome = record.text("outcome", scratch_);
  return outcome != "failed" && outcome != "skipped";
}

void Verifier::hear(TargetState& state, Timestamp time) const {
  state.fresh = true;
  if (setup_.replay) state.heard = std::max(state.heard, microseconds(time.time_since_epoch()));
}

Status Verifier::tell_breaches(const Inspection& found, stream::Writer& out) {
  figures_.invalid.add();
  for (const ShapeFinding& finding : found.findings) {
    DBI_TRY(notices_.tell({.event = "invalid_record",
                           .target = names_.target,
                           .kind = names_.kind,
                           .member = finding.rule->name,
                           .check = breach_word(finding.breach),
                           .words = breach_words(finding.breach),
                           .remedy = remedy_of(finding.breach)},
                          out));
  }
  return {};
}

Status Verifier::check_times(const Inspection& found, TargetState& state, bool& off, stream::Writer& out) {
  if (options_.max_skew.count() == 0) return {};
  const auto* cycle = found.role(Role::Cycle);
  const auto id = cycle == nullptr ? std::nullopt : cycle->value.text(cycle_);
  // What a log tells of may lie far back.
  const auto ts = is_of_a_moment(names_.kind) ? found.ts : std::nullopt;
  if (Targets::goes_back(state, id.value_or(std::string_view()), ts, options_.max_skew)) {
    off = true;
    figures_.out_of_order.add();
    DBI_TRY(notices_.tell({.event = "out_of_order",
                           .target = names_.target,
                           .kind = names_.kind,
                           .words = "came behind a newer cycle or time of its target",
                           .remedy = "Deliver what is of one target through one pipe or partition."},
                          out));
  }
  if (found.ts && found.observed_ts && is_of_a_moment(names_.kind)) {
    const auto apart = *found.ts - *found.observed_ts;
    if (apart > options_.max_skew || -apart > options_.max_skew) {
      off = true;
      DBI_TRY(tell_clock("server_clock", "the clocks of server and collector differ", out));
    }
  }
  if (is_skewed(found)) {
    off = true;
    DBI_TRY(tell_clock("ahead", "its time is ahead of this machine's clock", out));
  }
  return {};
}

Status Verifier::tell_clock(std::string_view check, std::string_view words, stream::Writer& out) {
  figures_.skewed.add();
  return notices_.tell({.event = "clock_skew",
                        .target = names_.target,
                        .kind = names_.kind,
                        .check = check,
                        .words = words,
                        .remedy = "Keep the clocks of the machines together (NTP), or raise --max-skew."},
                       out);
}

bool Verifier::is_skewed(const Inspection& found) const {
  if (!now_) return false;
  const auto ahead = [this](const std::optional<Timestamp>& time) { return time && *time - *now_ > options_.max_skew; };
  return ahead(found.ts) || ahead(found.observed_ts);
}

Status Verifier::score(const Inspection& found, TargetState& state, bool times_off, stream::Writer& out) {
  if (options_.schema_validation) {
    double score = 1;
    if (found.required > 0) {
      score -= kForMissing * static_cast<double>(found.missing) / static_cast<double>(found.required);
    }
    if (found.members > 0) {
      score -= kForEmpty * static_cast<double>(found.empty) / static_cast<double>(found.members);
    }
    if (found.findings.size() > found.missing) score -= kForWrong;
    if (times_off) score -= kForTimes;
    Targets::score(state, score);
  }
  if (names_.kind != "scrape" && state.scored < Targets::kWindowRecords) return {};
  const auto closed = Targets::close_window(state);
  if (!closed || *closed >= options_.min_quality) return {};
  return notices_.tell({.event = "quality_low",
                        .target = names_.target,
                        .words = "the records of a cycle are worse than they should be",
                        .remedy = "The events invalid_record and clock_skew of this target say what is wrong.",
                        .quality_score = *closed},
                       out);
}

void Verifier::tag_invalid(const record::Record& record, const Inspection& found) {
  std::string& json = rewrite_.set(record, "invalid");
  for (const ShapeFinding& finding : found.findings) {
    json += json.empty() ? "[" : ",";
    json += '"';
    json += finding.rule->name;
    json += ':';
    json += breach_word(finding.breach);
    json += '"';
  }
  json += ']';
}

Status Verifier::pass(const record::Record& record, stream::Writer& out) {
  if (rewrite_.empty()) return out.append(record.line());
  rewrite_.write(record, out.buffer());
  out.buffer().push_back('\n');
  return out.commit();
}

Status Verifier::drop(const record::Record& record, Reason reason, telemetry::Counter& counter) {
  counter.add();
  ledger_.drop(record, reason);
  return {};
}

// Where the records' clock has moved by a tenth of the limit, either way.
Status Verifier::tick_by_records(microseconds now, stream::Writer& out) {
  const microseconds period = options_.freshness / 10;
  if (now < tick_at_ && tick_at_ - now <= period) return {};
  tick_at_ = now + period;
  return tick(now, out);
}

// Which targets have fallen silent, or have not any more. `now` is of the records with --replay, else of a clock that
// does not jump.
Status Verifier::tick(microseconds now, stream::Writer& out) {
  if (options_.freshness.count() == 0) return {};
  Status status;
  targets_.tick(now, options_.freshness, [&](const std::string& target, const TargetState& state) {
    if (!status) return;
    status = state.stale
                 ? notices_.tell_now({.event = "target_stale",
                                      .target = target,
                                      .words = "nothing has come of the target for longer than --freshness",
                                      .remedy = "Look whether dbi-collect runs and reaches it: dbi-collect --probe."},
                                     out)
                 : notices_.tell_now({.event = "target_fresh",
                                      .severity = Severity::Info,
                                      .target = target,
                                      .words = "records of the target come again"},
                                     out);
  });
  return status;
}

// To read the machine's clock costs as much as to check some members: it is done for a few records at once, and anew
// behind every wait (which flush() comes before). With --replay no clock of the machine counts.
void Verifier::read_clock() {
  if (setup_.replay) return;
  if (reads_left_ == 0) {
    now_ = setup_.clock->now();
    reads_left_ = kRecordsPerClock;
  }
  --reads_left_;
}

Status Verifier::flush() {
  reads_left_ = 0;
  return {};
}

std::optional<MonotonicTime> Verifier::next_deadline() const {
  return deadline_;
}

Status Verifier::on_deadline(MonotonicTime now, stream::Writer& out) {
  using std::chrono::milliseconds;
  publish();
  deadline_ = now + std::chrono::seconds{1};
  if (setup_.replay || options_.freshness.count() == 0) return {};
  deadline_ = now + std::clamp<microseconds>(options_.freshness / 10, milliseconds{10}, std::chrono::seconds{1});
  return tick(now.time_since_epoch(), out);
}

Status Verifier::on_reload() {
  if (!setup_.reread) return {};
  DBI_TRY_ASSIGN(options_, setup_.reread());
  notices_.set_interval(options_.event_interval);
  targets_.set_max(options_.max_targets);
  inspector_ = Inspector(choices_of(options_));
  return {};
}

Status Verifier::on_end(stream::Writer& out) {
  publish();
  DBI_TRY(notices_.end(out));
  return ledger_.end(out);
}

void Verifier::publish() {
  figures_.targets.set(static_cast<double>(targets_.size()));
  figures_.stale_targets.set(static_cast<double>(targets_.stale()));
  figures_.quality_score.set(targets_.lowest_score());
  figures_.target_evictions.raise_to(targets_.evictions());
}

void Verifier::save_state(std::string& lines) const {
  clock_.records().save(lines);
  record::Builder(lines).begin(kLineKind).integer("tick_at_us", tick_at_.count()).end();
  targets_.save(lines);
  notices_.save(lines);
}

Status Verifier::load_line(const record::Record& line) {
  if (ledger_.load_line(line) || clock_.records().load_line(line)) return {};
  if (targets_.load_line(line, !setup_.replay) || notices_.load_line(line)) return {};
  if (line.text("kind", kind_) == kLineKind) tick_at_ = microseconds{line.integer("tick_at_us").value_or(0)};
  return {};
}

}  // namespace dbi::verify
