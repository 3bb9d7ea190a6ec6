// SPDX-License-Identifier: Apache-2.0
#include "limit/limit_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "record/event.hpp"
#include "record/schema/schema.hpp"

namespace dbi::limit {

namespace {

constexpr std::chrono::seconds kPublish{1};
constexpr int kRecordsPerRead = 16;

struct Words {
  std::string_view event;
  record::Severity severity;
  std::string_view reason;
};

Words words_of(AdaptiveRate::State state) {
  switch (state) {
    case AdaptiveRate::State::Lowered:
      return {"rate_lowered", record::Severity::Warning, "downstream does not keep up"};
    case AdaptiveRate::State::Raised:
      return {"rate_raised", record::Severity::Info, "there is demand and downstream keeps up"};
    case AdaptiveRate::State::AtBase:
      break;
  }
  return {"rate_restored", record::Severity::Info, "it is what is configured again"};
}

}  // namespace

LimitFilter::LimitFilter(LimitSettings settings, Over over, std::optional<stream::DivertFile> divert,
                         LimitSurroundings surroundings)
    : around_(std::move(surroundings)),
      by_wall_(around_.clock_mode == stream::ClockMode::Wall && !around_.replay),
      over_(over),
      divert_(std::move(divert)),
      clock_(around_.clock_mode, around_.replay, *around_.clock),
      ledger_(around_.tool, around_.name, clock_),
      downstream_(settings.pressure, [this] { return look(); }),
      limiter_(std::move(settings),
               [this] { return around_.replay ? Pressure::None : downstream_.pressure(around_.clock->monotonic()); }) {}

DownstreamFigures LimitFilter::look() const {
  DownstreamFigures figures;
  if (around_.telemetry_folder) figures = read_exporters(*around_.telemetry_folder, around_.clock->now());
  figures.write_stall = microseconds{around_.counters->write_stall_us.value()};
  return figures;
}

Status LimitFilter::on_record(const record::Record& record, stream::Writer& out) {
  const DecisionTime time = time_of(record, out);
  DBI_TRY(ledger_.before(record, time.shared, out));
  if (record::schema::is_control(record.text("kind", kind_).value_or(""))) return pass(record, out);
  const KeyParts key{record.text("target", target_).value_or(""), record.text("database", database_).value_or("")};
  const Verdict verdict = waited_ ? limiter_.decide_again(key, time) : limiter_.decide(key, time);
  if (const auto change = limiter_.take_change()) tell(*change, out);
  return verdict.admitted() ? pass(record, out) : over_limit(record, verdict);
}

// To read the machine's clock costs as much as all else of a decision: it is done for a few records at once, unless
// time may have passed in a wait (which flush() comes before) or in a write.
DecisionTime LimitFilter::time_of(const record::Record& record, const stream::Writer& out) {
  if (!by_wall_) {
    const Timestamp now = clock_.observe(record);
    return {now, clock_.now()};
  }
  if (reads_left_ == 0 || out.bytes_written() != written_) {
    now_ = clock_.observe(record);
    reads_left_ = kRecordsPerRead;
    written_ = out.bytes_written();
  }
  --reads_left_;
  return {now_, now_};
}

Status LimitFilter::pass(const record::Record& record, stream::Writer& out) {
  waited_ = false;
  waits_until_.reset();
  return out.append(record.line());
}

Status LimitFilter::over_limit(const record::Record& record, const Verdict& verdict) {
  if (over_ == Over::Delay) {
    if (!std::exchange(waited_, true)) figures_.delayed.add();
    waits_until_ = around_.clock->monotonic() + verdict.wait;
    return {};
  }
  ledger_.drop(record, ledger::Reason::Limit);
  return divert_ ? divert_->append(record.line()) : Status{};
}

void LimitFilter::tell(const RateChange& change, stream::Writer& out) const {
  const Words words = words_of(change.state);
  const std::string message =
      fmt::format("{}: {} a second instead of {}: {}", show_key({change.target, change.database}),
                  change.to.per_second(), change.from.per_second(), words.reason);
  record::write_event(out.buffer(),
                      {.tool = around_.tool,
                       .name = around_.name,
                       .target = change.target,
                       .database = change.database,
                       .event = words.event,
                       .severity = words.severity,
                       .message = message},
                      clock_.stamp());
}

std::optional<MonotonicTime> LimitFilter::next_deadline() const {
  return waits_until_ ? std::min(*waits_until_, publish_at_) : publish_at_;
}

Status LimitFilter::on_deadline(MonotonicTime now, stream::Writer& /*out*/) {
  if (now < publish_at_) return {};
  publish_at_ = now + kPublish;
  publish();
  publish_rate();
  return {};
}

Status LimitFilter::flush() {
  reads_left_ = 0;
  publish();
  return divert_ ? divert_->flush() : Status{};
}

Status LimitFilter::on_reload() {
  if (!around_.reread) return {};
  DBI_TRY_ASSIGN(LimitSettings settings, around_.reread());
  if (divert_) DBI_TRY(divert_->reopen());
  downstream_.set_limits(settings.pressure);
  limiter_.change(std::move(settings), by_wall_ ? std::optional(clock_.now()) : std::nullopt);
  return {};
}

Status LimitFilter::on_end(stream::Writer& out) {
  return ledger_.end(out);
}

void LimitFilter::on_cut_off(const record::Record& record) {
  ledger_.cut_off(record);
}

void LimitFilter::shrink() {
  limiter_.shrink(by_wall_ ? std::optional(clock_.now()) : std::nullopt);
}

void LimitFilter::save_state(std::string& lines) const {
  clock_.records().save(lines);
  stream::append_lines(lines, [this](stream::Lines& all) { limiter_.save(all); });
}

void LimitFilter::save_memory(stream::Lines& lines) const {
  limiter_.save(lines);
}

void LimitFilter::save_pending(std::string& lines) const {
  ledger_.save(lines);
}

Status LimitFilter::load_line(const record::Record& line) {
  if (!ledger_.load_line(line) && !clock_.records().load_line(line)) limiter_.load_line(line);
  return {};
}

void LimitFilter::publish() {
  const auto& totals = limiter_.totals();
  figures_.admitted.raise_to(totals.admitted);
  figures_.over_key.raise_to(totals.over_key);
  figures_.over_global.raise_to(totals.over_global);
  figures_.rate_changes.raise_to(totals.rate_changes);
  figures_.key_evictions.raise_to(limiter_.evictions());
  figures_.keys.set(static_cast<double>(limiter_.keys()));
}

void LimitFilter::publish_rate() {
  const auto& totals = limiter_.totals();
  const std::uint64_t over_limit = totals.over_key + totals.over_global;
  if (totals.decisions == decisions_) return;
  figures_.rejection_rate.set(static_cast<double>(over_limit - over_limit_) /
                              static_cast<double>(totals.decisions - decisions_));
  decisions_ = totals.decisions;
  over_limit_ = over_limit;
}

}  // namespace dbi::limit
