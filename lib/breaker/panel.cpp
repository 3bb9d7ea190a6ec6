// SPDX-License-Identifier: Apache-2.0
#include "breaker/panel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/units.hpp"
#include "circuit/key.hpp"

namespace dbi::breaker {

namespace {

using circuit::Call;
using circuit::CallResult;

// Fewer closed circuits than this are not worth giving back.
constexpr std::size_t kShrinkAbove = 1000;

std::string seconds(microseconds duration) {
  return fmt::format("{:.1f} s", std::chrono::duration<double>(duration).count());
}

}  // namespace

Panel::Panel(const Settings& settings, const Clock* clock, resource::HostProbe* host)
    : settings_(settings), clock_(clock), probe_(host), table_(settings.max_circuits) {
  if (probe_ != nullptr && settings_.host.cpu_pct > 0) probe_->read();  // the share of CPU is that since here
}

void Panel::set(const Settings& settings) {
  settings_ = settings;
  table_.set_max(settings.max_circuits);
}

// --- Records ---

Target* Panel::target_of(const record::Record& record) {
  const auto name = record.text("target", name_);
  return name ? target_of(*name) : nullptr;
}

Target* Panel::target_of(std::string_view name) {
  if (last_ != nullptr && last_generation_ == table_.generation() && name == last_->name) return last_;
  const std::uint64_t before = table_.generation();
  last_ = known_target(name);
  const bool is_new = last_ != nullptr && table_.generation() != before;
  if (is_new && new_target_) new_target_(last_->name);
  last_generation_ = table_.generation();
  return last_;
}

// A target that is new may be one that an operator has opened.
Target* Panel::known_target(std::string_view name) {
  const std::uint64_t before = table_.generation();
  Target* target = table_.target(name);
  if (target != nullptr && table_.generation() != before) target->forced = forced_.contains(name);
  return target;
}

Database* Panel::database_of(Target& target, std::string_view name) {
  if (Database* known = target.find(name)) return known;
  Database* database = table_.database(target, name);
  if (database != nullptr && !forced_.empty()) {
    database->forced = forced_.contains(circuit::make_key(target.name, name));
  }
  return database;
}

// An operator's word holds for what has no circuit, too: there was no room, or its name is too long for one.
bool Panel::is_forced_unseen(std::string_view target, std::optional<std::string_view> database) const {
  if (forced_.empty()) return false;
  return forced_.contains(target) || (database && forced_.contains(circuit::make_key(target, *database)));
}

bool Panel::note(const record::Record& record, Timestamp now, Timestamp newest) {
  const bool host_blocks = host_.blocks(newest);
  const auto target_name = record.text("target", name_);
  if (!target_name) return host_blocks;
  Target* target = target_of(*target_name);
  const auto name = record.text("database", database_name_);
  if (target == nullptr) return host_blocks || is_forced_unseen(*target_name, name);
  const bool blocked = host_blocks || target->blocks(now);
  Database* database = name ? database_of(*target, *name) : nullptr;
  if (database == nullptr) return blocked || is_forced_unseen(*target_name, name);
  if (!database->seen) target->note(*name, *database);
  return blocked || database->blocks(now);
}

void Panel::note_dropped(const record::Record& dropped) {
  Target* target = target_of(dropped);
  const auto name = dropped.text("database", database_name_);
  if (target == nullptr || !name) return;
  if (Database* database = database_of(*target, *name)) target->note(*name, *database);
}

// Errors of a cycle whose scrape never came say nothing about the next one. A record without a cycle belongs to the one
// under way.
void Panel::begin_cycle(const record::Record& record, Target& target) {
  const auto cycle = record.text("cycle", text_).value_or(std::string_view());
  if (cycle.empty() || cycle == target.cycle) return;
  target.cycle = cycle;
  target.fault = Fault::None;
  target.timed_out = false;
  for (std::size_t i = 0; i < target.seen_count; ++i) {
    if (Database* database = target.find(target.seen[i])) database->fault = Fault::None;
  }
}

void Panel::note_error(const record::Record& error) {
  Target* target = target_of(error);
  if (target == nullptr) return;
  // Ids ascend: what is of an earlier cycle comes from somewhere else and says nothing about this one.
  const auto cycle = error.text("cycle", text_).value_or(std::string_view());
  if (!cycle.empty() && cycle < target->cycle) return;
  begin_cycle(error, *target);
  Entry* charged = target;
  if (const auto name = error.text("database", database_name_)) {
    Database* database = database_of(*target, *name);
    if (database == nullptr) return;
    target->note(*name, *database);
    charged = database;
  }
  const auto word = error.text("error_class", text_).value_or(std::string_view());
  const Fault fault = fault_of(word);
  if (word == "timeout") target->timed_out = true;
  if (fault <= charged->fault) return;
  charged->fault = fault;
  charged->why = word;
}

// --- Scrapes ---

void Panel::scrape(const record::Record& scrape, Timestamp now, Timestamp newest, std::vector<Change>& changes) {
  Target* target = target_of(scrape);
  if (target == nullptr) return;
  begin_cycle(scrape, *target);
  const ScrapeFacts facts = read_scrape(scrape);
  const std::string name = target->name;
  const Occasion occasion{facts, name, now, shift_from(now), changes};
  charge_host(occasion, newest);
  charge_target(occasion, *target);
  charge_databases(occasion, *target);
  target->end_cycle();
}

microseconds Panel::shift_from(Timestamp now) const {
  return clock_ == nullptr ? microseconds{0} : clock_->now() - now;
}

// One call for each scrape of any target.
void Panel::charge_host(const Occasion& occasion, Timestamp newest) {
  if (probe_ == nullptr) return;
  const Occasion of_host{occasion.facts, circuit::kHostKey, newest, shift_from(newest), occasion.changes};
  if (!settings_.host.any()) return abandon_host(of_host);
  if (occasion.facts.outcome == Outcome::Skipped) return apply(of_host, host_, circuit::kHostKey, nullptr);
  const MonotonicTime time = clock_->monotonic();
  if (!host_read_ || time - *host_read_ >= settings_.host_interval) {
    host_read_ = time;
    host_overload_ = resource::overload(settings_.host, probe_->read());
  }
  Call call;
  if (!host_overload_.empty()) call = {CallResult::Failure, false, host_overload_};
  apply(of_host, host_, circuit::kHostKey, &call);
}

// An earlier run looked at the host and opened it, and nobody looks any more.
void Panel::abandon_host(const Occasion& occasion) {
  change(occasion, host_, circuit::kHostKey,
         [&] { host_.circuit.abandon(settings_.rules, "this machine is not looked at", occasion.now, transitions_); });
}

void Panel::charge_target(const Occasion& occasion, Target& target) {
  if (occasion.facts.outcome == Outcome::Skipped) return apply(occasion, target, occasion.target, nullptr);
  const Call call = call_of(occasion.facts, target);
  if (call.result == CallResult::Success) advise(occasion.facts, target);
  apply(occasion, target, occasion.target, &call);
}

Call Panel::call_of(const ScrapeFacts& facts, const Target& target) {
  if (facts.outcome == Outcome::Failed) {
    // The class of the error that came with it; several databases may have failed one by one.
    why_ = target.fault == Fault::None ? "the cycle failed" : target.why;
    return {CallResult::Failure, target.fault == Fault::AtOnce, why_};
  }
  if (facts.outcome == Outcome::Partial && target.fault != Fault::None) {
    return {CallResult::Failure, false, target.why};
  }
  const double used = facts.connections_used_pct.value_or(0);
  if (settings_.connections_pct > 0 && used >= settings_.connections_pct) {
    why_ = fmt::format("{:.0f} % of the connections in use", used);
    return {CallResult::Failure, false, why_};
  }
  if (settings_.replica_lag > microseconds{0} && facts.replica_lag.value_or(microseconds{0}) >= settings_.replica_lag) {
    why_ = "the replica lags " + seconds(*facts.replica_lag);
    return {CallResult::Failure, false, why_};
  }
  if (settings_.slow_over > microseconds{0} && facts.cycle > settings_.slow_over) {
    why_ = "the cycle took " + seconds(facts.cycle);
    return {CallResult::Slow, false, why_};
  }
  return {};
}

// After a cycle that went well, and never where a read ran into its limit.
void Panel::advise(const ScrapeFacts& facts, Target& target) const {
  if (!settings_.adaptive_timeout || target.timed_out || !facts.dearest_read) return;
  target.timeout =
      circuit::advise_timeout(settings_.timeout, target.timeout.value_or(settings_.timeout.base), *facts.dearest_read);
}

// Those that the cycle has shown, and those that wait for any cycle that could.
void Panel::charge_databases(const Occasion& occasion, Target& target) {
  names_.clear();
  target.broken->for_each([this](const std::string& name, const Database& database) {
    if (!database.seen) names_.push_back(name);
  });
  // A list of its own: to file a database moves it.
  names_.insert(names_.end(), target.seen.begin(),
                target.seen.begin() + static_cast<std::ptrdiff_t>(target.seen_count));
  for (const std::string& name : names_) {
    Database* database = target.find(name);
    if (database == nullptr) continue;  // it had to make room
    const auto before = database->circuit.state();
    charge_database(occasion, name, *database);
    if (database->circuit.state() != before) target.file(name);
  }
}

void Panel::charge_database(const Occasion& occasion, std::string_view name, Database& database) {
  const bool left_out = std::ranges::binary_search(occasion.facts.left_out, name);
  const bool read = occasion.facts.outcome == Outcome::Ok || occasion.facts.outcome == Outcome::Partial;
  const bool closed = database.circuit.state() == circuit::CircuitState::Closed;
  // A closed one is touched by what names it, in a cycle that failed too; another one by every cycle that could read
  // it.
  const bool touched = !left_out && (closed ? database.seen && occasion.facts.outcome != Outcome::Skipped : read);
  key_ = circuit::make_key(occasion.target, name);
  Call call;
  if (database.fault != Fault::None) call = {CallResult::Failure, database.fault == Fault::AtOnce, database.why};
  apply(occasion, database, key_, touched ? &call : nullptr);
}

void Panel::apply(const Occasion& occasion, Entry& entry, std::string_view key, const Call* call) {
  change(occasion, entry, key, [&] {
    if (call == nullptr) {
      entry.circuit.pass(settings_.rules, occasion.now, transitions_);
    } else {
      entry.circuit.call(settings_.rules, key, *call, occasion.now, transitions_);
    }
  });
}

// `step` moves the circuit of the entry on, into transitions_.
template <typename Step>
void Panel::change(const Occasion& occasion, Entry& entry, std::string_view key, const Step& step) {
  transitions_.clear();
  const auto broken_since = entry.circuit.broken_since();
  step();
  entry.strain = entry.circuit.strain(settings_.rules, occasion.now);
  // From change to change it stays, so that the times in circuits.json do: unless one of the clocks was set.
  constexpr microseconds kClockWasSet = std::chrono::minutes{5};
  if (!transitions_.empty() || std::chrono::abs(occasion.shift - entry.shift) > kClockWasSet) {
    entry.shift = occasion.shift;
  }
  if (transitions_.empty()) return;
  take(key, occasion.changes);
  if (broken_since && !entry.circuit.broken_since()) occasion.changes.back().broken_for = occasion.now - *broken_since;
}

void Panel::take(std::string_view key, std::vector<Change>& changes) {
  const auto parts = circuit::split_key(key);
  for (auto& transition : transitions_) {
    changes.push_back({Change::What::State, std::string(parts.target), std::string(parts.database), parts.has_database,
                       std::move(transition), std::nullopt});
  }
}

// --- Operators ---

Entry* Panel::entry_of(std::string_view key) {
  if (key == circuit::kHostKey) return &host_;
  const auto parts = circuit::split_key(key);
  Target* target = table_.peek(parts.target);
  return target == nullptr || !parts.has_database ? target : static_cast<Entry*>(target->peek(parts.database));
}

void Panel::force(std::string_view key, bool forced, std::string_view why, std::vector<Change>& changes) {
  if (forced) {
    forced_.emplace(key);
  } else if (const auto found = forced_.find(key); found != forced_.end()) {
    forced_.erase(found);
  }
  if (Entry* entry = entry_of(key)) entry->forced = forced;
  const auto parts = circuit::split_key(key);
  circuit::Transition word;
  word.reason = why;
  changes.push_back({forced ? Change::What::Forced : Change::What::Released, std::string(parts.target),
                     std::string(parts.database), parts.has_database, std::move(word), std::nullopt});
}

void Panel::close(std::string_view key, Timestamp at, std::vector<Change>& changes) {
  Entry* entry = entry_of(key);
  if (entry == nullptr || entry->circuit.state() == circuit::CircuitState::Closed) return;
  if (entry->circuit.opened_at() + entry->shift > at) return;
  transitions_.clear();
  const Timestamp now = at - entry->shift;
  const auto broken_since = entry->circuit.broken_since();
  entry->circuit.close(now, transitions_);
  entry->strain = 0;
  const auto parts = circuit::split_key(key);
  if (parts.has_database) table_.peek(parts.target)->file(parts.database);
  for (auto& transition : transitions_) {
    changes.push_back({Change::What::State, std::string(parts.target), std::string(parts.database), parts.has_database,
                       std::move(transition), broken_since ? std::optional(now - *broken_since) : std::nullopt});
  }
}

// --- The whole ---

void Panel::shrink() {
  if (table_.size() > kShrinkAbove) table_.shrink_to(std::max(kShrinkAbove, table_.size() / 4 * 3));
}

std::size_t Panel::broken() const {
  const auto counts = [](const Entry& entry) {
    return !entry.forced && entry.circuit.state() != circuit::CircuitState::Closed ? 1U : 0U;
  };
  std::size_t count = forced_.size() + counts(host_);
  table_.for_each([&](const std::string&, const Target& target) {
    count += counts(target);
    std::as_const(*target.broken).for_each([&](const std::string&, const Database& each) { count += counts(each); });
  });
  return count;
}

}  // namespace dbi::breaker
