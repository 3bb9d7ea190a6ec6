// The files of the circuits in the state folder, as dbi-breaker holds them: circuits.json is its own, overrides.json
// belongs to the operators.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "state/circuits.hpp"
#include "state/folder.hpp"
#include "state/lock.hpp"
#include "state/overrides.hpp"

namespace dbi::breaker {

/// Both files, circuits.json locked. Movable; not shared between threads.
class CircuitFiles {
 public:
  /// Fails with ErrorKind::Owned where another live process keeps the circuits of this pipeline, with ErrorKind::State
  /// on a fault of the lock.
  static Result<CircuitFiles> open(const state::StateFolder& folder, std::string_view owner);

  /// What the last run left. A damaged file is set aside and noted. Fails with ErrorKind::State.
  Result<state::Circuits> load();
  /// Sets circuits.json aside although it was read: something in it is no circuit. Fails with ErrorKind::State.
  Status reject(std::string_view why);
  /// `text` is state::CircuitsText's. Fails with ErrorKind::State.
  Status store(std::string_view text) { return state::store_circuits(circuits_, text); }

  /// The overrides where the file has changed since the last call; the first time always. A damaged file is set aside,
  /// noted, and counts as none. Fails with ErrorKind::State, once for each state of the file.
  Result<std::optional<state::Overrides>> changed_overrides();

  /// What was set aside since the last call, for `event` records.
  std::vector<state::Damage> take_damages() { return std::exchange(damages_, {}); }

 private:
  CircuitFiles(const state::StateFolder& folder, state::Lock lock);

  // Tells one state of a file from the next: it is replaced whole.
  struct Mark {
    ino_t inode = 0;
    std::int64_t changed_ns = -1;
    off_t size = 0;
    friend bool operator==(const Mark&, const Mark&) = default;
  };
  static Mark mark_of(const std::filesystem::path& path);

  std::filesystem::path circuits_;
  std::filesystem::path overrides_;
  state::Lock lock_;
  std::optional<Mark> mark_;
  std::vector<state::Damage> damages_;
};

}  // namespace dbi::breaker
