// What a plan costs, step by step: plans that real servers printed as JSON, 4 to 9 KiB each, one core, no cache.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "plan/analysis.hpp"
#include "planread/plan_reader.hpp"
#include "record/text_of.hpp"
#include "unit/support/count_allocations.hpp"

namespace {

using namespace dbi;

constexpr std::size_t kSmallest = std::size_t{4} << 10U;
constexpr std::size_t kLargest = std::size_t{9} << 10U;

std::vector<std::string> read_plans() {
  std::vector<std::string> plans;
  record::Reader reader;
  record::Record record;
  for (const auto& entry : std::filesystem::directory_iterator(DBI_PLANS)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("postgresql-") || name.ends_with(".expected.ndjson")) continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      const std::size_t size = line.size();
      line.append(record::kPadding, '\0');
      if (!reader.parse(std::string_view(line).substr(0, size), record)) continue;
      std::string plan = record::text_of(record, "plan");
      const bool fits = plan.size() >= kSmallest && plan.size() <= kLargest;
      if (record::text_of(record, "format") == "json" && fits) plans.push_back(std::move(plan));
    }
  }
  std::sort(plans.begin(), plans.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  return plans;
}

const std::vector<std::string>& plans() {
  static const std::vector<std::string> kPlans = read_plans();
  return kPlans;
}

// Runs a step over the plans, one after the other.
template <typename Step>
void over_plans(benchmark::State& state, const Step& step) {
  std::size_t at = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::string& plan = plans()[at];
    step(plan);
    bytes += plan.size();
    at = at + 1 == plans().size() ? 0 : at + 1;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.counters["median_bytes"] = static_cast<double>(plans()[plans().size() / 2].size());
}

planread::PlanReader& read(const std::string& text) {
  static planread::PlanReader reader;
  const bool whole = reader.open(text) && reader.read(0);
  if (!whole) std::abort();
  return reader;
}

void read_document(benchmark::State& state) {
  planread::Document document;
  over_plans(state, [&](const std::string& text) { benchmark::DoNotOptimize(planread::read_json(text, document)); });
}

void read_plan(benchmark::State& state) {
  over_plans(state, [](const std::string& text) { benchmark::DoNotOptimize(read(text).plan().nodes().size()); });
}

void redact(benchmark::State& state) {
  std::string out;
  planread::RedactionFaults faults;
  over_plans(state, [&](const std::string& text) {
    out.clear();
    read(text).redact(out, faults);
  });
}

void fingerprint(benchmark::State& state) {
  plan::Fingerprint fingerprint;
  over_plans(state, [&](const std::string& text) { fingerprint.compute(read(text).plan()); });
}

void analyse(benchmark::State& state) {
  plan::Analysis analysis;
  over_plans(state, [&](const std::string& text) { analysis.compute(read(text).plan()); });
}

void all(benchmark::State& state) {
  plan::Analysis analysis;
  std::string out;
  planread::RedactionFaults faults;
  over_plans(state, [&](const std::string& text) {
    out.clear();
    planread::PlanReader& reader = read(text);
    analysis.compute(reader.plan());
    reader.redact(out, faults);
  });
}

// The same with the time of each plan, of which the slowest in a hundred counts, and what is allocated for one.
void all_by_plan(benchmark::State& state) {
  plan::Analysis analysis;
  std::string out;
  planread::RedactionFaults faults;
  std::vector<double> microseconds;
  std::size_t made = 0;
  over_plans(state, [&](const std::string& text) {
    const auto begin = std::chrono::steady_clock::now();
    const std::size_t before = allocations;
    out.clear();
    planread::PlanReader& reader = read(text);
    analysis.compute(reader.plan());
    reader.redact(out, faults);
    made += allocations - before;
    microseconds.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
  });
  std::sort(microseconds.begin(), microseconds.end());
  state.counters["p99_us"] = microseconds[microseconds.size() * 99 / 100];
  state.counters["allocations"] = static_cast<double>(made) / static_cast<double>(microseconds.size());
}

BENCHMARK(read_document);
BENCHMARK(read_plan);
BENCHMARK(redact);
BENCHMARK(fingerprint);
BENCHMARK(analyse);
BENCHMARK(all);
BENCHMARK(all_by_plan);

}  // namespace

BENCHMARK_MAIN();
