// The files of the circuits in the state folder: circuits.json, which every dbi-breaker of a pipeline writes for the
// targets that it sees, and overrides.json, which belongs to the operators.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "state/circuits.hpp"
#include "state/file_mark.hpp"
#include "state/folder.hpp"
#include "state/lock.hpp"
#include "state/overrides.hpp"

namespace dbi::breaker {

/// A lock that nobody holds for longer than a write takes: waits for it up to two seconds. Fails like
/// state::Lock::acquire.
Result<state::Lock> lock_briefly(const std::filesystem::path& path, std::string_view owner);

/// Both files. Movable; not shared between threads.
class CircuitFiles {
 public:
  CircuitFiles(const state::StateFolder& folder, std::string owner);

  /// circuits.json where it has changed since the last call or store(); the first time always. A damaged file is set
  /// aside, noted, and has none. Fails with ErrorKind::State.
  Result<std::optional<state::Circuits>> changed_circuits();
  /// Sets circuits.json aside although it was read: something in it is no circuit. Fails with ErrorKind::State.
  Status reject(std::string_view why);

  /// Held from changed_circuits() to store(), so that no other dbi-breaker writes in between.
  Result<state::Lock> lock() const { return lock_briefly(circuits_, owner_); }
  /// `text` is state::CircuitsText's. Fails with ErrorKind::State.
  Status store(std::string_view text);

  /// The overrides, likewise. Fails with ErrorKind::State, once for each state of the file.
  Result<std::optional<state::Overrides>> changed_overrides();

  /// What was set aside since the last call, for `event` records.
  std::vector<state::Damage> take_damages() { return std::exchange(damages_, {}); }

 private:
  std::filesystem::path circuits_;
  std::filesystem::path overrides_;
  std::string owner_;
  std::optional<state::FileMark> circuits_mark_;
  std::optional<state::FileMark> overrides_mark_;
  std::vector<state::Damage> damages_;
};

}  // namespace dbi::breaker
