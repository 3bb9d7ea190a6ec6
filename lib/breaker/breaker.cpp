// SPDX-License-Identifier: Apache-2.0
#include "breaker/breaker.hpp"

#include <fmt/format.h>

#include <utility>

#include "circuit/key.hpp"
#include "record/builder.hpp"
#include "record/event.hpp"
#include "record/schema/schema.hpp"

namespace dbi::breaker {

namespace {

using circuit::CircuitState;

double seconds_of(microseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string_view event_word(const Change& change) {
  switch (change.what) {
    case Change::What::Forced:
      return "circuit_forced_open";
    case Change::What::Released:
      return "circuit_released";
    case Change::What::State:
      break;
  }
  switch (change.transition.to) {
    case CircuitState::Open:
      return "circuit_opened";
    case CircuitState::HalfOpen:
      return "circuit_half_open";
    case CircuitState::Closed:
      break;
  }
  return "circuit_closed";
}

// "circuit main/app opened for 30.0 s: 5 of 5 calls failed, the last one: timeout"
std::string message_of(const Change& change) {
  const std::string key = change.of_database ? circuit::make_key(change.target, change.database) : change.target;
  const std::string& why = change.transition.reason;
  switch (change.what) {
    case Change::What::Forced:
      return fmt::format("circuit {} opened by an operator{}{}", key, why.empty() ? "" : ": ", why);
    case Change::What::Released:
      return fmt::format("circuit {} is no longer opened by an operator", key);
    case Change::What::State:
      break;
  }
  switch (change.transition.to) {
    case CircuitState::Open:
      return fmt::format("circuit {} opened for {:.1f} s: {}", key, seconds_of(change.transition.open_for), why);
    case CircuitState::HalfOpen:
      return fmt::format("circuit {} is half-open: {}", key, why);
    case CircuitState::Closed:
      break;
  }
  return fmt::format("circuit {} closed: {}", key, why);
}

}  // namespace

Breaker::Breaker(const Settings& settings, Surroundings around)
    : settings_(settings),
      around_(std::move(around)),
      clock_(around_.clock_mode, around_.replay, *around_.clock),
      ledger_(around_.tool, around_.name, clock_),
      panel_(settings_, around_.replay ? nullptr : around_.clock, around_.host) {
  if (around_.files) keeper_.emplace(std::move(*around_.files), *around_.clock, *around_.log);
}

Result<std::unique_ptr<Breaker>> Breaker::make(const Settings& settings, Surroundings around) {
  std::unique_ptr<Breaker> breaker(new Breaker(settings, std::move(around)));
  if (breaker->keeper_) DBI_TRY(breaker->load());
  breaker->count_open();
  breaker->count();
  return breaker;
}

Status Breaker::load() {
  panel_.on_new_target([this](std::string_view name) { keeper_->hand_over(panel_, name); });
  return keeper_->load(panel_);
}

Status Breaker::on_record(const record::Record& record, stream::Writer& out) {
  const Timestamp now = clock_.observe(record);
  DBI_TRY(ledger_.before(record, clock_.now(), out));
  const auto kind = record.text("kind", text_).value_or(std::string_view());
  if (record::schema::is_control(kind)) return on_control(kind, record, now, out);
  if (panel_.note(record, now, clock_.now())) return block(record, out);
  return out.append(record.line());
}

Status Breaker::on_control(std::string_view kind, const record::Record& record, Timestamp now, stream::Writer& out) {
  if (kind == "error") {
    panel_.note_error(record);
  } else if (kind == "dropped") {
    panel_.note_dropped(record);
  } else if (kind == "scrape") {
    look(out);
    panel_.scrape(record, now, clock_.now(), changes_);
    if (keeper_) keeper_->touch(false);
    tell(record.text("cycle", cycle_).value_or(std::string_view()), out);
    if (keeper_) keeper_->store_when_due(panel_, around_.clock->monotonic());
  }
  return out.append(record.line());
}

Status Breaker::block(const record::Record& record, stream::Writer& out) {
  if (settings_.on_open == OnOpen::Tag) {
    figures_.tagged.add();
    constexpr record::Change kTag{"circuit", R"("open")"};
    record::splice(record, {&kTag, 1}, out.buffer());
    out.buffer().push_back('\n');
    return out.commit();
  }
  figures_.blocked.add();
  ledger_.drop(record, ledger::Reason::Circuit);
  if (settings_.on_open == OnOpen::Divert && around_.divert) return around_.divert->append(record.line());
  return {};
}

// --- What has changed ---

void Breaker::look(stream::Writer& out) {
  if (!keeper_) return;
  keeper_->look(panel_, changes_);
  tell_damages(out);
}

void Breaker::tell(std::string_view cycle, stream::Writer& out) {
  if (!changes_.empty() && keeper_) keeper_->touch(true);
  for (const Change& change : changes_) {
    write_event(change, cycle, out.buffer());
    if (change.what == Change::What::State && change.transition.to == CircuitState::Open) figures_.trips.add();
    if (change.broken_for) figures_.recovery_time_s.set(seconds_of(*change.broken_for));
  }
  // The search through all of them is not made for every one of many changes.
  const MonotonicTime time = around_.clock->monotonic();
  if (!changes_.empty() && (!open_counted_ || time - *open_counted_ >= std::chrono::seconds{1})) count_open();
  changes_.clear();
  count();
}

void Breaker::write_event(const Change& change, std::string_view cycle, std::string& out) const {
  const std::string message = message_of(change);
  record::Event event{.tool = around_.tool, .name = around_.name, .cycle = cycle, .event = event_word(change)};
  if (change.target != circuit::kHostKey) event.target = change.target;
  event.database = change.database;
  const bool opens = change.what == Change::What::Forced ||
                     (change.what == Change::What::State && change.transition.to == CircuitState::Open);
  event.severity = opens ? record::Severity::Warning : record::Severity::Info;
  event.message = message;
  record::write_event(out, event, clock_.stamp(), [&](record::Builder& builder) {
    if (change.what != Change::What::State) return;
    builder.text("circuit_state", state::circuit_state_word(change.transition.to));
    if (change.transition.to == CircuitState::Open) {
      builder.number("open_for_s", seconds_of(change.transition.open_for));
    }
    if (change.broken_for) builder.number("broken_for_s", seconds_of(*change.broken_for));
  });
}

void Breaker::tell_damages(stream::Writer& out) {
  for (const state::Damage& damage : keeper_->take_damages()) {
    around_.log->warning(damage.message);
    record::Event event{.tool = around_.tool, .name = around_.name, .event = "state_corrupt"};
    event.severity = record::Severity::Warning;
    event.message = damage.message;
    record::write_event(out.buffer(), event, clock_.stamp());
  }
}

void Breaker::count() {
  figures_.circuits.set(static_cast<double>(panel_.size()));
  if (keeper_) figures_.circuits_of_others.set(static_cast<double>(keeper_->others()));
  figures_.evictions.add(panel_.evictions() - evictions_counted_);
  evictions_counted_ = panel_.evictions();
  figures_.refusals.add(panel_.refusals() - refusals_counted_);
  refusals_counted_ = panel_.refusals();
}

void Breaker::count_open() {
  open_counted_ = around_.clock->monotonic();
  figures_.open_circuits.set(static_cast<double>(panel_.broken() + (keeper_ ? keeper_->others_broken(panel_) : 0)));
}

// --- The life of a run ---

Status Breaker::flush() {
  return around_.divert ? around_.divert->flush() : Status();
}

std::optional<MonotonicTime> Breaker::next_deadline() const {
  return keeper_ ? std::optional(keeper_->next()) : std::nullopt;
}

Status Breaker::on_deadline(MonotonicTime now, stream::Writer& out) {
  if (!keeper_) return {};
  look(out);
  tell({}, out);
  keeper_->store_when_due(panel_, now);
  count_open();
  return out.commit();
}

Status Breaker::on_reload() {
  if (!around_.reread) return {};
  DBI_TRY_ASSIGN(Reloaded reloaded, around_.reread());
  if (around_.divert) DBI_TRY(around_.divert->flush());
  settings_ = reloaded.settings;
  around_.divert = std::move(reloaded.divert);
  panel_.set(settings_);
  count_open();
  return {};
}

Status Breaker::on_end(stream::Writer& out) {
  count();
  count_open();
  Status stored = store();
  if (keeper_) tell_damages(out);
  DBI_TRY(ledger_.end(out));
  return stored;
}

Status Breaker::on_pause(stream::Writer& /*out*/) {
  return store();
}

Status Breaker::store() {
  return keeper_ ? keeper_->store(panel_) : Status();
}

void Breaker::shrink() {
  panel_.shrink();
  if (keeper_) keeper_->shrink();
  count();
}

void Breaker::save_state(std::string& lines) const {
  clock_.records().save(lines);
  panel_.save(lines);
  stream::append_lines(lines, [this](stream::Lines& all) { save_memory(all); });
}

void Breaker::save_memory(stream::Lines& lines) const {
  if (keeper_) keeper_->save_told(lines.text());
}

Status Breaker::load_line(const record::Record& line) {
  if (ledger_.load_line(line) || clock_.records().load_line(line)) return {};
  if (keeper_ && keeper_->load_line(line)) return {};
  DBI_TRY_ASSIGN(const bool taken, panel_.load_line(line));
  static_cast<void>(taken);  // what is unknown is another's
  return {};
}

}  // namespace dbi::breaker
