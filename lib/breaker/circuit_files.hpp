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

/// Both files. Movable; not shared between threads.
class CircuitFiles {
 public:
  CircuitFiles(const state::StateFolder& folder, std::string owner);

  /// Held from changed_circuits() to stored(), so that no other dbi-breaker writes in between. It waits for others up
  /// to two seconds where `patient`, else it fails with ErrorKind::Owned at once.
  Result<state::Lock> lock(bool patient) const;

  /// circuits.json where it has changed since the last call or stored(); the first time always. A damaged file is set
  /// aside and noted, and says nothing. Fails with ErrorKind::State. The caller holds the lock.
  Result<std::optional<state::Circuits>> changed_circuits();
  /// Sets circuits.json aside although it was read: something in it is no circuit. Likewise.
  Status reject(std::string_view why);
  /// Begins to write it; stored() says that this is done. Likewise.
  [[nodiscard]] Result<state::CircuitsFile> write() const { return state::CircuitsFile::create(circuits_); }
  void stored() { circuits_mark_ = state::mark_of(circuits_); }

  /// The overrides where they have changed since the last call; the first time always. A damaged file is set aside
  /// under the file's lock, noted, and has none. Fails with ErrorKind::State, once for each state of the file. The
  /// caller holds no lock.
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
