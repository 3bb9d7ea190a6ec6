// The circuits of a run as others keep them: circuits.json, and the lines of --resume.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/time_text.hpp"
#include "breaker/panel.hpp"
#include "circuit/key.hpp"
#include "record/builder.hpp"
#include "record/text_of.hpp"

namespace dbi::breaker {

namespace {

constexpr std::string_view kCircuitKind = "circuit";
constexpr std::string_view kSeenKind = "circuit_seen";  // what the cycle has shown, in its order

state::StoredCircuit stored_of(const Entry& entry, bool by_host_clock) {
  state::StoredCircuit stored = entry.circuit.store(by_host_clock ? entry.shift : microseconds{0});
  stored.strain = entry.strain;
  return stored;
}

void write_time(record::Builder& builder, std::string_view name, const std::optional<Timestamp>& time) {
  if (time) builder.time(name, *time);
}

void write_circuit(record::Builder& builder, const state::StoredCircuit& stored) {
  builder.text("state", state::circuit_state_word(stored.state));
  write_time(builder, "opened_at", stored.opened_at);
  builder.integer("open_for_us", stored.open_for.count());
  write_time(builder, "broken_since", stored.broken_since);
  write_time(builder, "half_open_since", stored.half_open_since);
  builder.unsigned_integer("probes", stored.probes).unsigned_integer("successes", stored.successes);
  builder.text("window", stored.window).unsigned_integer("openings", stored.openings);
  builder.unsigned_integer("trips", stored.trips);
  write_time(builder, "good_since", stored.good_since);
  builder.text("reason", stored.reason).number("strain", stored.strain);
  if (stored.timeout) builder.integer("timeout_us", stored.timeout->count());
}

std::optional<Timestamp> time_of(const record::Record& line, std::string_view name) {
  const auto time = parse_timestamp(record::text_of(line, name));
  return time ? std::optional(*time) : std::nullopt;
}

template <typename T>
T count_of(const record::Record& line, std::string_view name) {
  const auto count = line.integer(name).value_or(0);
  return std::in_range<T>(count) ? static_cast<T>(count) : T{0};
}

// What is not there, or is damaged, is as in a circuit that was never told of a call.
state::StoredCircuit read_circuit(const record::Record& line) {
  state::StoredCircuit out;
  out.state = state::find_circuit_state(record::text_of(line, "state")).value_or(state::CircuitState::Closed);
  out.opened_at = time_of(line, "opened_at");
  out.open_for = microseconds(line.integer("open_for_us").value_or(0));
  out.broken_since = time_of(line, "broken_since");
  out.half_open_since = time_of(line, "half_open_since");
  out.probes = count_of<std::uint32_t>(line, "probes");
  out.successes = count_of<std::uint32_t>(line, "successes");
  out.window = record::text_of(line, "window");
  out.openings = count_of<std::uint32_t>(line, "openings");
  out.trips = count_of<std::uint64_t>(line, "trips");
  out.good_since = time_of(line, "good_since");
  out.reason = record::text_of(line, "reason");
  out.strain = line.number("strain").value_or(0);
  if (const auto timeout = line.integer("timeout_us")) out.timeout = microseconds(*timeout);
  return out;
}

}  // namespace

void Panel::for_each(bool by_host_clock, const Visit& visit) const {
  std::string key;
  const auto show = [&](std::string_view name, const Entry& entry, std::optional<microseconds> timeout) {
    if (entry.circuit.is_new() && !timeout) return;
    state::StoredCircuit stored = stored_of(entry, by_host_clock);
    stored.timeout = timeout;
    visit(name, stored);
  };
  show(circuit::kHostKey, host_, std::nullopt);
  table_.for_each([&](const std::string& name, const Target& target) {
    show(name, target, target.timeout);
    for (const auto* databases : {std::as_const(target).closed.get(), std::as_const(target).broken.get()}) {
      std::as_const(*databases).for_each([&](const std::string& database, const Database& each) {
        key.assign(name).append("/").append(database);
        show(key, each, std::nullopt);
      });
    }
  });
}

bool Panel::is_own(std::string_view key) {
  if (key == circuit::kHostKey) return host_read_.has_value();
  const Target* target = table_.find(circuit::split_key(key).target);
  return target != nullptr && target->own;
}

Status Panel::restore(std::string_view key, const state::StoredCircuit& stored) {
  DBI_TRY_ASSIGN(circuit::Circuit circuit, circuit::Circuit::restore(stored));
  const auto parts = circuit::split_key(key);
  Entry* entry = &host_;
  Target* target = nullptr;
  if (key != circuit::kHostKey) {
    last_name_ = parts.target;
    last_ = nullptr;
    target = known_target(parts.target);
    if (target == nullptr) return {};
    if (!parts.has_database) target->timeout = stored.timeout;
    entry = parts.has_database ? static_cast<Entry*>(database_of(*target, parts.database)) : target;
    if (entry == nullptr) return {};
  }
  entry->circuit = std::move(circuit);
  entry->shift = microseconds{0};
  entry->strain = stored.strain;
  if (parts.has_database) target->file(parts.database);
  return {};
}

// --- --resume ---

void Panel::save_circuit(std::string& lines, std::string_view key, const Entry& entry) const {
  record::Builder builder(lines);
  builder.begin(kCircuitKind).text("key", key);
  write_circuit(builder, stored_of(entry, false));
  builder.integer("shift_us", entry.shift.count());
  builder.integer("fault", static_cast<std::int64_t>(entry.fault)).text("why", entry.why);
}

void Panel::save(std::string& lines) const {
  save_circuit(lines, circuit::kHostKey, host_);
  record::Builder builder(lines);
  builder.end();
  table_.for_each([&](const std::string& name, const Target& target) {
    save_circuit(lines, name, target);
    builder.text("cycle", target.cycle).boolean("timed_out", target.timed_out);
    builder.unsigned_integer("cycles", target.cycles);
    if (target.timeout) builder.integer("timeout_us", target.timeout->count());
    builder.end();
    for (const auto* databases : {std::as_const(target).closed.get(), std::as_const(target).broken.get()}) {
      std::as_const(*databases).for_each([&](const std::string& database, const Database& each) {
        save_circuit(lines, circuit::make_key(name, database), each);
        builder.unsigned_integer("seen_at", each.seen_at).end();
      });
    }
    for (std::size_t i = 0; i < target.seen_count; ++i) {
      builder.begin(kSeenKind).text("key", circuit::make_key(name, target.seen[i])).end();
    }
  });
}

Result<bool> Panel::load_line(const record::Record& line) {
  const std::string kind = record::text_of(line, "kind");
  if (kind != kCircuitKind && kind != kSeenKind) return false;
  const std::string key = record::text_of(line, "key");
  if (kind == kCircuitKind) {
    DBI_TRY(restore(key, read_circuit(line)));
    load_marks(line, key);
    return true;
  }
  const auto parts = circuit::split_key(key);
  Target* target = table_.find(parts.target);
  Database* database = target == nullptr ? nullptr : target->find(parts.database);
  if (database != nullptr) target->note(parts.database, *database);
  return true;
}

void Panel::load_marks(const record::Record& line, std::string_view key) {
  Entry* entry = entry_of(key);
  if (entry == nullptr) return;
  entry->shift = microseconds(line.integer("shift_us").value_or(0));
  const auto fault = std::clamp<std::int64_t>(line.integer("fault").value_or(0), 0, 2);
  entry->fault = static_cast<Fault>(fault);
  entry->why = record::text_of(line, "why");
  if (key == circuit::kHostKey) return;
  if (circuit::split_key(key).has_database) {
    static_cast<Database&>(*entry).seen_at = count_of<std::uint64_t>(line, "seen_at");
    return;
  }
  Target& target = static_cast<Target&>(*entry);
  target.cycle = record::text_of(line, "cycle");
  target.timed_out = line.boolean("timed_out").value_or(false);
  target.cycles = count_of<std::uint64_t>(line, "cycles");
}

}  // namespace dbi::breaker
