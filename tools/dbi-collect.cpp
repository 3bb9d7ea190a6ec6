// dbi-collect: reads database servers and writes what they did as records. Flags and wiring; the work is in collect/.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <utility>

#include "collect/collect_options.hpp"
#include "collect/collect_table.hpp"
#include "collect/collector.hpp"
#include "collect/probe_run.hpp"
#include "run/instance_state.hpp"
#include "run/run_telemetry.hpp"
#include "run/tool.hpp"

namespace {

using namespace dbi;
using namespace std::chrono_literals;
using collect::CollectOptions;

// A terminal run shares nothing with anybody (DESIGN.md section 4, "First run"), nor does one that explains a file, of
// which nothing is remembered.
bool keeps_nothing(const CollectOptions& options, const run::Context& context) {
  return options.commit == collect::Commit::Written && (context.terminal || options.explain) &&
         !context.given("--state-dir") && !context.given("--pipeline") && !context.given("--interval");
}

Result<ExitStatus> probe(const CollectOptions& options, run::Context& context) {
  DBI_TRY_ASSIGN(auto targets, collect::find_targets(options));
  DBI_TRY_ASSIGN(const auto result, collect::probe_all(std::move(targets), collect::probe_request(options),
                                                       context.process->output, *context.clock));
  if (result.interrupted) context.raise_at_end = SIGINT;
  return result.status;
}

Result<collect::CollectorSettings> settings_of(const CollectOptions& options, collect::FirstRun first_run) {
  auto settings = collect::collector_settings(options, first_run);
  DBI_TRY_ASSIGN(settings.targets, collect::find_targets(options));
  if (settings.cycle.explain) {
    DBI_TRY_ASSIGN(settings.cycle.explain->script,
                   collect::read_script(*options.explain, collect::systems_of(settings.targets)));
  }
  return settings;
}

// What a SIGHUP found. A run by a --count keeps what it began with, since it would count anew.
std::optional<collect::CollectorSettings> reread_settings(const run::Context& context, collect::FirstRun first_run);

// Until its end, with other options from a SIGHUP on.
Result<ExitStatus> collect_until_done(collect::CollectorSettings settings, collect::FirstRun first_run,
                                      run::Context& context, collect::CollectorSurroundings around) {
  around.reload = [&] { return reread_settings(context, first_run); };
  DBI_TRY_ASSIGN(const auto result,
                 collect::collect(std::move(settings), around, context.process->output, *context.log, *context.clock));
  if (result.interrupted) context.raise_at_end = SIGINT;
  return result.status;
}

Result<ExitStatus> body(const CollectOptions& options, run::Context& context) {
  if (options.probe) return probe(options, context);
  const auto first_run = keeps_nothing(options, context) ? collect::FirstRun::Wait : collect::FirstRun::Skip;
  DBI_TRY_ASSIGN(auto settings, settings_of(options, first_run));  // what is wrong is told before any state is made
  run::InstanceState held;
  if (!keeps_nothing(options, context)) {
    DBI_TRY_ASSIGN(held, run::take_state(context));
  }
  stream::StreamCounters counters;
  run::RunTelemetry telemetry(context, held);
  telemetry.add("records_out", counters.records_out);
  telemetry.add("bytes_out", counters.bytes_out);
  telemetry.add("write_stall_us", counters.write_stall_us);
  return collect_until_done(std::move(settings), first_run, context,
                            {.state = held.folder,
                             .owner = run::owner_name(context),
                             .terminal = context.terminal,
                             .quiet = context.common.quiet,
                             .counters = &counters,
                             .tick = [&] { telemetry.write(); },
                             .reload = {}});
}

constexpr run::Tool<CollectOptions> kTool{
    .program = {.name = "dbi-collect", .summary = "read database servers and write what they did as records"},
    .describe = collect::describe_collect_options,
    .body = body};

std::optional<collect::CollectorSettings> reread_settings(const run::Context& context, collect::FirstRun first_run) {
  const auto options = run::reread(kTool, context);
  if (options && options->count) return std::nullopt;
  auto settings = options ? settings_of(*options, first_run) : fail(options.error());
  if (settings) return std::move(*settings);
  context.log->warning(settings.error());
  return std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
  return run::run_tool(kTool, argc, argv);
}
