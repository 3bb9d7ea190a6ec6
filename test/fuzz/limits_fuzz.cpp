// Any bytes as limits and schedules, and any times: no crash, no endless loop, windows that follow each other, never
// more than a burst at once.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/apply.hpp"
#include "config/yaml.hpp"
#include "limit/limit_options.hpp"
#include "limit/rate_limiter.hpp"

using namespace dbi;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void walk(const limit::Timetable& timetable, Timestamp moment) {
  for (int edge = 0; edge < 100; ++edge) {
    const auto state = timetable.at(moment);
    require(state.until > moment);
    if (state.until == Timestamp::max()) return;
    require(timetable.at(state.until - microseconds{1}).window == state.window);
    moment = state.until;
  }
}

}  // namespace

// The first eight bytes are a time, what follows is a document.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 8) return 0;
  std::uint64_t seed = 0;
  for (int i = 0; i < 8; ++i) seed = seed << 8U | data[i];
  const std::string_view text(reinterpret_cast<const char*>(data + 8), size - 8);
  const auto document = config::parse_yaml(text, "dbi.yaml");
  if (!document) return 0;
  limit::LimitOptions options;
  cli::Tree tree;
  limit::describe_limit_options(tree, options);
  if (!config::apply(*document, tree, [](const std::string&) { return std::nullopt; }).empty()) return 0;
  if (!tree.run_checks()) return 0;
  const auto settings = limit::settings_of(options);
  require(settings.has_value());
  // From the year 0 to 9999.
  const Timestamp moment{microseconds{static_cast<std::int64_t>(seed % 315'569'519'999'000'000U)} -
                         microseconds{62'167'219'200'000'000}};
  walk(settings->fallback.timetable, moment);
  for (const auto& named : settings->named) walk(named.timetable, moment);
  limit::RateLimiter limiter(*settings);
  for (const auto* database : {"app", "etl_1", ""}) {
    const limit::KeyParts key{"main", database};
    const auto later = moment + std::chrono::hours{seed % 100'000};
    for (int i = 0; i < 200; ++i) limiter.decide(key, {moment, moment});
    const auto verdict = limiter.decide(key, {later, later});
    require(verdict.admitted() || verdict.wait > microseconds{0});
  }
  return 0;
}
