// dbi-plan: reads execution plans, names their shape, and says what is wrong. Flags and wiring; the work is in
// extract/.
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/descriptor.hpp"
#include "base/errno_text.hpp"
#include "extract/extract_options.hpp"
#include "extract/extractor.hpp"
#include "extract/plan_gate.hpp"
#include "extract/view_options.hpp"
#include "extract/viewer.hpp"
#include "history/history.hpp"
#include "options/plan.hpp"
#include "run/filter_options.hpp"
#include "run/filter_run.hpp"
#include "run/tool.hpp"

namespace {

using namespace dbi;

using Options = tools::PlanToolOptions;
using tools::is_view;

void add_figures(run::RunTelemetry& telemetry, const extract::ExtractFigures& figures) {
  telemetry.add("plans", figures.plans);
  telemetry.add("plan_errors", figures.errors);
  telemetry.add("plans_with_findings", figures.findings);
  telemetry.add("notices", figures.notices);
  telemetry.add("cache_hits", figures.cache_hits);
  telemetry.add("cache_misses", figures.cache_misses);
  telemetry.add("cache_evictions", figures.cache_evictions);
  telemetry.add("cache_size", figures.cache_size);
  telemetry.add("cache_bytes", figures.cache_bytes);
  telemetry.add("cache_hit_rate", figures.cache_hit_rate);
  telemetry.add("unknown_keys", figures.unknown_keys);
  telemetry.add("unreadable_expressions", figures.unreadable);
}

// A second instance of a pipeline has a file of its own.
Result<history::History> open_history(const extract::ExtractOptions& options, const run::FilterSetup& setup,
                                      const run::Context& context) {
  if (!setup.folder) return history::History(options.remembered);
  const std::string& name = context.common.name;
  const std::string file = name == context.tool ? std::string("plans.db") : "plans@" + name + ".db";
  std::string warning;
  auto history = history::History::open(setup.folder->path() / file, options.remembered, warning);
  if (!warning.empty()) context.log->warning(warning);
  return history;
}

// A view decides nothing that a later run would want to know, so that it stands in nobody's way.
run::FilterOptions filter_options(const Options& options) {
  run::FilterOptions filter = options.filter;
  filter.replay = filter.replay || is_view(options);
  return filter;
}

// For SIGHUP.
Result<Options> reread(const run::Context& context);

// The answer of --baseline and --fail-on, which malformed input does not hide.
Result<ExitStatus> answer(const extract::PlanGate& gate, ExitStatus status, const run::Context& context) {
  DBI_TRY_ASSIGN(const extract::Verdict verdict, gate.finish());
  if (!context.common.quiet && !write_all(context.process->diagnostics, verdict.text)) {
    return fail(ErrorKind::Output, "standard error: " + errno_text(errno));
  }
  return status == ExitStatus::Done && !verdict.passed ? ExitStatus::AnswerIsNo : status;
}

Result<std::unique_ptr<stream::Filter>> make_viewer(const Options& options, const run::FilterSetup& setup,
                                                    const run::Context& context) {
  extract::Viewer::Setup around;
  around.view = extract::make_view(options.view, context.process->output, context.process->environment);
  around.clock = context.clock;
  around.log = context.log;
  around.max_record_bytes = options.filter.max_record_bytes;
  auto filter = std::make_unique<extract::Viewer>(options.extract, std::move(around));
  setup.telemetry->add("plans", filter->figures().plans);
  setup.telemetry->add("plan_errors", filter->figures().errors);
  setup.telemetry->add("plans_with_findings", filter->figures().findings);
  return std::unique_ptr<stream::Filter>(std::move(filter));
}

Result<ExitStatus> body(const Options& options, run::Context& context) {
  std::optional<extract::PlanGate> gate;
  if (options.extract.gate.wanted()) {
    DBI_TRY_ASSIGN(gate, extract::PlanGate::open(options.extract.gate));
  }
  const auto make = [&](const run::FilterSetup& setup) -> Result<std::unique_ptr<stream::Filter>> {
    if (is_view(options)) return make_viewer(options, setup, context);
    extract::Extractor::Setup around;
    around.tool = context.tool;
    around.clock = context.clock;
    around.replay = options.filter.replay;
    around.records_only = options.filter.resume.has_value();
    around.max_record_bytes = options.filter.max_record_bytes;
    around.name = context.common.name;
    around.gate = gate ? &*gate : nullptr;
    around.waker = setup.waker;
    if (options.extract.history) {
      DBI_TRY_ASSIGN(around.history, open_history(options.extract, setup, context));
    }
    auto filter = std::make_unique<extract::Extractor>(options.extract, std::move(around));
    add_figures(*setup.telemetry, filter->figures());
    return std::unique_ptr<stream::Filter>(std::move(filter));
  };
  const auto limits = [&context]() -> Result<run::FilterOptions> {
    DBI_TRY_ASSIGN(Options now, reread(context));
    return filter_options(now);
  };
  DBI_TRY_ASSIGN(const ExitStatus status, run::run_filter(filter_options(options), context, make, limits));
  return gate ? answer(*gate, status, context) : status;
}

constexpr run::Tool<Options> kTool{
    .program = {.name = "dbi-plan", .summary = "read execution plans, name their shape, say what is wrong"},
    .describe = tools::describe,
    .body = body};

Result<Options> reread(const run::Context& context) {
  return run::reread(kTool, context);
}

}  // namespace

int main(int argc, char** argv) {
  return run::run_tool(kTool, argc, argv);
}
