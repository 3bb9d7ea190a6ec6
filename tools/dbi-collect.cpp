// dbi-collect: reads database servers and writes what they did as records. Flags and wiring; the work is in collect/.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <utility>

#include "base/units.hpp"
#include "collect/collect_options.hpp"
#include "collect/collector.hpp"
#include "collect/probe_run.hpp"
#include "run/instance_state.hpp"
#include "run/run_telemetry.hpp"
#include "run/tool.hpp"

namespace {

using namespace dbi;
using namespace std::chrono_literals;
using collect::CollectOptions;

void describe_target(cli::Tree& tree, collect::ConfiguredTarget& target) {
  tree.text("name", &target.name, "what the records call it");
  tree.text("url", &target.url, "a connection URL, or a connection string of libpq, without password");
  tree.text("service", &target.service, "a section of PostgreSQL's connection service file, instead of a URL");
  tree.file("password_file", &target.password_file, "a file that holds the password, readable by its owner only");
  tree.choice("tls", &target.tls,
              {{"off", db::TlsMode::Off, "never"},
               {"preferred", db::TlsMode::Preferred, "where the server offers it"},
               {"required", db::TlsMode::Required, "or no connection"},
               {"verify", db::TlsMode::Verify, "and the server's certificate and name are checked"}},
              "whether a connection to MySQL or MariaDB is encrypted")
      .default_text("required; preferred to a loopback address, off over a socket");
}

void describe_reading(cli::Tree& tree, CollectOptions& options) {
  tree.group("Reading");
  tree.toggle("--once", &options.once, "read once (the default without an interval)");
  tree.duration("--interval", &options.interval, "read every DURATION until stopped")
      .key("collector.interval")
      .range(100ms, 24h);
  tree.integer("--count", &options.count,
               "stop after NUMBER cycles of each target, " + format_duration(collect::kDefaultInterval) +
                   " apart without an interval")
      .at_least(1);
  tree.choice("--baseline", &options.baseline,
              {{"skip", collect::FirstRun::Skip, "write no query_stats; the scrape says so"},
               {"wait", collect::FirstRun::Wait, "read, wait one interval and write the difference"},
               {"emit", collect::FirstRun::Emit, "write lifetime totals, of quality baseline"}},
              "what a run does that has no earlier reading to compare with")
      .key("collector.baseline")
      .default_text("skip; wait at a terminal");
  tree.choice("--commit", &options.commit,
              {{"written", collect::Commit::Written, "once its scrape was written"},
               {"exported", collect::Commit::Exported, "once the exporter of --ack-from says that it holds the cycle"}},
              "when what a cycle read becomes the start of the next difference")
      .key("collector.commit");
  tree.text("--ack-from", &options.ack_from, "the --name of the dbi-export whose acknowledgements count")
      .value("NAME")
      .key("collector.ack_from");
  tree.texts("--kinds", &options.kinds, "kinds of records to collect; scrape, error and event always come")
      .choices({{"query_stats", "statements and their counters"}, {"session", "what the sessions are doing"}})
      .key("collector.kinds");
  tree.integer("--top", &options.stats.top, "statements with a record of their own; the rest is summed up as \"other\"")
      .key("collector.top");
  tree.size("--query-bytes", &options.stats.query_bytes, "longest statement text in a record")
      .key("collector.query_bytes");
  tree.duration("--text-interval", &options.text_interval, "read the texts of new statements at most this often")
      .key("collector.text_interval")
      .at_least(1s);
  tree.folder("--record", &options.record, "keep the raw rows of every read in DIR, compressed");
}

void describe_explain(cli::Tree& tree, CollectOptions& options) {
  tree.group("Plans");
  tree.file("--explain", &options.explain, "explain the statements of FILE, and collect nothing else")
      .text(
          "They are separated by semicolons; a line `-- name: X` before one names it. None is carried out. `-` is "
          "standard input.")
      .no_environment();
  tree.choice("--literals", &options.literals,
              {{"remove", collect::Literals::Remove, "they do not leave"},
               {"keep", collect::Literals::Keep, "for eyes that may see them; the records say so"}},
              "whether the values in statements and plans of --explain leave")
      .no_environment();
  tree.integer("--explain-limit", &options.explaining.most, "explain at most NUMBER statements in a cycle").at_least(1);
  tree.integer("--explain-alike", &options.explaining.most_alike,
               "of statements that differ in their values only explain at most NUMBER in a cycle")
      .at_least(1);
  tree.duration("--explain-time", &options.explaining.time, "begin no explaining after DURATION in a cycle")
      .range(10ms, 24h);
}

void describe_probe(cli::Tree& tree, CollectOptions& options) {
  tree.group("Checking");
  tree.toggle("--probe", &options.probe,
              "connect, say what each source can give and the lines that would mend the rest, write no record");
}

void describe_limits(cli::Tree& tree, CollectOptions& options) {
  tree.group("Limits");
  tree.duration("--statement-timeout", &options.statement_timeout, "the server cancels a read that takes longer")
      .text("No advice of dbi-breaker(1) exceeds it.")
      .key("collector.statement_timeout")
      .default_text(format_duration(db::Guards{}.statement_timeout) + ", until dbi-breaker advises another")
      .range(collect::kShortestTimeout, collect::kLongestTimeout);
  tree.duration("--lock-timeout", &options.lock_timeout, "the server gives up waiting for a lock")
      .key("collector.lock_timeout")
      .range(1ms, 1h);
  tree.duration("--connect-timeout", &options.connect_timeout, "give up connecting")
      .key("collector.connect_timeout")
      .range(10ms, 10min);
  tree.size("--max-cycle-bytes", &options.max_cycle_bytes,
            "give an answer up that takes more memory than the others of its cycle leave")
      .key("collector.max_cycle_bytes");
  tree.toggle("--ignore-circuits", &options.ignore_circuits,
              "read every target, whatever dbi-breaker and operators say, with the time limits configured")
      .key("collector.ignore_circuits");
}

// --once and --interval exclude each other where one source gives both; else the stronger source has its way, so that
// cron may say --once beside a configured interval.
Status choose_end(CollectOptions& options, const cli::Tree& tree) {
  if (!options.once) return {};
  const auto once = tree.find("--once")->source;
  const auto interval = tree.find("--interval")->source;
  if (options.count || (options.interval && interval == once)) {
    return fail(ErrorKind::Usage, "--once excludes --interval and --count");
  }
  if (interval < once) options.interval.reset();
  return {};
}

// What belongs to a run that collects has no meaning beside a file that is explained, and the other way round.
Status check_explain(const CollectOptions& options, const cli::Tree& tree) {
  if (!options.explain) {
    if (options.literals == collect::Literals::Remove) return {};
    return fail(ErrorKind::Usage, "--literals is for --explain", "Other records never hold a literal.");
  }
  if (options.explain->empty()) {
    return fail(ErrorKind::Usage, "--explain needs a file of statements", "Write --explain=FILE.sql.");
  }
  if (options.probe) return fail(ErrorKind::Usage, "--probe excludes --explain");
  if (tree.find("--kinds")->source == cli::Source::Flag) {
    return fail(ErrorKind::Usage, "--kinds excludes --explain", "A file's plans come alone, with error and scrape.");
  }
  return {};
}

void describe(cli::Tree& tree, CollectOptions& options) {
  tree.positional("TARGET", &options.targets, "a URL, a connection string, service=NAME or a configured name");
  describe_reading(tree, options);
  describe_limits(tree, options);
  describe_explain(tree, options);
  describe_probe(tree, options);
  tree.list("targets", &options.configured, "the servers to read where no TARGET is given", describe_target);
  tree.check([&options, &tree] { return choose_end(options, tree); });
  tree.check([&options, &tree] { return check_explain(options, tree); });
}

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
    .describe = describe,
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
