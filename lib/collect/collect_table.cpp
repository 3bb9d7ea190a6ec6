// SPDX-License-Identifier: Apache-2.0
#include "collect/collect_table.hpp"

#include <chrono>

#include "base/units.hpp"

namespace dbi::collect {

namespace {

using namespace std::chrono_literals;

void describe_target(cli::Tree& tree, ConfiguredTarget& target) {
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
  tree.check([&target] { return check_target(target); });
}

void describe_reading(cli::Tree& tree, CollectOptions& options) {
  tree.group("Reading");
  tree.toggle("--once", &options.once, "read once (the default without an interval)");
  tree.duration("--interval", &options.interval, "read every DURATION until stopped")
      .key("collector.interval")
      .range(100ms, 24h);
  tree.integer("--count", &options.count,
               "stop after NUMBER cycles of each target, " + format_duration(kDefaultInterval) +
                   " apart without an interval")
      .at_least(1);
  tree.choice("--baseline", &options.baseline,
              {{"skip", FirstRun::Skip, "write no query_stats; the scrape says so"},
               {"wait", FirstRun::Wait, "read, wait one interval and write the difference"},
               {"emit", FirstRun::Emit, "write lifetime totals, of quality baseline"}},
              "what a run does that has no earlier reading to compare with")
      .key("collector.baseline")
      .default_text("skip; wait at a terminal");
  tree.choice("--commit", &options.commit,
              {{"written", Commit::Written, "once its scrape was written"},
               {"exported", Commit::Exported, "once the exporter of --ack-from says that it holds the cycle"}},
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
              {{"remove", Literals::Remove, "they do not leave"},
               {"keep", Literals::Keep, "for eyes that may see them; the records say so"}},
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
      .range(kShortestTimeout, kLongestTimeout);
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
    if (options.literals == Literals::Remove) return {};
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

}  // namespace

void describe_collect_options(cli::Tree& tree, CollectOptions& options) {
  tree.positional("TARGET", &options.targets, "a URL, a connection string, service=NAME or a configured name");
  describe_reading(tree, options);
  describe_limits(tree, options);
  describe_explain(tree, options);
  describe_probe(tree, options);
  tree.list("targets", &options.configured, "the servers to read where no TARGET is given", describe_target);
  tree.check([&options, &tree] { return choose_end(options, tree); });
  tree.check([&options, &tree] { return check_explain(options, tree); });
}

}  // namespace dbi::collect
