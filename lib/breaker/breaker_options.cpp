// SPDX-License-Identifier: Apache-2.0
#include "breaker/breaker_options.hpp"

#include <algorithm>
#include <chrono>

namespace dbi::breaker {

namespace {

using namespace std::chrono_literals;

void describe_records(cli::Tree& tree, BreakerOptions& options) {
  tree.group("Records");
  tree.choice("--on-open", &options.settings.on_open,
              {{"tag", OnOpen::Tag, "they pass with the member circuit, \"open\""},
               {"drop", OnOpen::Drop, "they are counted as dropped"},
               {"divert", OnOpen::Divert, "the same, and they are appended to --divert-to"}},
              "what becomes of records of an open circuit")
      .key("circuit_breaker.on_open");
  tree.file("--divert-to", &options.settings.divert_to, "append diverted records to FILE")
      .key("circuit_breaker.divert_to");
  tree.integer("--max-circuits", &options.settings.max_circuits, "know at most N targets and databases")
      .value("N")
      .key("circuit_breaker.max_circuits")
      .range(1, 1'000'000);
}

void describe_opening(cli::Tree& tree, BreakerOptions& options) {
  auto& rules = options.settings.rules;
  tree.group("When a circuit opens");
  tree.integer("--failure-threshold", &rules.minimum_calls, "open only with N calls in the window")
      .value("N")
      .text("With the default rate and window N failures in a row open a circuit, whatever came before.")
      .key("circuit_breaker.failure_threshold")
      .range(1, 1000);
  tree.number("--failure-rate", &options.failure_rate_pct, "open where so many percent of the calls failed")
      .value("PERCENT")
      .key("circuit_breaker.failure_rate_percent")
      .range(1, 100);
  tree.duration("--slow-over", &options.settings.slow_over, "count a cycle as slow that takes longer")
      .text("0 is never.")
      .key("circuit_breaker.slow_call_threshold");
  tree.number("--slow-rate", &options.slow_rate_pct, "open where so many percent of the calls were slow or failed")
      .value("PERCENT")
      .key("circuit_breaker.slow_call_rate_percent")
      .range(1, 100);
  tree.integer("--window-calls", &options.window_calls, "look at the last N calls")
      .value("N")
      .default_text("twice --failure-threshold")
      .key("circuit_breaker.window_calls")
      .range(1, 1000);
  tree.duration("--window-time", &rules.window.time, "look at the calls of the last DURATION instead")
      .key("circuit_breaker.window_time")
      .range(1s, std::chrono::hours(24) * 31);
  tree.number("--connections-threshold", &options.settings.connections_pct,
              "count a cycle as failed that finds so many percent of the server's connections in use")
      .value("PERCENT")
      .text("0 is never.")
      .key("circuit_breaker.connections_threshold_percent")
      .range(0, 100);
  tree.duration("--replica-lag-threshold", &options.settings.replica_lag,
                "count a cycle as failed that finds a replica so far behind")
      .text("0 is never.")
      .key("circuit_breaker.replica_lag_threshold");
}

void describe_closing(cli::Tree& tree, BreakerOptions& options) {
  auto& rules = options.settings.rules;
  tree.group("When it closes again");
  tree.duration("--open-time", &rules.backoff.base, "stay open for so long the first time")
      .key("circuit_breaker.open_state_timeout")
      .range(1ms, std::chrono::hours(24) * 31);
  tree.duration("--max-open-time", &rules.backoff.cap, "stay open no longer than this")
      .key("circuit_breaker.max_open_state_timeout")
      .range(1ms, std::chrono::hours(24) * 31);
  tree.number("--backoff", &rules.backoff.factor, "stay open so many times longer each time in a row")
      .value("FACTOR")
      .key("circuit_breaker.backoff_multiplier")
      .range(1, 100);
  tree.number("--jitter", &options.jitter_pct, "let chance take away up to so many percent of an open time")
      .value("PERCENT")
      .key("circuit_breaker.jitter_percent")
      .range(0, 100);
  tree.integer("--seed", &rules.backoff.seed, "choose another chance").value("N").key("circuit_breaker.seed");
  tree.integer("--success-threshold", &rules.probes, "close after N probes that succeeded")
      .value("N")
      .text("Also the most cycles that a half-open circuit admits.")
      .key("circuit_breaker.success_threshold")
      .range(1, 1000);
  tree.duration("--half-open-timeout", &rules.half_open_timeout, "decide after so long by the probes there were")
      .key("circuit_breaker.half_open_timeout")
      .range(1ms, std::chrono::hours(24) * 31);
  tree.duration("--reset-after", &rules.reset_after,
                "begin with the first open time again after so long without a failure")
      .key("circuit_breaker.reset_after");
}

void describe_host(cli::Tree& tree, BreakerOptions& options) {
  auto& settings = options.settings;
  tree.group("This machine");
  tree.number("--cpu-threshold", &settings.host.cpu_pct, "fail with so many percent of the CPU in use")
      .value("PERCENT")
      .text("0 switches this off; so below.")
      .key("circuit_breaker.cpu_threshold_percent")
      .range(0, 100);
  tree.integer("--memory-threshold-mb", &options.memory_mb, "fail with less than so many MiB of memory available")
      .value("MIB")
      .text("On a machine with less than ten times as much: with less than a tenth of it.")
      .key("circuit_breaker.memory_threshold_mb")
      .range(0, 1'000'000'000);
  tree.number("--pressure-threshold", &settings.host.memory_pressure_pct,
              "fail where all work waited for memory so many percent of the time")
      .value("PERCENT")
      .key("circuit_breaker.pressure_threshold_percent")
      .range(0, 100);
  tree.duration("--health-check-interval", &settings.host_interval, "read these figures at most so often")
      .key("circuit_breaker.health_check_interval");
  tree.group("Advice for dbi-collect");
  tree.toggle("--adaptive-timeout", &settings.adaptive_timeout, "advise a time limit for the reads of each target")
      .key("circuit_breaker.enable_adaptive_timeout");
  tree.duration("--base-timeout", &settings.timeout.base, "advise no less than this")
      .key("circuit_breaker.base_timeout")
      .range(1ms, 24h);
  tree.duration("--max-timeout", &settings.timeout.highest, "advise no more than this")
      .key("circuit_breaker.max_timeout")
      .range(1ms, 24h);
}

}  // namespace

void describe_breaker_options(cli::Tree& tree, BreakerOptions& options) {
  describe_records(tree, options);
  describe_opening(tree, options);
  describe_closing(tree, options);
  describe_host(tree, options);
}

Result<Settings> settings_of(const BreakerOptions& options) {
  Settings settings = options.settings;
  settings.rules.window.calls =
      options.window_calls.value_or(std::min(2 * settings.rules.minimum_calls, circuit::WindowSize::kMaxCalls));
  settings.rules.failure_rate = options.failure_rate_pct / 100;
  settings.rules.slow_rate = options.slow_rate_pct / 100;
  settings.rules.backoff.jitter = options.jitter_pct / 100;
  settings.host.memory_available = options.memory_mb << 20U;
  DBI_TRY(check_settings(settings));
  return settings;
}

}  // namespace dbi::breaker
