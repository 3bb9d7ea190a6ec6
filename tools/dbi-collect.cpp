// dbi-collect: reads database servers and writes what they did as records. Flags and wiring; the work is in collect/.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/errno_text.hpp"
#include "collect/collector.hpp"
#include "collect/probe.hpp"
#include "run/instance_state.hpp"
#include "run/run_telemetry.hpp"
#include "run/tool.hpp"

namespace {

using namespace dbi;
using namespace std::chrono_literals;

// Of a run that needs an interval and was given none: --count, or the wait for the first difference.
constexpr microseconds kDefaultInterval = 5s;

struct ConfiguredTarget {
  std::string name;
  std::string url;
  std::string service;
  std::string password_file;
};

struct Options {
  std::vector<std::string> targets;
  std::vector<ConfiguredTarget> configured;
  bool once = false;
  std::optional<microseconds> interval;
  std::optional<std::uint64_t> count;
  std::optional<collect::FirstRun> baseline;
  std::vector<std::string> kinds{"query_stats", "session"};
  std::size_t top = 500;
  std::size_t query_bytes = 4096;
  microseconds text_interval = 5min;
  microseconds statement_timeout = 5s;
  microseconds lock_timeout = 100ms;
  microseconds connect_timeout = 10s;
  std::size_t max_cycle_bytes = std::size_t{256} << 20U;
  std::optional<std::string> record;
  bool probe = false;
};

void describe_target(cli::Tree& tree, ConfiguredTarget& target) {
  tree.text("name", &target.name, "what the records call it");
  tree.text("url", &target.url, "a connection URL or string of libpq, without password");
  tree.text("service", &target.service, "a section of the connection service file, instead of a URL");
  tree.file("password_file", &target.password_file, "a file that holds the password, readable by its owner only");
}

void describe_reading(cli::Tree& tree, Options& options) {
  tree.group("Reading");
  tree.toggle("--once", &options.once, "read once (the default without an interval)");
  tree.duration("--interval", &options.interval, "read every DURATION until stopped")
      .key("collector.interval")
      .range(100ms, 24h);
  tree.integer("--count", &options.count, "stop after NUMBER cycles of each target, 5s apart without an interval")
      .at_least(1);
  tree.choice("--baseline", &options.baseline,
              {{"skip", collect::FirstRun::Skip, "write no query_stats; the scrape says so"},
               {"wait", collect::FirstRun::Wait, "read, wait one interval and write the difference"},
               {"emit", collect::FirstRun::Emit, "write lifetime totals, of quality baseline"}},
              "what a run does that has no earlier reading to compare with")
      .key("collector.baseline")
      .default_text("skip; wait at a terminal");
  tree.texts("--kinds", &options.kinds, "kinds of records to collect; scrape, error and event always come")
      .choices({{"query_stats", "statements and their counters"}, {"session", "what the sessions are doing"}})
      .key("collector.kinds");
  tree.integer("--top", &options.top, "statements with a record of their own; the rest is summed up as \"other\"")
      .key("collector.top");
  tree.size("--query-bytes", &options.query_bytes, "longest statement text in a record").key("collector.query_bytes");
  tree.duration("--text-interval", &options.text_interval, "read the texts of new statements at most this often")
      .key("collector.text_interval")
      .at_least(1s);
  tree.folder("--record", &options.record, "keep the raw rows of every read in DIR, compressed");
}

void describe_probe(cli::Tree& tree, Options& options) {
  tree.group("Checking");
  tree.toggle("--probe", &options.probe,
              "connect, say what each source can give and the lines that would mend the rest, write no record");
}

void describe_limits(cli::Tree& tree, Options& options) {
  tree.group("Limits");
  tree.duration("--statement-timeout", &options.statement_timeout, "the server cancels a read that takes longer")
      .key("collector.statement_timeout")
      .range(10ms, 1h);
  tree.duration("--lock-timeout", &options.lock_timeout, "the server gives up waiting for a lock")
      .key("collector.lock_timeout")
      .range(1ms, 1h);
  tree.duration("--connect-timeout", &options.connect_timeout, "give up connecting")
      .key("collector.connect_timeout")
      .range(10ms, 10min);
  tree.size("--max-cycle-bytes", &options.max_cycle_bytes,
            "give an answer up that takes more memory than the others of its cycle leave")
      .key("collector.max_cycle_bytes");
}

// --once and --interval exclude each other where one source gives both; else the stronger source has its way, so that
// cron may say --once beside a configured interval.
Status choose_end(Options& options, const cli::Tree& tree) {
  if (!options.once) return {};
  const auto once = tree.find("--once")->source;
  const auto interval = tree.find("--interval")->source;
  if (options.count || (options.interval && interval == once)) {
    return fail(ErrorKind::Usage, "--once excludes --interval and --count");
  }
  if (interval < once) options.interval.reset();
  return {};
}

void describe(cli::Tree& tree, Options& options) {
  tree.positional("TARGET", &options.targets, "a URL, a connection string, service=NAME or a configured name");
  describe_reading(tree, options);
  describe_limits(tree, options);
  describe_probe(tree, options);
  tree.list("targets", &options.configured, "the servers to read where no TARGET is given", describe_target);
  tree.check([&options, &tree] { return choose_end(options, tree); });
}

Result<db::PostgresqlTarget> configure(const ConfiguredTarget& target) {
  if (target.url.empty() == target.service.empty()) {
    return fail(ErrorKind::Configuration, fmt::format("target '{}' needs either url or service", target.name));
  }
  return db::PostgresqlTarget::configure(target.name, target.url.empty() ? "service=" + target.service : target.url,
                                         target.password_file);
}

Result<db::PostgresqlTarget> find_target(const Options& options, const std::string& text) {
  if (db::is_postgresql_target(text)) return db::PostgresqlTarget::parse(text);
  const auto found = std::ranges::find(options.configured, text, &ConfiguredTarget::name);
  if (found != options.configured.end()) return configure(*found);
  return fail(ErrorKind::Usage, fmt::format("no target '{}' in the configuration", text),
              "Write a URL (postgresql://host/database), service=NAME or a configured name.");
}

Result<std::vector<db::PostgresqlTarget>> find_targets(const Options& options) {
  std::vector<std::string> names = options.targets;
  if (names.empty()) {
    for (const auto& target : options.configured) names.push_back(target.name);
  }
  if (names.empty()) return fail(ErrorKind::Usage, "no target", "For instance: dbi-collect postgresql:///app");
  if (names.size() > collect::kMaxTargets) {
    return fail(ErrorKind::Usage, fmt::format("more than {} targets", collect::kMaxTargets));
  }
  std::vector<db::PostgresqlTarget> targets;
  for (const auto& name : names) {
    DBI_TRY_ASSIGN(auto target, find_target(options, name));
    const auto same = [&](const db::PostgresqlTarget& other) { return other.name() == target.name(); };
    if (std::ranges::any_of(targets, same)) {
      return fail(ErrorKind::Usage, fmt::format("two targets are called '{}'", target.name()));
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

collect::ConnectionSettings connect_to(db::PostgresqlTarget target, const Options& options) {
  const auto in_ms = [](microseconds time) { return std::chrono::ceil<std::chrono::milliseconds>(time); };
  collect::ConnectionSettings settings{
      .target = std::move(target), .guards = {}, .limits = {}, .record = {}, .tell = {}};
  settings.guards.statement_timeout = in_ms(options.statement_timeout);
  settings.guards.lock_timeout = in_ms(options.lock_timeout);
  settings.limits.connect = in_ms(options.connect_timeout);
  // The server's own limit is to end a read; ours is for a server that does not answer any more.
  settings.limits.read = in_ms(options.statement_timeout) + 2s;
  if (options.record) settings.record = *options.record;
  return settings;
}

std::optional<double> in_seconds(std::optional<microseconds> time) {
  if (!time) return std::nullopt;
  return std::chrono::duration<double>(*time).count();
}

bool wants(const Options& options, std::string_view kind) {
  return std::ranges::find(options.kinds, kind) != options.kinds.end();
}

// Each answer is shown as soon as it is there. A reader that went away has seen enough.
Result<ExitStatus> probe(std::vector<db::PostgresqlTarget> targets, const Options& options, int output) {
  std::vector<collect::ProbeReport> reports;
  for (auto& target : targets) {
    const auto name = target.name();
    reports.push_back(collect::probe_postgresql(name,
                                                collect::open_database(connect_to(std::move(target), options), {}),
                                                {wants(options, "query_stats"), wants(options, "session")}));
    if (write_all(output, collect::format_probe(reports.back()))) continue;
    if (errno == EPIPE) break;
    return fail(ErrorKind::Output, fmt::format("standard output: {}", errno_text(errno)));
  }
  return collect::probe_status(reports);
}

// A terminal run shares nothing with anybody (DESIGN.md section 4, "First run").
bool keeps_nothing(const run::Context& context) {
  return context.terminal && !context.given("--state-dir") && !context.given("--pipeline") &&
         !context.given("--interval");
}

collect::RunSettings run_settings(const Options& options) {
  collect::RunSettings settings;
  settings.interval = options.interval;
  if (!options.interval && options.count) settings.interval = kDefaultInterval;
  settings.count = options.count;
  if (!options.interval && !options.count) settings.count = 1;
  settings.first_wait = options.interval.value_or(kDefaultInterval);
  return settings;
}

collect::CycleSettings cycle_settings(const Options& options, collect::FirstRun first_run) {
  collect::CycleSettings settings;
  settings.query_stats = wants(options, "query_stats");
  settings.first_run = first_run;
  settings.stats = {.top = options.top, .query_bytes = options.query_bytes};
  settings.max_cycle_bytes = options.max_cycle_bytes;
  if (wants(options, "session")) {
    settings.sessions = {.query_bytes = options.query_bytes, .sample_s = in_seconds(options.interval)};
  }
  return settings;
}

collect::CollectorSettings collector_settings(std::vector<db::PostgresqlTarget> targets, const Options& options,
                                              const run::Context& context) {
  const auto unasked = keeps_nothing(context) ? collect::FirstRun::Wait : collect::FirstRun::Skip;
  const auto first_run = options.baseline.value_or(unasked);
  collect::CollectorSettings settings;
  for (auto& target : targets) settings.targets.push_back(connect_to(std::move(target), options));
  settings.cycle = cycle_settings(options, first_run);
  settings.run = run_settings(options);
  settings.text_interval = options.text_interval;
  settings.terminal = context.terminal;
  settings.quiet = context.common.quiet;
  return settings;
}

// The options that a SIGHUP found. A run by a --count keeps what it began with, since it would count anew.
std::optional<Options> reread_options(const run::Context& context);

Result<ExitStatus> body(const Options& asked, run::Context& context) {
  Options options = asked;
  DBI_TRY_ASSIGN(auto targets, find_targets(options));
  if (options.probe) return probe(std::move(targets), options, context.process->output);
  run::InstanceState held;
  if (!keeps_nothing(context)) {
    DBI_TRY_ASSIGN(held, run::take_state(context));
  }
  stream::StreamCounters counters;
  run::RunTelemetry telemetry(context, held);
  telemetry.add("records_out", counters.records_out);
  telemetry.add("bytes_out", counters.bytes_out);
  telemetry.add("write_stall_us", counters.write_stall_us);
  for (;;) {
    auto settings = collector_settings(std::move(targets), options, context);
    settings.state = held.folder;
    settings.counters = &counters;
    settings.tick = [&] { telemetry.write(); };
    std::optional<Options> reread;
    settings.reload = [&] {
      reread = reread_options(context);
      return reread.has_value();
    };
    DBI_TRY_ASSIGN(const auto result,
                   collect::collect(std::move(settings), context.process->output, *context.log, *context.clock));
    if (result.interrupted) context.raise_at_end = SIGINT;
    if (!result.reload) return result.status;
    options = std::move(*reread);
    DBI_TRY_ASSIGN(targets, find_targets(options));
  }
}

constexpr run::Tool<Options> kTool{
    .program = {.name = "dbi-collect", .summary = "read database servers and write what they did as records"},
    .describe = describe,
    .body = body};

std::optional<Options> reread_options(const run::Context& context) {
  auto options = run::reread(kTool, context);
  if (options && options->count) return std::nullopt;
  if (options) {
    const auto targets = find_targets(*options);
    if (targets) return std::move(*options);
    context.log->warning(targets.error());
  } else {
    context.log->warning(options.error());
  }
  return std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
  return run::run_tool(kTool, argc, argv);
}
