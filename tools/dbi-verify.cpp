// dbi-verify: checks records, and takes out of them what may not leave. Flags and wiring; the work is in verify/.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "options/verify.hpp"
#include "run/filter_options.hpp"
#include "run/filter_run.hpp"
#include "run/tool.hpp"
#include "verify/verifier.hpp"
#include "verify/verify_options.hpp"

namespace {

using dbi::Result;

using Options = dbi::tools::VerifyToolOptions;

void add_figures(dbi::run::RunTelemetry& telemetry, const dbi::verify::Verifier& verifier) {
  const auto& figures = verifier.figures();
  const auto& watch = verifier.watch_figures();
  telemetry.add("records_dropped{reason=\"invalid\"}", figures.dropped_invalid);
  telemetry.add("records_dropped{reason=\"personal_data\"}", figures.dropped_personal);
  telemetry.add("records_dropped{reason=\"cardinality\"}", figures.dropped_cardinality);
  telemetry.add("records_over_cardinality", figures.over_limit);
  for (const auto& [member, values] : verifier.distinct_values()) {
    telemetry.add(fmt::format("distinct_values{{member=\"{}\"}}", member), values);
  }
  telemetry.add("records_with_personal_data", figures.personal);
  for (const auto& [pattern, records] : verifier.pattern_finds()) {
    telemetry.add(fmt::format("records_with_pattern{{pattern=\"{}\"}}", pattern), records);
  }
  telemetry.add("canaries", figures.canaries);
  telemetry.add("invalid_records", figures.invalid);
  telemetry.add("skewed_records", watch.skewed);
  telemetry.add("records_out_of_order", watch.out_of_order);
  telemetry.add("target_evictions", watch.target_evictions);
  telemetry.add("targets", watch.targets);
  telemetry.add("stale_targets", watch.stale_targets);
  telemetry.add("quality_score", watch.quality_score);
}

// For SIGHUP.
Result<Options> reread(const dbi::run::Context& context);

Result<dbi::ExitStatus> verify(const Options& given, dbi::run::Context& context) {
  Options options = given;
  options.filter.replay = options.filter.replay || options.report;
  std::uint64_t got_through = 0;
  const auto make = [&](const dbi::run::FilterSetup& setup) -> Result<std::unique_ptr<dbi::stream::Filter>> {
    dbi::verify::Verifier::Setup around{.tool = context.tool,
                                        .name = context.common.name,
                                        .replay = options.filter.replay,
                                        .clock = context.clock,
                                        .max_record_bytes = options.filter.max_record_bytes,
                                        .report = options.report,
                                        .got_through = &got_through,
                                        .reread = [&context]() -> Result<dbi::verify::VerifyOptions> {
                                          DBI_TRY_ASSIGN(Options now, reread(context));
                                          return std::move(now.verify);
                                        }};
    DBI_TRY_ASSIGN(auto verifier, dbi::verify::Verifier::make(options.verify, std::move(around)));
    add_figures(*setup.telemetry, *verifier);
    return std::unique_ptr<dbi::stream::Filter>(std::move(verifier));
  };
  const auto limits = [&context]() -> Result<dbi::run::FilterOptions> {
    DBI_TRY_ASSIGN(Options now, reread(context));
    return std::move(now.filter);
  };
  DBI_TRY_ASSIGN(const dbi::ExitStatus status, dbi::run::run_filter(options.filter, context, make, limits));
  if (got_through == 0) return status;
  context.log->warning(fmt::format("records with a canary that got through: {}", got_through));
  return dbi::ExitStatus::AnswerIsNo;
}

constexpr dbi::run::Tool<Options> kTool{
    .program = {.name = "dbi-verify", .summary = "check records, and take out what may not leave"},
    .describe = dbi::tools::describe,
    .body = verify};

Result<Options> reread(const dbi::run::Context& context) {
  return dbi::run::reread(kTool, context);
}

}  // namespace

int main(int argc, char** argv) {
  return dbi::run::run_tool(kTool, argc, argv);
}
