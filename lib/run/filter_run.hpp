// One call that runs a filter or sink: signals, state folder, lock, rejects, resume file, telemetry, memory
// limits, exit status.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "base/result.hpp"
#include "run/filter_options.hpp"
#include "run/run_telemetry.hpp"
#include "run/tool.hpp"
#include "state/folder.hpp"
#include "stream/counters.hpp"
#include "stream/filter.hpp"
#include "stream/loop.hpp"

namespace dbi::run {

/// What a filter may need when it is made. Pointers are valid as long as the filter.
struct FilterSetup {
  stream::Waker waker;
  const stream::StreamCounters* counters = nullptr;
  RunTelemetry* telemetry = nullptr;  ///< takes the filter's own figures, which live as long as the filter
  /// Locked for this instance; nothing with --replay, and where another process at a terminal has it.
  std::optional<state::StateFolder> folder;
  std::optional<std::filesystem::path> rejects{};  ///< the rejects file, also where no option names it
};

/// Makes the filter once signals, folder and lock are in place. Threads that it starts should do so under
/// stream::BlockSignals.
using MakeFilter = std::function<Result<std::unique_ptr<stream::Filter>>(const FilterSetup& setup)>;

/// The shared options as the configuration gives them now; see run::reread.
using RereadFilterOptions = std::function<Result<FilterOptions>()>;

/// Runs the filter from the inputs to context.process->output. Fails with what hinders the run: ErrorKind::Owned where
/// another live process holds this instance's state and standard error is no terminal; at a terminal the run goes on
/// without state and says so. After SIGINT context.raise_at_end is set.
///
/// SIGHUP calls `reread`: the memory limits take effect, all else needs a new start; a fault is reported and what was
/// stays. Then the filter's own on_reload is called.
Result<ExitStatus> run_filter(const FilterOptions& options, Context& context, const MakeFilter& make,
                              const RereadFilterOptions& reread = {});

}  // namespace dbi::run
