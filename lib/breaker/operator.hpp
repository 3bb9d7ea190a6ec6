// What operators do with circuits, whether dbi-breaker runs or not: look at them, open them, close them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "circuit/view.hpp"
#include "state/folder.hpp"

namespace dbi::breaker {

/// The folder of a pipeline that exists already. Fails with ErrorKind::Usage, naming those that do, where it does not:
/// a word of command to a pipeline that nobody runs is a slip of the hand.
Result<state::StateFolder> find_folder(const state::FolderRequest& request,
                                       const state::EnvironmentLookup& environment);

/// The circuits for people: the folder, then a line a circuit; closed ones of databases only in number.
Result<std::string> show_status(const state::StateFolder& folder, Timestamp now);

/// An operator's `open`.
struct OpenRequest {
  std::string key;
  std::optional<microseconds> duration;  ///< nothing: until it is closed
  std::string why;
};

/// Writes the override and returns what to tell the operator, the folder included. Fails with ErrorKind::Usage for a
/// key that is no target's or database's known to the pipeline, with ErrorKind::State or Owned for faults of the
/// folder.
Result<std::string> open_circuit(const state::StateFolder& folder, const OpenRequest& request, const Clock& clock);

/// Ends an override of that key and closes its circuit once. Otherwise the same.
Result<std::string> close_circuit(const state::StateFolder& folder, const std::string& key, const Clock& clock);

}  // namespace dbi::breaker
