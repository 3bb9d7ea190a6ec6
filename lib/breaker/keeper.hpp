// Keeps the circuits of a run on disk, and takes operators' overrides over to them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "breaker/circuit_files.hpp"
#include "breaker/panel.hpp"
#include "state/overrides.hpp"

namespace dbi::breaker {

/// circuits.json and overrides.json of a run. Circuits of targets that the run has had no records of (yet) are kept
/// beside its panel, as they were read, and written on: another dbi-breaker of the pipeline may see to them, and they
/// take nobody's room in the panel. Not shared between threads; nothing but the files is owned.
class Keeper {
 public:
  /// A change of a circuit is stored at once, but not within kBetweenStores of the last time; what only fills windows
  /// within kWindows.
  static constexpr std::chrono::seconds kBetweenStores{1};
  static constexpr std::chrono::seconds kWindows{10};
  /// How often overrides.json is looked at where no scrape comes.
  static constexpr std::chrono::seconds kLook{1};
  /// The most circuits of others that are kept, or as many as the panel may know where that is more. Beyond, closed
  /// ones of databases go first.
  static constexpr std::size_t kMaxOthers = 20'000;

  Keeper(CircuitFiles files, const Clock& clock, const Log& log, std::size_t max_others = kMaxOthers);

  /// Reads what earlier runs have left. Fails with ErrorKind::State, with ErrorKind::Owned where another holds the file
  /// for longer than a write takes.
  Status load(Panel& panel);

  /// The panel has its first record of a target: what is kept of that becomes the panel's, circuits that are not closed
  /// first. Of those that find no room there the closed ones go, the others stay kept. An operator's `close` takes
  /// effect at once; the next look() tells of it.
  void hand_over(Panel& panel, std::string_view target);

  /// How many circuits are kept beside the panel, and how many of them are not closed; those that an operator has
  /// opened count as the panel's.
  [[nodiscard]] std::size_t others() const { return others_.size(); }
  [[nodiscard]] std::size_t others_broken(const Panel& panel) const;

  /// Takes over what operators have said since the last call, and what has run out. A file that cannot be read is told
  /// once; the overrides before it hold.
  void look(Panel& panel, std::vector<Change>& changes);

  /// Gives back memory: a part of the others, closed ones of databases first.
  void shrink();

  /// There is something to store: a change of a circuit, or only calls.
  void touch(bool changed) { (changed ? changed_ : touched_) = true; }
  /// Called between records, so it never waits for another that holds the file: it is stored later then, after
  /// kBetweenStores or kWindows. To write it takes as long as the disk does. A fault is told once until it is over.
  void store_when_due(Panel& panel, MonotonicTime now);
  /// At the end; waits for another up to two seconds. Fails with ErrorKind::State or Owned.
  Status store(Panel& panel);
  /// When store_when_due() and look() are next wanted.
  [[nodiscard]] MonotonicTime next() const;

  /// Overrides in force that were told of, as NDJSON lines and back (true where it was one): so that each is told once,
  /// whatever the number of runs.
  void save_told(std::string& lines) const;
  bool load_line(const record::Record& line);

  std::vector<state::Damage> take_damages() { return files_.take_damages(); }

 private:
  void read_overrides();
  void take_over(const std::string& key, const state::Override& given, Panel& panel, std::vector<Change>& changes);
  Status read(Panel& panel);
  void bound_others(std::size_t most);
  Status write(Panel& panel, bool patient);

  CircuitFiles files_;
  const Clock* clock_;
  const Log* log_;
  std::size_t max_others_;
  state::Circuits others_;
  state::Overrides overrides_;   // as they were last read
  state::Overrides told_;        // those in force
  std::vector<Change> changes_;  // that wait for look()
  MonotonicTime looked_{};
  MonotonicTime stored_{};
  bool changed_ = false;
  bool touched_ = false;
  bool store_fault_told_ = false;
};

}  // namespace dbi::breaker
