// SPDX-License-Identifier: Apache-2.0
#include "breaker/keeper.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/time_text.hpp"
#include "circuit/key.hpp"
#include "record/builder.hpp"
#include "record/text_of.hpp"

namespace dbi::breaker {

namespace {

using Order = state::Override::Order;

constexpr std::string_view kToldKind = "override_told";

bool in_force(const state::Override& given, Timestamp now) {
  return given.order == Order::Open && (!given.until || now < *given.until);
}

}  // namespace

Keeper::Keeper(CircuitFiles files, const Clock& clock, const Log& log, std::size_t max_others)
    : files_(std::move(files)), clock_(&clock), log_(&log), max_others_(max_others), stored_(clock.monotonic()) {}

Status Keeper::load(Panel& panel) {
  DBI_TRY_ASSIGN(const state::Lock lock, files_.lock(true));
  return read(panel);
}

// The lock is held.
Status Keeper::read(Panel& panel) {
  DBI_TRY_ASSIGN(auto circuits, files_.changed_circuits());
  if (!circuits) return {};
  for (const auto& [key, stored] : *circuits) {
    const auto circuit = circuit::Circuit::restore(stored);
    // Where one cannot be believed none is.
    if (!circuit) return files_.reject("circuit '" + key + "': " + circuit.error().message);
  }
  others_ = std::move(*circuits);
  // All of them see the host.
  if (const auto host = others_.find(circuit::kHostKey); host != others_.end()) {
    if (!panel.is_own(host->first)) {
      DBI_TRY_ASSIGN([[maybe_unused]] const bool taken, panel.restore(host->first, host->second));
    }
    others_.erase(host);
  }
  return {};
}

void Keeper::bound_others(std::size_t most) {
  for (const bool any : {false, true}) {
    for (auto at = others_.begin(); at != others_.end() && others_.size() > most;) {
      const bool closed = at->second.state == state::CircuitState::Closed;
      at = any || (closed && circuit::split_key(at->first).has_database) ? others_.erase(at) : std::next(at);
    }
  }
}

void Keeper::shrink() {
  constexpr std::size_t kShrinkAbove = 1000;  // fewer are not worth giving back
  if (others_.size() > kShrinkAbove) bound_others(std::max(kShrinkAbove, others_.size() / 4 * 3));
}

void Keeper::hand_over(Panel& panel, std::string_view target) {
  const auto is_closed = [](const state::StoredCircuit& stored) { return stored.state == state::CircuitState::Closed; };
  const auto hand = [&](state::Circuits::iterator at) {
    const auto taken = panel.restore(at->first, at->second);
    if (!taken) log_->warning(taken.error());
    return taken && !*taken && !is_closed(at->second) ? std::next(at) : others_.erase(at);
  };
  if (const auto own = others_.find(target); own != others_.end()) hand(own);
  const std::string prefix = circuit::make_key(target, "");
  for (const bool closed : {false, true}) {
    for (auto at = others_.lower_bound(prefix); at != others_.end() && at->first.starts_with(prefix);) {
      at = is_closed(at->second) == closed ? hand(at) : std::next(at);
    }
  }
  if (looked_ == MonotonicTime{}) read_overrides();
  for (const auto& [key, given] : overrides_) {
    const bool is_its = key == target || key.starts_with(prefix);
    if (is_its && given.order == Order::Close) panel.close(key, given.at, changes_);
  }
}

std::size_t Keeper::others_broken(const Panel& panel) const {
  const auto broken = [&panel](const auto& each) {
    return each.second.state != state::CircuitState::Closed && !panel.is_forced(each.first);
  };
  return static_cast<std::size_t>(std::ranges::count_if(others_, broken));
}

void Keeper::read_overrides() {
  auto read = files_.changed_overrides();
  if (!read) {
    log_->warning(read.error());
  } else if (*read) {
    overrides_ = std::move(**read);
  }
}

void Keeper::look(Panel& panel, std::vector<Change>& changes) {
  looked_ = clock_->monotonic();
  changes.insert(changes.end(), std::make_move_iterator(changes_.begin()), std::make_move_iterator(changes_.end()));
  changes_.clear();
  read_overrides();
  const Timestamp now = clock_->now();
  std::erase_if(told_, [&](const auto& entry) {
    const auto given = overrides_.find(entry.first);
    const bool holds = given != overrides_.end() && in_force(given->second, now);
    if (!holds) panel.force(entry.first, false, {}, changes);
    return !holds;
  });
  for (const auto& [key, given] : overrides_) {
    if (given.order == Order::Close) {
      panel.close(key, given.at, changes);
    } else if (in_force(given, now)) {
      take_over(key, given, panel, changes);
    }
  }
}

void Keeper::take_over(const std::string& key, const state::Override& given, Panel& panel,
                       std::vector<Change>& changes) {
  const auto known = told_.find(key);
  const bool told = known != told_.end() && known->second.at == given.at;
  if (told && panel.is_forced(key)) return;
  told_.insert_or_assign(key, given);
  std::vector<Change> silent;
  panel.force(key, true, given.why, told ? silent : changes);
}

MonotonicTime Keeper::next() const {
  const MonotonicTime look = looked_ + kLook;
  if (changed_) return std::min(look, stored_ + kBetweenStores);
  return touched_ ? std::min(look, stored_ + kWindows) : look;
}

void Keeper::store_when_due(Panel& panel, MonotonicTime now) {
  const bool due = (changed_ && now - stored_ >= kBetweenStores) || (touched_ && now - stored_ >= kWindows);
  if (!due) return;
  const Status stored = write(panel, false);
  if (stored) {
    store_fault_told_ = false;
  } else if (stored.error().kind != ErrorKind::Owned && !std::exchange(store_fault_told_, true)) {
    log_->warning(stored.error());
  }
}

Status Keeper::store(Panel& panel) {
  if (!changed_ && !touched_) return {};
  return write(panel, true);
}

Status Keeper::write(Panel& panel, bool patient) {
  stored_ = clock_->monotonic();
  DBI_TRY_ASSIGN(const state::Lock lock, files_.lock(patient));
  DBI_TRY(read(panel));
  std::erase_if(others_, [&](const auto& each) {
    const bool needs_room = each.second.state != state::CircuitState::Closed && !panel.knows(each.first);
    return panel.is_own(each.first) && !needs_room;
  });
  bound_others(std::max(max_others_, panel.max()));
  DBI_TRY_ASSIGN(state::CircuitsFile file, files_.write());
  Status added;
  panel.for_each(true, [&](std::string_view key, const state::StoredCircuit& stored) {
    if (added) added = file.add(key, stored);
  });
  for (const auto& [key, stored] : others_) {
    if (added) added = file.add(key, stored);
  }
  DBI_TRY(std::move(added));
  DBI_TRY(file.commit());
  files_.stored();
  changed_ = touched_ = false;
  return {};
}

void Keeper::save_told(std::string& lines) const {
  record::Builder builder(lines);
  for (const auto& [key, given] : told_) builder.begin(kToldKind).text("key", key).time("at", given.at).end();
}

bool Keeper::load_line(const record::Record& line) {
  if (record::text_of(line, "kind") != kToldKind) return false;
  const auto at = parse_timestamp(record::text_of(line, "at"));
  if (at) told_[record::text_of(line, "key")] = {Order::Open, *at, std::nullopt, {}};
  return true;
}

}  // namespace dbi::breaker
