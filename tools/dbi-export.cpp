// dbi-export: delivers records to a table for the eyes, to NDJSON files, to SQLite.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>

#include "export/fan_out.hpp"
#include "export/input_files.hpp"
#include "export/open_sink.hpp"
#include "run/filter_options.hpp"
#include "run/filter_run.hpp"
#include "run/tool.hpp"
#include "stream/stop_grace.hpp"
#include "terminal/screen.hpp"

namespace {

using dbi::Result;
using dbi::terminal::Color;

struct Options {
  std::vector<std::string> to;
  bool fail_on_scrape = false;
  Color color = Color::Auto;
  std::uint32_t rows = 20;
  std::uint32_t width = 120;
  std::optional<std::uint64_t> rotate_size;
  std::optional<dbi::microseconds> rotate_age;
  std::optional<std::uint64_t> keep_files;
  std::optional<std::uint64_t> keep_bytes;
  std::optional<dbi::microseconds> retain;
  bool uncounted = false;
  dbi::run::FilterOptions filter;
};

void describe(dbi::cli::Tree& tree, Options& options) {
  tree.group("Delivery");
  tree.texts("--to", &options.to,
             "deliver to SINK: table, ndjson:PATH, sqlite:PATH; may be given several times; on a terminal the default "
             "is table")
      .value("SINK")
      .repeatable();
  tree.toggle("--fail-on-scrape", &options.fail_on_scrape, "exit with 4 if a target's scrape has failed");
  tree.group("Table");
  tree.choice("--color", &options.color,
              {{"auto", Color::Auto, "on a terminal, unless NO_COLOR is set"},
               {"always", Color::Always, "always"},
               {"never", Color::Never, "never"}},
              "when the table is coloured");
  tree.integer("--rows", &options.rows, "show up to N statements of a target").value("N").range(1, 5000);
  tree.integer("--width", &options.width, "columns of a table that goes to no terminal").value("N").range(40, 10000);
  tree.group("NDJSON files");
  tree.size("--rotate-size", &options.rotate_size, "start a new file before one has more than SIZE").at_least(1);
  tree.duration("--rotate-age", &options.rotate_age, "start a new file when one is older than DURATION")
      .at_least(dbi::microseconds{1'000'000});
  tree.integer("--keep-files", &options.keep_files, "keep at most N rotated files").value("N");
  tree.size("--keep-bytes", &options.keep_bytes, "keep rotated files of at most SIZE in all");
  tree.group("SQLite");
  tree.duration("--retain", &options.retain, "delete rows that are older than DURATION")
      .at_least(dbi::microseconds{1'000'000});
  tree.choice("--uncounted", &options.uncounted,
              {{"refuse", false, "what arrived of it is counted as dropped"},
               {"allow", true, "it is stored as it came; for pipes in which something takes records out"}},
              "what becomes of a cycle that lacks records which no `dropped` record counts");
  dbi::run::describe_filter_options(tree, options.filter);
}

Result<std::vector<std::string>> choose_sinks(const Options& options, bool terminal) {
  std::vector<std::string> sinks = options.to;
  if (sinks.empty() && terminal) sinks.emplace_back("table");
  if (sinks.empty()) {
    return dbi::fail(dbi::ErrorKind::Usage, "no sink is given and standard output is no terminal",
                     "Write --to table, --to ndjson:PATH or --to sqlite:PATH.");
  }
  DBI_TRY(dbi::exporting::check_sinks(sinks));
  const auto is_sqlite = [](const std::string& word) { return word.starts_with("sqlite:"); };
  if (options.filter.resume && std::ranges::any_of(sinks, is_sqlite)) {
    return dbi::fail(dbi::ErrorKind::Usage, "--resume would tear a cycle in two in SQLite",
                     "Read the input from its start; a cycle that was cut off is left out.");
  }
  return sinks;
}

// For SIGHUP.
Result<dbi::run::FilterOptions> reread(const dbi::run::Context& context);

Result<dbi::ExitStatus> deliver(const Options& options, dbi::run::Context& context) {
  const int output = context.process->output;
  const bool terminal = ::isatty(output) == 1;
  DBI_TRY_ASSIGN(const std::vector<std::string> words, choose_sinks(options, terminal));
  dbi::exporting::SinkOptions sinks;
  sinks.table.color = dbi::terminal::shows_color(options.color, output, context.process->environment);
  sinks.table.statements = options.rows;
  sinks.table.width = options.width;
  if (terminal)
    sinks.table.window = [output] { return dbi::terminal::window_of(output).value_or(dbi::terminal::WindowSize{}); };
  sinks.rotation = {options.rotate_size, options.rotate_age, options.keep_files, options.keep_bytes};
  sinks.sqlite.name = context.common.name;
  sinks.sqlite.retain = options.retain;
  sinks.sqlite.uncounted = options.uncounted;
  sinks.sqlite.gives_up = [grace = dbi::stream::StopGrace(options.filter.drain, *context.clock)]() mutable {
    return grace.is_over();
  };
  sinks.log = context.log;
  const dbi::exporting::Inputs inputs{options.filter.files, STDIN_FILENO};
  DBI_TRY(dbi::exporting::check_not_read(words, inputs));

  dbi::exporting::Delivery delivery;
  delivery.archive = dbi::exporting::reads_archive(inputs);
  const bool acknowledges = dbi::exporting::can_acknowledge(words) && !delivery.archive;
  const auto make = [&](const dbi::run::FilterSetup& setup) -> Result<std::unique_ptr<dbi::stream::Filter>> {
    if (acknowledges && setup.folder) sinks.sqlite.acknowledger.emplace(*setup.folder, context.common.name);
    DBI_TRY_ASSIGN(auto opened, dbi::exporting::open_sinks(words, sinks, *context.clock));
    return std::unique_ptr<dbi::stream::Filter>(
        std::make_unique<dbi::exporting::FanOut>(std::move(opened), *context.log, delivery));
  };
  DBI_TRY_ASSIGN(const dbi::ExitStatus status,
                 dbi::run::run_filter(options.filter, context, make, [&] { return reread(context); }));
  // The sink's fault was reported when it happened.
  if (delivery.fault) return dbi::ExitStatus::InputOutput;
  if (options.fail_on_scrape && delivery.scrape_failed) return dbi::ExitStatus::Unreachable;
  return status;
}

constexpr dbi::run::Tool<Options> kTool{
    .program = {.name = "dbi-export", .summary = "deliver records to a table, NDJSON files or SQLite"},
    .describe = describe,
    .body = deliver};

Result<dbi::run::FilterOptions> reread(const dbi::run::Context& context) {
  DBI_TRY_ASSIGN(const Options options, dbi::run::reread(kTool, context));
  return options.filter;
}

}  // namespace

int main(int argc, char** argv) {
  return dbi::run::run_tool(kTool, argc, argv);
}
