// dbi-breaker: circuit breakers for each target and database, and what operators do with them.
// SPDX-License-Identifier: Apache-2.0

#include <cerrno>
#include <chrono>
#include <optional>

#include "base/descriptor.hpp"
#include "base/errno_text.hpp"
#include "breaker/breaker.hpp"
#include "breaker/breaker_options.hpp"
#include "breaker/operator.hpp"
#include "options/breaker.hpp"
#include "run/filter_options.hpp"
#include "run/filter_run.hpp"
#include "run/instance_state.hpp"
#include "run/tool.hpp"

namespace {

using dbi::Result;
using namespace std::chrono_literals;

using Options = dbi::tools::BreakerToolOptions;
using Verb = dbi::tools::BreakerVerb;

// --- Operators ---

Result<std::string> carry_out(const Options& options, const dbi::run::Context& context) {
  const auto& words = options.filter.files;
  const bool takes_key = options.verb != Verb::Status;
  if (words.size() != (takes_key ? 1 : 0)) {
    return dbi::fail(dbi::ErrorKind::Usage, takes_key ? "one KEY is wanted" : "status takes no argument",
                     "KEY is TARGET, TARGET/DATABASE or @host.");
  }
  DBI_TRY_ASSIGN(const auto folder, dbi::breaker::find_folder(context.folder_request(), context.process->environment));
  if (options.verb == Verb::Status) return dbi::breaker::show_status(folder, context.clock->now());
  if (options.verb == Verb::Close) return dbi::breaker::close_circuit(folder, words.front(), *context.clock);
  return dbi::breaker::open_circuit(folder, {words.front(), options.open_for, options.why}, *context.clock);
}

Result<dbi::ExitStatus> command(const Options& options, const dbi::run::Context& context) {
  DBI_TRY_ASSIGN(const std::string text, carry_out(options, context));
  if (dbi::write_all(context.process->output, text) || errno == EPIPE) return dbi::ExitStatus::Done;
  return dbi::fail(dbi::ErrorKind::Output, "standard output: " + dbi::errno_text(errno));
}

// --- The filter ---

// For SIGHUP.
Result<Options> reread(const dbi::run::Context& context);

using Divert = std::optional<dbi::stream::DivertFile>;

Result<Divert> open_divert(const dbi::breaker::Settings& settings, const dbi::stream::RunFiles& others) {
  if (settings.on_open != dbi::breaker::OnOpen::Divert) return Divert();
  DBI_TRY_ASSIGN(auto file, dbi::stream::DivertFile::open(settings.divert_to, others));
  return Divert(std::move(file));
}

Result<dbi::breaker::Reloaded> reload(const dbi::run::Context& context, const dbi::stream::RunFiles& others) {
  DBI_TRY_ASSIGN(const Options options, reread(context));
  dbi::breaker::Reloaded out;
  DBI_TRY_ASSIGN(out.settings, settings_of(options.breaker));
  DBI_TRY_ASSIGN(out.divert, open_divert(out.settings, others));
  return out;
}

void add_figures(dbi::run::RunTelemetry& telemetry, const dbi::breaker::Figures& figures) {
  telemetry.add("trips", figures.trips);
  telemetry.add("evictions", figures.evictions);
  telemetry.add("refusals", figures.refusals);
  telemetry.add("records_tagged", figures.tagged);
  telemetry.add("records_blocked", figures.blocked);
  telemetry.add("circuits", figures.circuits);
  telemetry.add("circuits_of_others", figures.circuits_of_others);
  telemetry.add("open_circuits", figures.open_circuits);
  telemetry.add("recovery_time_s", figures.recovery_time_s);
}

Result<dbi::ExitStatus> filter(const Options& options, dbi::run::Context& context) {
  DBI_TRY_ASSIGN(const auto settings, settings_of(options.breaker));
  dbi::resource::ProcHostProbe probe;
  const auto make = [&](const dbi::run::FilterSetup& setup) -> Result<std::unique_ptr<dbi::stream::Filter>> {
    dbi::breaker::Surroundings around;
    around.tool = context.tool;
    around.name = context.common.name;
    around.clock_mode = options.filter.clock;
    around.replay = options.filter.replay;
    around.clock = context.clock;
    around.log = context.log;
    if (!options.filter.replay) around.host = &probe;
    if (setup.folder) around.files.emplace(*setup.folder, dbi::run::owner_name(context));
    const dbi::stream::RunFiles others{options.filter.files, context.process->output, setup.rejects};
    DBI_TRY_ASSIGN(around.divert, open_divert(settings, others));
    around.reread = [&context, others] { return reload(context, others); };
    DBI_TRY_ASSIGN(auto breaker, dbi::breaker::Breaker::make(settings, std::move(around)));
    add_figures(*setup.telemetry, breaker->figures());
    return std::unique_ptr<dbi::stream::Filter>(std::move(breaker));
  };
  return dbi::run::run_filter(options.filter, context, make, [&]() -> Result<dbi::run::FilterOptions> {
    DBI_TRY_ASSIGN(const Options now, reread(context));
    return now.filter;
  });
}

Result<dbi::ExitStatus> body(const Options& options, dbi::run::Context& context) {
  if (options.verb) return command(options, context);
  if (context.given("--for") || context.given("--why")) {
    return dbi::fail(dbi::ErrorKind::Usage, "--for and --why belong to a command",
                     "Write dbi-breaker open KEY --for 1h --why TEXT.");
  }
  return filter(options, context);
}

constexpr dbi::run::Tool<Options> kTool{
    .program = {.name = "dbi-breaker", .summary = "circuit breakers for targets and databases"},
    .describe = dbi::tools::describe,
    .body = body};

Result<Options> reread(const dbi::run::Context& context) {
  return dbi::run::reread(kTool, context);
}

}  // namespace

int main(int argc, char** argv) {
  return dbi::run::run_tool(kTool, argc, argv);
}
