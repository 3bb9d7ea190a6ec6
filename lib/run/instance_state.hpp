// What one instance of a tool holds of the state folder while it runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "run/tool.hpp"
#include "state/folder.hpp"
#include "state/lock.hpp"

namespace dbi::run {

/// The folder and the instance's lock, or none of them: a run without state.
struct InstanceState {
  std::optional<state::StateFolder> folder;
  std::optional<state::Lock> lock;
  std::filesystem::path file;  ///< <tool>@<name>.json, which the lock guards; empty without state
};

/// How messages call this instance: the tool, with the instance's name where it has another.
[[nodiscard]] std::string owner_name(const Context& context);

/// Opens the folder and locks this instance's part. Where another live process holds it and standard error is a
/// terminal, a warning says so and the run has no state; elsewhere that is ErrorKind::Owned. Fails with
/// ErrorKind::State where the folder or lock cannot be made.
Result<InstanceState> take_state(const Context& context);

}  // namespace dbi::run
