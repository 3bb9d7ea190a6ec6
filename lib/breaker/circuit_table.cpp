// SPDX-License-Identifier: Apache-2.0
#include "breaker/circuit_table.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace dbi::breaker {

namespace {

// The table bounds them all together.
constexpr std::size_t kNoBound = std::numeric_limits<std::size_t>::max();

bool is_broken(const Entry& entry) {
  return entry.circuit.state() != circuit::CircuitState::Closed;
}

bool is_in_trouble(const Target& target) {
  return is_broken(target) || target.forced || target.broken->size() > 0;
}

}  // namespace

Target::Target()
    : closed(std::make_unique<LruMap<Database>>(kNoBound)), broken(std::make_unique<LruMap<Database>>(kNoBound)) {}

Database* Target::find(std::string_view database_name) {
  Database* found = closed->find(database_name);
  return found != nullptr || broken->size() == 0 ? found : broken->find(database_name);
}

Database* Target::peek(std::string_view database_name) {
  Database* found = closed->peek(database_name);
  return found != nullptr ? found : broken->peek(database_name);
}

void Target::note(std::string_view database_name, Database& database) {
  if (std::exchange(database.seen, true)) return;
  database.seen_at = cycles;
  if (seen_count == seen.size()) seen.emplace_back();
  seen[seen_count++].assign(database_name);  // keeps the memory that a name of an earlier cycle had
}

void Target::file(std::string_view database_name) {
  for (auto* from : {closed.get(), broken.get()}) {
    LruMap<Database>* to = from == closed.get() ? broken.get() : closed.get();
    Database* database = from->find(database_name);
    if (database == nullptr || is_broken(*database) == (from == broken.get())) continue;
    to->put(database_name) = std::move(*database);
    from->erase(database_name);
    return;
  }
}

void Target::end_cycle() {
  for (std::size_t i = 0; i < seen_count; ++i) {
    Database* database = find(seen[i]);
    if (database == nullptr) continue;
    database->seen = false;
    database->fault = Fault::None;
  }
  seen_count = 0;
  ++cycles;
  fault = Fault::None;
  timed_out = false;
}

CircuitTable::CircuitTable(std::size_t max)
    : max_(std::max<std::size_t>(1, max)), targets_(kNoBound), holders_(kNoBound) {}

Target* CircuitTable::target(std::string_view name) {
  if (Target* found = targets_.find(name)) return found;
  if (name.empty() || name.size() > kMaxName || name.find_first_of("/@") != std::string_view::npos) return nullptr;
  while (size_ >= max_) make_room_for_target();
  ++size_;
  ++generation_;
  Target& made = targets_.put(name);
  made.name = name;
  return &made;
}

Database* CircuitTable::database(Target& target, std::string_view name) {
  if (Database* found = target.find(name)) return found;
  if (name.size() > kMaxName) return nullptr;
  if (size_ >= max_ && !make_room_for_database(target)) {
    ++refusals_;
    return nullptr;
  }
  ++size_;
  holders_.put(target.name);
  Database& made = target.closed->put(name);
  made.seen_at = target.cycles;
  return &made;
}

void CircuitTable::set_max(std::size_t max) {
  max_ = std::max<std::size_t>(1, max);
  ++generation_;
  while (size_ > max_) make_room_for_target();
}

void CircuitTable::shrink_to(std::size_t size) {
  while (size_ > size) {
    Target* from = largest();
    if (from == nullptr) return;
    evict_database(*from);
  }
}

bool CircuitTable::make_room_in(Target& target) {
  if (target.closed->size() == 0 || target.cycles - target.closed->oldest().seen_at < kUntouched) return false;
  return evict_database(target);
}

bool CircuitTable::make_room_for_database(Target& target) {
  const bool has_its_share = (target.databases() + 1) * targets_.size() >= max_;
  if (has_its_share) return make_room_in(target);
  Target* from = largest();
  const bool has_more = from != nullptr && from->databases() > target.databases() + 1;
  return has_more ? evict_database(*from) : make_room_in(target);
}

void CircuitTable::make_room_for_target() {
  if (Target* from = largest(); from != nullptr && evict_database(*from)) return;
  Target* last = targets_.size() == 1 ? targets_.peek(targets_.oldest_key()) : nullptr;
  if (last == nullptr || !evict_database(*last)) evict_target();
}

bool CircuitTable::evict_database(Target& target) {
  LruMap<Database>& from = target.closed->size() > 0 ? *target.closed : *target.broken;
  if (from.size() == 0) return false;
  from.shrink_to(from.size() - 1);
  if (target.closed->size() == 0) holders_.erase(target.name);
  --size_;
  ++evictions_;
  return true;
}

// Of those with closed databases; nullptr where there is none.
Target* CircuitTable::largest() {
  while (holders_.size() > 0) {
    Target* out = nullptr;
    holders_.for_oldest(kLooked, [&](const std::string& name, Nothing) {
      Target* target = targets_.peek(name);
      if (target == nullptr || target->closed->size() == 0) return;
      if (out == nullptr || target->databases() > out->databases()) out = target;
    });
    if (out != nullptr) return out;
    holders_.shrink_to(holders_.size() - std::min(holders_.size(), kLooked));  // none of them holds any
  }
  return nullptr;
}

// The longest untouched one, but those in trouble get a second chance; not all of them, which would take long. The one
// touched last is never among them: it may be the one that asks.
void CircuitTable::evict_target() {
  const std::size_t others = targets_.size() - 1;
  for (std::size_t i = 1; i <= kLooked && i < others && is_in_trouble(targets_.oldest()); ++i) {
    const std::string name = targets_.oldest_key();
    targets_.find(name);
  }
  holders_.erase(targets_.oldest_key());
  size_ -= 1 + targets_.oldest().databases();
  evictions_ += 1 + targets_.oldest().databases();
  targets_.shrink_to(targets_.size() - 1);
  ++generation_;
}

}  // namespace dbi::breaker
