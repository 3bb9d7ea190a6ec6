// Probes many targets at once and shows the answers in the order of the targets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "collect/database_reader.hpp"
#include "collect/probe.hpp"

namespace dbi::collect {

struct ProbeRun {
  ExitStatus status = ExitStatus::Done;  ///< probe_status() of what was shown
  bool interrupted = false;              ///< by SIGINT, which the caller raises again
};

/// Each answer is written as soon as it and those before it are there. A stop signal ends the attempts under way, whose
/// reports say so; a reader that went away has seen enough. The main thread's business: it takes the signals over.
/// Fails with ErrorKind::Output.
Result<ProbeRun> probe_all(std::vector<ConnectionSettings> targets, const ProbeRequest& request, int output,
                           const Clock& clock);

}  // namespace dbi::collect
