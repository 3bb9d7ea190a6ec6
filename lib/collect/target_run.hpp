// Runs the cycles of one target in time: the schedule, the first reading of a run that waits, patience with a server
// that does not answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "collect/circuit_permit.hpp"
#include "collect/target_cycles.hpp"

namespace dbi::collect {

struct RunSettings {
  std::optional<microseconds> interval;  ///< nothing: `count` cycles without a pause
  std::optional<std::uint64_t> count;    ///< nothing: until it is stopped
  microseconds first_wait{};             ///< FirstRun::Wait: how long the first difference takes
};

/// What a run needs of the world around it.
struct RunPorts {
  std::function<CircuitPermit()> circuits;                 ///< before each cycle; empty: nothing objects to it
  std::function<bool()> wait_idle;                         ///< false: the run is over
  std::function<Status(std::string records)> write;        ///< one cycle
  std::function<bool(MonotonicTime until)> wait_until;     ///< false: the run is over
  Tell tell;                                               ///< diagnostics: faults of the state folder
  std::function<void(microseconds wait)> tell_first_wait;  ///< progress
};

/// How a target's run ended.
struct RunResult {
  bool last_failed = false;  ///< the last cycle that tried something
  Status status;             ///< the output's fault, which ends a run, or the last cycle's of the state folder
};

/// How long a target is left alone after `failures` failed cycles in a row: doubling from 1 s to 60 s.
[[nodiscard]] microseconds retry_delay(std::uint64_t failures);

/// Runs until the count is reached, the output is closed or the run is stopped. A cycle whose baseline cannot be stored
/// is not written and told, like one that throws; the next one tries again. That the queue of unacknowledged cycles is
/// full is told once until it is free again.
///
/// Where a circuit is open, cycles are skipped and the server has not even a connection; the first one after that tries
/// at once, however often it had failed. In trouble every second cycle is left out.
RunResult run_target(TargetCycles& cycles, const RunSettings& settings, const RunPorts& ports, const Clock& clock);

}  // namespace dbi::collect
