// The circuits of a run by target and database, and what the cycle under way has shown of each. Bounded.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/lru_map.hpp"
#include "breaker/signals.hpp"
#include "circuit/circuit.hpp"

namespace dbi::breaker {

/// A circuit with what surrounds it in a run.
struct Entry {
  circuit::Circuit circuit;
  microseconds shift{0};      ///< from the clock of its decisions to the host's, as of its last change
  double strain = 0;          ///< of the circuit, as of its last scrape
  bool forced = false;        ///< an operator's `open` is in force
  Fault fault = Fault::None;  ///< the worst that the cycle's errors have said about it
  std::string why;            ///< the error_class of that

  /// Its records are blocked.
  [[nodiscard]] bool blocks(Timestamp now) const { return forced || circuit.is_blocking(now); }
};

/// A database of a target.
struct Database : Entry {
  bool seen = false;          ///< there were records or errors of it in the cycle
  std::uint64_t seen_at = 0;  ///< the number of the cycle that had some last
};

/// A target with its databases. Those whose circuits are not closed are kept apart: they are told of every scrape, and
/// do not make room while there are closed ones.
struct Target : Entry {
  Target();

  std::string name;
  std::string cycle;                    ///< whose errors are noted
  bool timed_out = false;               ///< one of them was a timeout
  std::optional<microseconds> timeout;  ///< advised
  std::vector<std::string> seen;        ///< names of databases with `seen`; the first `seen_count` of them
  std::size_t seen_count = 0;
  std::uint64_t cycles = 0;  ///< that have ended
  std::unique_ptr<LruMap<Database>> closed;
  std::unique_ptr<LruMap<Database>> broken;

  [[nodiscard]] std::size_t databases() const { return closed->size() + broken->size(); }
  /// The database, or nullptr; touches it.
  Database* find(std::string_view database_name);
  /// The same without touching it.
  Database* peek(std::string_view database_name);
  /// Notes that the cycle has records or errors of it.
  void note(std::string_view database_name, Database& database);
  /// Puts the database where its state belongs. The reference that the caller had is gone.
  void file(std::string_view database_name);
  /// Forgets what the cycle has shown.
  void end_cycle();
};

/// At most `max` targets and databases together. For a database no target goes: where there is no room, a target with
/// more than its fair share of the table has its own longest untouched closed database make room if two cycles have
/// passed without it; one with less takes the room of a closed database from a target that has at least two more; else
/// the new one is refused: those that come in turn, one more than there is room for, would all drive each other out.
/// For a target a closed database makes room, else the target that was touched longest ago goes whole, those in trouble
/// last. Of the targets that have closed databases the kLooked that got one longest ago are looked at. Names longer
/// than kMaxName have no circuit, nor have targets whose names would read as another's key (circuit/key.hpp). Not
/// shared between threads.
class CircuitTable {
 public:
  /// PostgreSQL allows 63 bytes for a database, MySQL and MariaDB 64 characters.
  static constexpr std::size_t kMaxName = 256;

  explicit CircuitTable(std::size_t max);

  /// The target; a new one where it is not there. nullptr where the name can have no circuit. Stays valid until
  /// another target is put.
  Target* target(std::string_view name);
  [[nodiscard]] Target* find(std::string_view name) { return targets_.find(name); }
  /// The same without touching it.
  [[nodiscard]] Target* peek(std::string_view name) { return targets_.peek(name); }
  [[nodiscard]] bool contains(std::string_view name) const { return targets_.peek(name) != nullptr; }

  /// The database of that target; nullptr also where there is no room. Stays valid until something is put or
  /// filed.
  Database* database(Target& target, std::string_view name);

  void set_max(std::size_t max);
  /// Gives memory back: closed databases that were touched longest ago, until `size` entries are left.
  void shrink_to(std::size_t size);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t max() const { return max_; }
  [[nodiscard]] std::uint64_t evictions() const { return evictions_; }
  /// How often a database found no room.
  [[nodiscard]] std::uint64_t refusals() const { return refusals_; }
  /// Changes whenever a Target that was given may be gone.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

  /// Calls `visit(const std::string& name, Target&)`, the one touched longest ago first.
  template <typename Visit>
  void for_each(Visit visit) {
    targets_.for_each(visit);
  }
  template <typename Visit>
  void for_each(Visit visit) const {
    targets_.for_each(visit);
  }

 private:
  static constexpr std::uint64_t kUntouched = 2;  // cycles
  static constexpr std::size_t kLooked = 64;      // targets

  bool make_room_in(Target& target);
  bool make_room_for_database(Target& target);
  void make_room_for_target();
  bool evict_database(Target& target);
  Target* largest();
  void evict_target();

  std::size_t max_;
  std::size_t size_ = 0;
  std::uint64_t evictions_ = 0;
  std::uint64_t refusals_ = 0;
  std::uint64_t generation_ = 0;
  LruMap<Target> targets_;
  struct Nothing {};
  LruMap<Nothing> holders_;  // targets that have closed databases, and some that have none any more
};

}  // namespace dbi::breaker
