// All circuits of a run: charges them with what `scrape` and `error` records say, and knows whose records are blocked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "breaker/circuit_table.hpp"
#include "breaker/settings.hpp"
#include "breaker/signals.hpp"
#include "circuit/circuit.hpp"
#include "record/record.hpp"
#include "resource/host.hpp"
#include "state/circuits.hpp"

namespace dbi::breaker {

/// A circuit changed, or an operator's word on it came or went.
struct Change {
  enum class What : std::uint8_t { State, Forced, Released };
  What what = What::State;
  std::string target;  ///< "@host" for the circuit of the host
  std::string database;
  bool of_database = false;
  circuit::Transition transition;          ///< State: the change; Forced: its reason is the operator's
  std::optional<microseconds> broken_for;  ///< State, to closed: how long it had not been
};

/// The circuits. The rules by which records charge them are those of DESIGN.md section 6, dbi-breaker. `now` is always
/// the time of the record's target, `newest` that of the newest of all targets, by the run's clock; a change's own
/// times are kept with the step from `now` to the machine's clock, which circuits.json goes by. Not shared between
/// threads.
class Panel {
 public:
  /// `clock` is the machine's, nothing with --replay; `host` may be nullptr: its circuit is then never charged. Neither
  /// is owned.
  Panel(const Settings& settings, const Clock* clock, resource::HostProbe* host);

  /// Called with the name of each target as it becomes known by a record, for those who kept something of it: they may
  /// restore() its circuits.
  void on_new_target(std::function<void(std::string_view name)> call) { new_target_ = std::move(call); }

  /// A reload: circuits stay as they are and go on by the new settings.
  void set(const Settings& settings);

  /// A record that is no control record: notes that the cycle had it. True where one of its circuits blocks it.
  bool note(const record::Record& record, Timestamp now, Timestamp newest);
  /// A `dropped` record of a filter before this one: the cycle had records of that database.
  void note_dropped(const record::Record& dropped);
  /// An `error` record: what it charges waits for the scrape.
  void note_error(const record::Record& error);
  /// A `scrape` record: charges the circuits of its target and the host's. Appends the changes in their order.
  void scrape(const record::Record& scrape, Timestamp now, Timestamp newest, std::vector<Change>& changes);

  /// An operator's `open` has come into force, or is over. Keys need not be known.
  void force(std::string_view key, bool forced, std::string_view why, std::vector<Change>& changes);
  [[nodiscard]] bool is_forced(std::string_view key) const { return forced_.contains(key); }
  /// An operator's `close`, at a time of the machine's clock: closes the circuit if it opened before.
  void close(std::string_view key, Timestamp at, std::vector<Change>& changes);

  /// Gives back memory: a part of the closed circuits of databases, longest untouched first.
  void shrink();

  [[nodiscard]] std::size_t size() const { return table_.size() + 1; }
  [[nodiscard]] std::size_t max() const { return table_.max(); }
  [[nodiscard]] std::uint64_t evictions() const { return table_.evictions(); }
  [[nodiscard]] std::uint64_t refusals() const { return table_.refusals(); }
  /// Circuits that are not closed, or that an operator opened.
  [[nodiscard]] std::size_t broken() const;

  /// Calls `visit` for every circuit of which something is known. `by_host_clock` says which clock the times go by.
  using Visit = std::function<void(std::string_view key, const state::StoredCircuit& stored)>;
  void for_each(bool by_host_clock, const Visit& visit) const;
  /// This run has had records of the circuit's target: what others say of it does not count. For the host's: it has
  /// looked at the host.
  [[nodiscard]] bool is_own(std::string_view key) const;
  [[nodiscard]] bool knows(std::string_view key) { return entry_of(key) != nullptr; }
  /// Takes a circuit back; false where it finds no room. Fails with ErrorKind::Malformed.
  Result<bool> restore(std::string_view key, const state::StoredCircuit& stored);

  /// For --resume: NDJSON lines of the circuits and of what the cycles under way have shown.
  void save(std::string& lines) const;
  /// Takes such a line back; false where it is another. Fails with ErrorKind::Malformed.
  Result<bool> load_line(const record::Record& line);

 private:
  // Of one scrape.
  struct Occasion {
    const ScrapeFacts& facts;
    std::string_view target;
    Timestamp now;
    microseconds shift;  // from there to the machine's clock
    std::vector<Change>& changes;
  };

  Target* target_of(const record::Record& record);
  Target* target_of(std::string_view name);
  Target* known_target(std::string_view name);
  [[nodiscard]] bool is_forced_unseen(std::string_view target, std::optional<std::string_view> database) const;
  Database* database_of(Target& target, std::string_view name);
  void begin_cycle(const record::Record& record, Target& target);

  [[nodiscard]] microseconds shift_from(Timestamp now) const;
  void charge_host(const Occasion& occasion, Timestamp newest);
  void abandon_host(const Occasion& occasion);
  void charge_target(const Occasion& occasion, Target& target);
  void charge_databases(const Occasion& occasion, Target& target);
  void charge_database(const Occasion& occasion, std::string_view name, Database& database);
  [[nodiscard]] circuit::Call call_of(const ScrapeFacts& facts, const Target& target);
  void advise(const ScrapeFacts& facts, Target& target) const;

  void apply(const Occasion& occasion, Entry& entry, std::string_view key, const circuit::Call* call);
  template <typename Step>
  void change(const Occasion& occasion, Entry& entry, std::string_view key, const Step& step);
  void take(std::string_view key, std::vector<Change>& changes);
  Entry* entry_of(std::string_view key);

  void save_circuit(std::string& lines, std::string_view key, const Entry& entry,
                    std::optional<microseconds> timeout) const;
  void load_marks(const record::Record& line, std::string_view key);
  void load_seen(std::string_view key);

  Settings settings_;
  const Clock* clock_;
  resource::HostProbe* probe_;
  CircuitTable table_;
  Entry host_;
  std::optional<MonotonicTime> host_read_;  // when
  std::string host_overload_;               // what that reading said
  std::set<std::string, std::less<>> forced_;
  std::function<void(std::string_view name)> new_target_;

  // The target of the record before, which the next one mostly has too.
  Target* last_ = nullptr;
  std::uint64_t last_generation_ = 0;

  std::string name_, database_name_, text_, key_, why_;  // scratch
  circuit::Transitions transitions_;
  std::vector<std::string> names_;  // scratch
};

}  // namespace dbi::breaker
