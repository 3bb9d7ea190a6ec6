// dbi-sample: keeps what matters, with weights that make up for the rest.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <string>

#include "options/sample.hpp"
#include "run/filter_options.hpp"
#include "run/filter_run.hpp"
#include "run/tool.hpp"
#include "sampling/sampler.hpp"
#include "sampling/sampler_options.hpp"
#include "stream/record_clock.hpp"

namespace {

using dbi::Result;

using Options = dbi::tools::SampleToolOptions;

void add_figures(dbi::run::RunTelemetry& telemetry, const dbi::sampling::Sampler& sampler) {
  const auto& figures = sampler.figures();
  telemetry.add("records_dropped{reason=\"sampled\"}", figures.sampled);
  telemetry.add("records_dropped{reason=\"rule\"}", figures.rule);
  telemetry.add("records_dropped{reason=\"limit\"}", figures.limit);
  telemetry.add("records_dropped{reason=\"dedup\"}", figures.dedup);
  telemetry.add("slow_queries", figures.slow);
  telemetry.add("cache_hits", figures.cache_hits);
  telemetry.add("cache_misses", figures.cache_misses);
  telemetry.add("cache_evictions", figures.cache_evictions);
  telemetry.add("cache_size", figures.cache_size);
  telemetry.add("sample_rate", figures.sample_rate);
  for (const auto& [rule, matches] : sampler.rule_matches()) {
    telemetry.add(fmt::format("rule_matches{{rule=\"{}\"}}", rule), matches);
  }
}

// For SIGHUP.
Result<Options> reread(const dbi::run::Context& context);

Result<dbi::ExitStatus> sample(const Options& options, dbi::run::Context& context) {
  const auto make = [&](const dbi::run::FilterSetup& setup) -> Result<std::unique_ptr<dbi::stream::Filter>> {
    dbi::sampling::Sampler::Setup around{.tool = context.tool,
                                         .name = context.common.name,
                                         .clock = {options.filter.clock, options.filter.replay, *context.clock},
                                         .max_record_bytes = options.filter.max_record_bytes,
                                         .reread = [&context]() -> Result<dbi::sampling::SamplerOptions> {
                                           DBI_TRY_ASSIGN(Options now, reread(context));
                                           return std::move(now.sampling);
                                         }};
    DBI_TRY_ASSIGN(auto sampler, dbi::sampling::Sampler::make(options.sampling, std::move(around)));
    add_figures(*setup.telemetry, *sampler);
    return std::unique_ptr<dbi::stream::Filter>(std::move(sampler));
  };
  const auto limits = [&context]() -> Result<dbi::run::FilterOptions> {
    DBI_TRY_ASSIGN(Options now, reread(context));
    return std::move(now.filter);
  };
  return dbi::run::run_filter(options.filter, context, make, limits);
}

constexpr dbi::run::Tool<Options> kTool{
    .program = {.name = "dbi-sample", .summary = "keep what matters, with weights that make up for the rest"},
    .describe = dbi::tools::describe,
    .body = sample};

Result<Options> reread(const dbi::run::Context& context) {
  return dbi::run::reread(kTool, context);
}

}  // namespace

int main(int argc, char** argv) {
  return dbi::run::run_tool(kTool, argc, argv);
}
