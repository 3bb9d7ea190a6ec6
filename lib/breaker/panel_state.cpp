// The circuits of a run as others keep them: circuits.json, and the lines of --resume.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

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

template <typename T>
T count_of(const record::Record& line, std::string_view name) {
  const auto count = line.integer(name).value_or(0);
  return std::in_range<T>(count) ? static_cast<T>(count) : T{0};
}

// Between any two times that a record can have.
microseconds shift_of(const record::Record& line) {
  constexpr std::int64_t kMost = std::chrono::duration_cast<microseconds>(std::chrono::years{10'000}).count();
  return microseconds(std::clamp(line.integer("shift_us").value_or(0), -kMost, kMost));
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

bool Panel::is_own(std::string_view key) const {
  if (key == circuit::kHostKey) return host_read_.has_value();
  return table_.contains(circuit::split_key(key).target);
}

Result<bool> Panel::restore(std::string_view key, const state::StoredCircuit& stored) {
  DBI_TRY_ASSIGN(circuit::Circuit circuit, circuit::Circuit::restore(stored));
  const auto parts = circuit::split_key(key);
  Entry* entry = &host_;
  Target* target = nullptr;
  if (key != circuit::kHostKey) {
    target = known_target(parts.target);
    if (target == nullptr) return false;
    if (!parts.has_database) target->timeout = stored.timeout;
    entry = parts.has_database ? static_cast<Entry*>(database_of(*target, parts.database)) : target;
    if (entry == nullptr) return false;
  }
  entry->circuit = std::move(circuit);
  entry->shift = microseconds{0};
  entry->strain = stored.strain;
  if (parts.has_database) target->file(parts.database);
  return true;
}

// --- --resume ---

void Panel::save_circuit(std::string& lines, std::string_view key, const Entry& entry,
                         std::optional<microseconds> timeout) const {
  state::StoredCircuit stored = stored_of(entry, false);
  stored.timeout = timeout;
  record::Builder builder(lines);
  builder.begin(kCircuitKind).text("key", key);
  builder.raw("circuit", state::format_circuit(stored));
  builder.integer("shift_us", entry.shift.count());
  builder.integer("fault", static_cast<std::int64_t>(entry.fault)).text("why", entry.why);
}

void Panel::save(std::string& lines) const {
  record::Builder builder(lines);
  if (is_own(circuit::kHostKey)) {
    save_circuit(lines, circuit::kHostKey, host_, std::nullopt);
    builder.end();
  }
  table_.for_each([&](const std::string& name, const Target& target) {
    save_circuit(lines, name, target, target.timeout);
    builder.text("cycle", target.cycle).boolean("timed_out", target.timed_out);
    builder.unsigned_integer("cycles", target.cycles);
    builder.end();
    for (const auto* databases : {std::as_const(target).closed.get(), std::as_const(target).broken.get()}) {
      std::as_const(*databases).for_each([&](const std::string& database, const Database& each) {
        save_circuit(lines, circuit::make_key(name, database), each, std::nullopt);
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
    const record::Member* circuit = line.find("circuit");
    DBI_TRY_ASSIGN(const auto stored, state::parse_circuit(circuit == nullptr ? "" : circuit->value.raw()));
    DBI_TRY_ASSIGN(const bool taken, restore(key, stored));
    if (!taken) return true;
    load_marks(line, key);
    return true;
  }
  load_seen(key);
  return true;
}

// In the order of the cycle, which is not that in which they were touched last.
void Panel::load_seen(std::string_view key) {
  const auto parts = circuit::split_key(key);
  Target* target = table_.peek(parts.target);
  Database* database = target == nullptr ? nullptr : target->peek(parts.database);
  if (database != nullptr) target->note(parts.database, *database);
}

void Panel::load_marks(const record::Record& line, std::string_view key) {
  Entry* entry = entry_of(key);
  if (entry == nullptr) return;
  entry->shift = shift_of(line);
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
