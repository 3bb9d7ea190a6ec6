// Collects from many targets at once: a thread each, one writer (DESIGN.md section 6, dbi-collect).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "collect/database_reader.hpp"
#include "collect/target_cycles.hpp"
#include "collect/target_run.hpp"
#include "state/folder.hpp"
#include "stream/counters.hpp"

namespace dbi::collect {

/// The most targets of one run: each has a thread and a connection.
inline constexpr std::size_t kMaxTargets = 256;

/// What is asked for.
struct CollectorSettings {
  std::vector<ConnectionSettings> targets;  ///< distinct names, at most kMaxTargets
  CycleSettings cycle;
  RunSettings run;
  microseconds text_interval = kDefaultTextInterval;
  bool ignore_circuits = false;              ///< those of the state folder, where there is one
  std::optional<microseconds> longest_read;  ///< whatever time limit is advised for reads
  std::optional<std::string> ack_from;       ///< --commit exported: the exporter whose acknowledgements are waited for
};

/// What a run finds around it.
struct CollectorSurroundings {
  std::optional<state::StateFolder> state;  ///< nothing: baselines and texts live in memory
  std::string owner = "dbi-collect";        ///< what others that find a target's state locked call this process
  bool terminal = false;                    ///< somebody watches standard error
  bool quiet = false;                       ///< and wants no word of progress
  /// Counts what leaves; not owned, nothing: nobody looks.
  stream::StreamCounters* counters = nullptr;
  std::function<void()> tick;  ///< about once a second, by the caller's thread; may be empty
  /// SIGHUP: the settings that take effect. Empty, or nothing: only the pauses are cut short.
  std::function<std::optional<CollectorSettings>()> reload;
};

struct CollectorResult {
  ExitStatus status = ExitStatus::Done;
  bool interrupted = false;  ///< by SIGINT, which the caller raises again
};

/// Runs until all targets are done, a stop signal, or the output's end. The main thread's business: it takes the
/// signals over, once for all the settings that reloads bring. Those that cannot begin are told and the ones before go
/// on: the cycles under way are the next run's in either case. Fails with ErrorKind::State (also where acknowledgements
/// are waited for and there is no state folder), Owned or Output.
Result<CollectorResult> collect(CollectorSettings settings, const CollectorSurroundings& around, int output,
                                const Log& log, const Clock& clock);

}  // namespace dbi::collect
