// dbi-breaker: circuit breakers for each target and database, and what operators do with them.
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>

#include "base/descriptor.hpp"
#include "base/errno_text.hpp"
#include "breaker/breaker.hpp"
#include "breaker/operator.hpp"
#include "run/filter_options.hpp"
#include "run/filter_run.hpp"
#include "run/instance_state.hpp"
#include "run/tool.hpp"

namespace {

using dbi::Result;
using namespace std::chrono_literals;

enum class Verb : std::uint8_t { Status, Open, Close };

struct Options {
  std::optional<Verb> verb;
  std::optional<dbi::microseconds> open_for;
  std::string why;
  dbi::breaker::Settings settings;
  double failure_rate_pct = 50;
  double slow_rate_pct = 100;
  double jitter_pct = 20;
  std::uint64_t memory_mb = 512;
  std::optional<std::uint32_t> window_calls;
  dbi::run::FilterOptions filter;
};

void describe_commands(dbi::cli::Tree& tree, Options& options) {
  tree.verb("status", &options.verb, Verb::Status, "", "print the circuits of a pipeline");
  tree.verb("open", &options.verb, Verb::Open, "KEY", "let KEY count as open, whatever its circuit says")
      .text("KEY is TARGET, TARGET/DATABASE or @host. dbi-collect leaves it alone from its next cycle on.");
  tree.verb("close", &options.verb, Verb::Close, "KEY", "end what open did, and close the circuit once");
  tree.group("Commands' flags");
  tree.duration("--for", &options.open_for, "open for this long instead of until it is closed")
      .range(1s, std::chrono::hours(24) * 366)
      .no_environment();
  tree.text("--why", &options.why, "the reason, for those who see the circuit open").no_environment();
}

void describe_opening(dbi::cli::Tree& tree, Options& options) {
  auto& rules = options.settings.rules;
  tree.group("When a circuit opens");
  tree.integer("--failure-threshold", &rules.minimum_calls, "open after N failures in a row at the latest")
      .value("N")
      .text("The number of calls in the window below which nothing opens.")
      .key("circuit_breaker.failure_threshold")
      .range(1, 1000);
  tree.number("--failure-rate", &options.failure_rate_pct, "open where so many percent of the calls failed")
      .value("PERCENT")
      .key("circuit_breaker.failure_rate_percent")
      .range(1, 100);
  tree.duration("--slow-over", &options.settings.slow_over, "count a cycle as slow that takes longer")
      .text("0 is never.")
      .key("circuit_breaker.slow_call_threshold");
  tree.number("--slow-rate", &options.slow_rate_pct, "open where so many percent of the calls were slow or failed")
      .value("PERCENT")
      .key("circuit_breaker.slow_call_rate_percent")
      .range(1, 100);
  tree.integer("--window-calls", &options.window_calls, "look at the last N calls")
      .value("N")
      .default_text("twice --failure-threshold")
      .key("circuit_breaker.window_calls")
      .range(1, 1000);
  tree.duration("--window-time", &rules.window.time, "look at the calls of the last DURATION instead")
      .key("circuit_breaker.window_time")
      .range(1s, std::chrono::hours(24) * 31);
  tree.number("--connections-threshold", &options.settings.connections_pct,
              "count a cycle as failed that finds so many percent of the server's connections in use")
      .value("PERCENT")
      .text("0 is never.")
      .key("circuit_breaker.connections_threshold_percent")
      .range(0, 100);
  tree.duration("--replica-lag-threshold", &options.settings.replica_lag,
                "count a cycle as failed that finds a replica so far behind")
      .text("0 is never.")
      .key("circuit_breaker.replica_lag_threshold");
}

void describe_closing(dbi::cli::Tree& tree, Options& options) {
  auto& rules = options.settings.rules;
  tree.group("When it closes again");
  tree.duration("--open-time", &rules.backoff.base, "stay open for so long the first time")
      .key("circuit_breaker.open_state_timeout")
      .range(1ms, std::chrono::hours(24) * 31);
  tree.duration("--max-open-time", &rules.backoff.cap, "stay open no longer than this")
      .key("circuit_breaker.max_open_state_timeout")
      .range(1ms, std::chrono::hours(24) * 31);
  tree.number("--backoff", &rules.backoff.factor, "stay open so many times longer each time in a row")
      .value("FACTOR")
      .key("circuit_breaker.backoff_multiplier")
      .range(1, 100);
  tree.number("--jitter", &options.jitter_pct, "let chance take away up to so many percent of an open time")
      .value("PERCENT")
      .key("circuit_breaker.jitter_percent")
      .range(0, 100);
  tree.integer("--seed", &rules.backoff.seed, "choose another chance").value("N").key("circuit_breaker.seed");
  tree.integer("--success-threshold", &rules.probes, "close after N probes that succeeded")
      .value("N")
      .text("Also the most cycles that a half-open circuit admits.")
      .key("circuit_breaker.success_threshold")
      .range(1, 1000);
  tree.duration("--half-open-timeout", &rules.half_open_timeout, "decide after so long by the probes there were")
      .key("circuit_breaker.half_open_timeout")
      .range(1ms, std::chrono::hours(24) * 31);
  tree.duration("--reset-after", &rules.reset_after,
                "begin with the first open time again after so long without a failure")
      .key("circuit_breaker.reset_after");
}

void describe_host(dbi::cli::Tree& tree, Options& options) {
  auto& settings = options.settings;
  tree.group("This machine");
  tree.number("--cpu-threshold", &settings.host.cpu_pct, "fail with so many percent of the CPU in use")
      .value("PERCENT")
      .text("0 switches this off; so below.")
      .key("circuit_breaker.cpu_threshold_percent")
      .range(0, 100);
  tree.integer("--memory-threshold-mb", &options.memory_mb, "fail with less than so many MiB of memory available")
      .value("MIB")
      .text("On a machine with less than ten times as much: with less than a tenth of it.")
      .key("circuit_breaker.memory_threshold_mb")
      .range(0, 1'000'000'000);
  tree.number("--pressure-threshold", &settings.host.memory_pressure_pct,
              "fail where all work waited for memory so many percent of the time")
      .value("PERCENT")
      .key("circuit_breaker.pressure_threshold_percent")
      .range(0, 100);
  tree.duration("--health-check-interval", &settings.host_interval, "read these figures at most so often")
      .key("circuit_breaker.health_check_interval");
  tree.group("Advice for dbi-collect");
  tree.toggle("--adaptive-timeout", &settings.adaptive_timeout, "advise a time limit for the reads of each target")
      .key("circuit_breaker.enable_adaptive_timeout");
  tree.duration("--base-timeout", &settings.timeout.base, "advise no less than this")
      .key("circuit_breaker.base_timeout")
      .range(1ms, 24h);
  tree.duration("--max-timeout", &settings.timeout.highest, "advise no more than this")
      .key("circuit_breaker.max_timeout")
      .range(1ms, 24h);
}

void describe(dbi::cli::Tree& tree, Options& options) {
  using dbi::breaker::OnOpen;
  describe_commands(tree, options);
  tree.group("Records");
  tree.choice("--on-open", &options.settings.on_open,
              {{"tag", OnOpen::Tag, "they pass with the member circuit, \"open\""},
               {"drop", OnOpen::Drop, "they are counted as dropped"},
               {"divert", OnOpen::Divert, "the same, and they are appended to --divert-to"}},
              "what becomes of records of an open circuit")
      .key("circuit_breaker.on_open");
  tree.file("--divert-to", &options.settings.divert_to, "append diverted records to FILE")
      .key("circuit_breaker.divert_to");
  tree.integer("--max-circuits", &options.settings.max_circuits, "know at most N targets and databases")
      .value("N")
      .key("circuit_breaker.max_circuits")
      .range(1, 1'000'000);
  describe_opening(tree, options);
  describe_closing(tree, options);
  describe_host(tree, options);
  dbi::run::describe_filter_options(tree, options.filter);
  dbi::run::describe_clock_options(tree, options.filter);
}

Result<dbi::breaker::Settings> settings_of(const Options& options) {
  dbi::breaker::Settings settings = options.settings;
  settings.rules.window.calls =
      options.window_calls.value_or(std::min(2 * settings.rules.minimum_calls, dbi::circuit::WindowSize::kMaxCalls));
  settings.rules.failure_rate = options.failure_rate_pct / 100;
  settings.rules.slow_rate = options.slow_rate_pct / 100;
  settings.rules.backoff.jitter = options.jitter_pct / 100;
  settings.host.memory_available = options.memory_mb << 20U;
  DBI_TRY(dbi::breaker::check_settings(settings));
  return settings;
}

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

Result<Divert> open_divert(const dbi::breaker::Settings& settings, const Options& options) {
  if (settings.on_open != dbi::breaker::OnOpen::Divert) return Divert();
  DBI_TRY_ASSIGN(auto file, dbi::stream::DivertFile::open(settings.divert_to, options.filter.files));
  return Divert(std::move(file));
}

Result<dbi::breaker::Reloaded> reload(const dbi::breaker::Settings& now, const dbi::run::Context& context) {
  DBI_TRY_ASSIGN(const Options options, reread(context));
  dbi::breaker::Reloaded out;
  DBI_TRY_ASSIGN(out.settings, settings_of(options));
  const bool same = out.settings.on_open == now.on_open && out.settings.divert_to == now.divert_to;
  if (!same) {
    DBI_TRY_ASSIGN(out.divert, open_divert(out.settings, options));
  }
  return out;
}

void add_figures(dbi::run::RunTelemetry& telemetry, const dbi::breaker::Figures& figures) {
  telemetry.add("trips", figures.trips);
  telemetry.add("evictions", figures.evictions);
  telemetry.add("refusals", figures.refusals);
  telemetry.add("records_tagged", figures.tagged);
  telemetry.add("records_blocked", figures.blocked);
  telemetry.add("circuits", figures.circuits);
  telemetry.add("open_circuits", figures.open_circuits);
  telemetry.add("recovery_time_s", figures.recovery_time_s);
}

Result<dbi::ExitStatus> filter(const Options& options, dbi::run::Context& context) {
  DBI_TRY_ASSIGN(const auto settings, settings_of(options));
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
    DBI_TRY_ASSIGN(around.divert, open_divert(settings, options));
    around.reread = [&context](const dbi::breaker::Settings& now) { return reload(now, context); };
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
    .describe = describe,
    .body = body};

Result<Options> reread(const dbi::run::Context& context) {
  return dbi::run::reread(kTool, context);
}

}  // namespace

int main(int argc, char** argv) {
  return dbi::run::run_tool(kTool, argc, argv);
}
