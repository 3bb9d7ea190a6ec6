// dbi-export: delivers records to a table for the eyes, to NDJSON files, to SQLite.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>

#include "export/export_options.hpp"
#include "export/fan_out.hpp"
#include "export/input_files.hpp"
#include "export/open_sink.hpp"
#include "options/export.hpp"
#include "run/filter_options.hpp"
#include "run/filter_run.hpp"
#include "run/tool.hpp"
#include "stream/stop_grace.hpp"
#include "terminal/screen.hpp"

namespace {

using dbi::Result;
using Options = dbi::tools::ExportToolOptions;

Result<std::vector<std::string>> choose_sinks(const Options& options, bool terminal) {
  std::vector<std::string> sinks = options.delivery.to;
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
  sinks.table.color = dbi::terminal::shows_color(options.delivery.color, output, context.process->environment);
  sinks.table.statements = options.delivery.rows;
  sinks.table.width = options.delivery.width;
  if (terminal)
    sinks.table.window = [output] { return dbi::terminal::window_of(output).value_or(dbi::terminal::WindowSize{}); };
  sinks.rotation = {options.delivery.rotate_size, options.delivery.rotate_age, options.delivery.keep_files,
                    options.delivery.keep_bytes};
  sinks.sqlite.name = context.common.name;
  sinks.sqlite.retain = options.delivery.retain;
  sinks.sqlite.uncounted = options.delivery.uncounted;
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
  if (options.delivery.fail_on_scrape && delivery.scrape_failed) return dbi::ExitStatus::Unreachable;
  return status;
}

constexpr dbi::run::Tool<Options> kTool{
    .program = {.name = "dbi-export", .summary = "deliver records to a table, NDJSON files or SQLite"},
    .describe = dbi::tools::describe,
    .body = deliver};

Result<dbi::run::FilterOptions> reread(const dbi::run::Context& context) {
  DBI_TRY_ASSIGN(const Options options, dbi::run::reread(kTool, context));
  return options.filter;
}

}  // namespace

int main(int argc, char** argv) {
  return dbi::run::run_tool(kTool, argc, argv);
}
