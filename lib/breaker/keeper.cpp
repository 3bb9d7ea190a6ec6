// SPDX-License-Identifier: Apache-2.0
#include "breaker/keeper.hpp"

#include <algorithm>
#include <utility>

#include "base/time_text.hpp"
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

Keeper::Keeper(CircuitFiles files, const Clock& clock, const Log& log)
    : files_(std::move(files)), clock_(&clock), log_(&log), stored_(clock.monotonic()) {}

Status Keeper::load(Panel& panel) {
  DBI_TRY_ASSIGN(const auto circuits, files_.changed_circuits());
  if (!circuits) return {};
  for (const auto& [key, stored] : *circuits) {
    const auto circuit = circuit::Circuit::restore(stored);
    // Where one cannot be believed none is.
    if (!circuit) return files_.reject("circuit '" + key + "': " + circuit.error().message);
  }
  for (const auto& [key, stored] : *circuits) {
    if (!panel.is_own(key)) DBI_TRY(panel.restore(key, stored));
  }
  return {};
}

void Keeper::look(Panel& panel, std::vector<Change>& changes) {
  looked_ = clock_->monotonic();
  auto read = files_.changed_overrides();
  if (!read) {
    log_->warning(read.error());
  } else if (*read) {
    overrides_ = std::move(**read);
  }
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
  const Status stored = write(panel);
  if (stored || std::exchange(store_fault_told_, true)) return;
  log_->warning(stored.error());
}

Status Keeper::store(Panel& panel) {
  if (!changed_ && !touched_) return {};
  return write(panel);
}

// What another dbi-breaker has written of its targets meanwhile is taken over and written on.
Status Keeper::write(Panel& panel) {
  stored_ = clock_->monotonic();
  DBI_TRY_ASSIGN(const state::Lock lock, files_.lock());
  DBI_TRY(load(panel));
  state::CircuitsText text;
  panel.for_each(true, [&](std::string_view key, const state::StoredCircuit& stored) { text.add(key, stored); });
  DBI_TRY(files_.store(text.finish()));
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
