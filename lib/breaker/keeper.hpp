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

/// circuits.json and overrides.json of a run. Not shared between threads; nothing but the files is owned.
class Keeper {
 public:
  /// A change of a circuit is stored at once, but not within kBetweenStores of the last time; what only fills windows
  /// within kWindows.
  static constexpr std::chrono::seconds kBetweenStores{1};
  static constexpr std::chrono::seconds kWindows{10};
  /// How often overrides.json is looked at where no scrape comes.
  static constexpr std::chrono::seconds kLook{1};

  Keeper(CircuitFiles files, const Clock& clock, const Log& log);

  /// Puts what the last run left into the panel, and what others have written of targets that are not its own since the
  /// last call. Fails with ErrorKind::State.
  Status load(Panel& panel);

  /// Takes over what operators have said since the last call, and what has run out. A file that cannot be read is told
  /// once; the overrides before it hold.
  void look(Panel& panel, std::vector<Change>& changes);

  /// There is something to store: a change of a circuit, or only calls.
  void touch(bool changed) { (changed ? changed_ : touched_) = true; }
  void store_when_due(Panel& panel, MonotonicTime now);
  /// At the end. Fails with ErrorKind::State.
  Status store(Panel& panel);
  /// When store_when_due() and look() are next wanted.
  [[nodiscard]] MonotonicTime next() const;

  /// Overrides in force that were told of, as NDJSON lines and back (true where it was one): so that each is told once,
  /// whatever the number of runs.
  void save_told(std::string& lines) const;
  bool load_line(const record::Record& line);

  std::vector<state::Damage> take_damages() { return files_.take_damages(); }

 private:
  void take_over(const std::string& key, const state::Override& given, Panel& panel, std::vector<Change>& changes);
  Status write(Panel& panel);

  CircuitFiles files_;
  const Clock* clock_;
  const Log* log_;
  state::Overrides overrides_;  // as they were last read
  state::Overrides told_;       // those in force
  MonotonicTime looked_{};
  MonotonicTime stored_{};
  bool changed_ = false;
  bool touched_ = false;
  bool store_fault_told_ = false;
};

}  // namespace dbi::breaker
