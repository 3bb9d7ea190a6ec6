// dbi-ratelimit: holds each key (target, database) to its rate. Flags and wiring; the work is in limit/.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/descriptor.hpp"
#include "base/errno_text.hpp"
#include "limit/limit_filter.hpp"
#include "limit/limit_options.hpp"
#include "limit/status.hpp"
#include "options/ratelimit.hpp"
#include "run/filter_run.hpp"
#include "run/tool.hpp"
#include "state/atomic_file.hpp"

namespace {

using namespace dbi;

using Options = tools::RatelimitToolOptions;
using Verb = tools::RatelimitVerb;

Result<ExitStatus> print_status(run::Context& context) {
  DBI_TRY_ASSIGN(const auto root, state::resolve_root(context.folder_request(), context.process->environment));
  const auto folder = root / context.common.pipeline;
  if (!std::filesystem::is_directory(folder)) {
    return fail(ErrorKind::Usage, fmt::format("no pipeline '{}' in {}", context.common.pipeline, root.string()),
                "--pipeline and --state-dir say which state is meant.");
  }
  const auto file = folder / fmt::format("{}@{}.json", context.tool, context.common.name);
  DBI_TRY_ASSIGN(const auto content, state::read_whole(file));
  // One that has seen no key yet has no file, but the lock's is there.
  if (!content && !std::filesystem::exists(file.string() + ".lock")) {
    return fail(ErrorKind::Usage, fmt::format("no state of {} in {}", context.common.name, folder.string()),
                "--name says which instance is meant.");
  }
  auto table = limit::status_table(content.value_or(std::string()));
  if (!table) return fail(table.error().kind, fmt::format("{}: {}", file.string(), table.error().message));
  if (!write_all(context.process->output, fmt::format("{}\n{}", file.string(), *table)) && errno != EPIPE) {
    return fail(ErrorKind::Output, "standard output: " + errno_text(errno));
  }
  return ExitStatus::Done;
}

void add_figures(run::RunTelemetry& telemetry, const limit::LimitFigures& figures) {
  telemetry.add("admitted", figures.admitted);
  telemetry.add("over_limit{limit=\"key\"}", figures.over_key);
  telemetry.add("over_limit{limit=\"global\"}", figures.over_global);
  telemetry.add("delayed", figures.delayed);
  telemetry.add("rate_changes", figures.rate_changes);
  telemetry.add("key_evictions", figures.key_evictions);
  telemetry.add("keys", figures.keys);
  telemetry.add("rejection_rate", figures.rejection_rate);
}

Result<Options> reread(const run::Context& context);

Result<std::unique_ptr<stream::Filter>> make_filter(const Options& options, const run::Context& context,
                                                    const run::FilterSetup& setup) {
  DBI_TRY_ASSIGN(limit::LimitSettings settings, limit::settings_of(options.limits));
  std::optional<stream::DivertFile> divert;
  if (options.limits.divert) {
    DBI_TRY_ASSIGN(divert, stream::DivertFile::open(*options.limits.divert,
                                                    {options.filter.files, context.process->output, setup.rejects}));
  }
  limit::LimitSurroundings around;
  around.tool = context.tool;
  around.name = context.common.name;
  around.clock_mode = options.filter.clock;
  around.replay = options.filter.replay;
  around.clock = context.clock;
  around.counters = setup.counters;
  if (setup.folder) {
    DBI_TRY_ASSIGN(around.telemetry_folder, setup.folder->telemetry());
  }
  around.reread = [&context, over = options.limits.over,
                   file = options.limits.divert]() -> Result<limit::LimitSettings> {
    DBI_TRY_ASSIGN(const Options now, reread(context));
    if (now.limits.over != over || now.limits.divert != file) {
      context.log->warning("--over and --divert take effect at the next start");
    }
    return limit::settings_of(now.limits);
  };
  auto filter = std::make_unique<limit::LimitFilter>(std::move(settings), options.limits.over, std::move(divert),
                                                     std::move(around));
  add_figures(*setup.telemetry, filter->figures());
  return std::unique_ptr<stream::Filter>(std::move(filter));
}

Result<ExitStatus> body(const Options& options, run::Context& context) {
  if (options.verb) return print_status(context);
  return run::run_filter(
      options.filter, context, [&](const run::FilterSetup& setup) { return make_filter(options, context, setup); },
      [&]() -> Result<run::FilterOptions> {
        DBI_TRY_ASSIGN(const Options now, reread(context));
        return now.filter;
      });
}

constexpr run::Tool<Options> kTool{
    .program = {.name = "dbi-ratelimit", .summary = "hold the records of each database to a rate"},
    .describe = tools::describe,
    .body = body};

Result<Options> reread(const run::Context& context) {
  return run::reread(kTool, context);
}

}  // namespace

int main(int argc, char** argv) {
  return run::run_tool(kTool, argc, argv);
}
