// SPDX-License-Identifier: Apache-2.0
#include "config/dialect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dbi::config {

namespace {

constexpr std::string_view kLog = "Write --log-level debug on the command line.";
constexpr std::string_view kRates = "max_records_per_second is a goal that lowers the rates by itself.";
constexpr std::string_view kAlways = "It is always so; leave it out.";
constexpr std::string_view kState = "What is remembered stands in the state folder, see dbi(7).";

// The spellings found in the original's code, its configurations and its documents, and those of the Collector.
constexpr auto kOldNames = std::to_array<OldName>({
    {"", "adaptivesampler", "adaptive_sampler", ""},
    {"", "adaptive_sampling", "adaptive_sampler", ""},
    {"", "circuitbreaker", "circuit_breaker", ""},
    {"", "planattributeextractor", "plan_extractor", ""},
    {"", "plan_attribute_extractor", "plan_extractor", ""},
    {"", "planextractor", "plan_extractor", ""},
    {"", "verificationprocessor", "verification", ""},
    {"", "ratelimiter", "rate_limiter", ""},
    {"", "rate_limiting", "rate_limiter", ""},
    {"", "receivers", "targets", "What is read of them is said in collector."},
    {"", "exporters", "exporter", ""},
    {"", "processors", "", "Each part of dbi is a section of its own, as circuit_breaker."},
    {"", "extensions", "health", ""},
    {"", "service", "", "The pipeline is the shell's; --log-level says how much is told."},
    {"", "__includes", "", "Write a base and overlays, see dbi-gen-config(1)."},
    {"adaptive_sampler", "sampling_rules", "rules", ""},
    {"adaptive_sampler", "default_sampling_rate", "default_sample_rate", ""},
    {"adaptive_sampler", "sampling_rate", "sample_rate", "It is a share from 0 to 1, no percentage."},
    {"adaptive_sampler", "target_rate", "sample_rate", ""},
    {"adaptive_sampler", "condition", "conditions", "They are a list of attribute, operator and value."},
    {"adaptive_sampler", "min_sampling_rate", "", kRates},
    {"adaptive_sampler", "max_sampling_rate", "", kRates},
    {"adaptive_sampler", "min_sample_rate", "", kRates},
    {"adaptive_sampler", "evaluation_interval", "goal_window_seconds", ""},
    {"adaptive_sampler", "high_cost_threshold", "slow_query_threshold_ms", ""},
    {"adaptive_sampler", "high_cost_threshold_ms", "slow_query_threshold_ms", ""},
    {"adaptive_sampler", "deduplication_window", "deduplication.window_seconds", ""},
    {"adaptive_sampler", "cleanup_interval", "", "What is too old is forgotten by itself."},
    {"adaptive_sampler", "in_memory_only", "", kState},
    {"adaptive_sampler", "state_file", "", kState},
    {"adaptive_sampler", "enable_debug_logging", "", kLog},
    {"circuit_breaker", "timeout", "base_timeout", ""},
    {"circuit_breaker", "cooldown", "open_state_timeout", ""},
    {"circuit_breaker", "cooldown_period", "open_state_timeout", ""},
    {"circuit_breaker", "recovery_timeout", "open_state_timeout", ""},
    {"circuit_breaker", "break_duration", "open_state_timeout", ""},
    {"circuit_breaker", "half_open_max_requests", "success_threshold", ""},
    {"circuit_breaker", "half_open_requests", "success_threshold", ""},
    {"circuit_breaker", "evaluation_interval", "window_time", ""},
    {"circuit_breaker", "min_requests", "failure_threshold", ""},
    {"circuit_breaker", "error_threshold_percent", "failure_rate_percent", ""},
    {"circuit_breaker", "max_concurrent", "", "There is one connection at a time to a server."},
    {"circuit_breaker", "max_concurrent_requests", "", "There is one connection at a time to a server."},
    {"circuit_breaker", "enable_debug_logging", "", kLog},
    {"plan_extractor", "timeout", "timeout_ms", ""},
    {"plan_extractor", "cache_plans", "cache_entries", ""},
    {"plan_extractor", "cache_ttl", "cache_entries", "The oldest make room for new ones."},
    {"plan_extractor", "extract_fields", "", "All members are extracted, see dbi-record(5)."},
    {"plan_extractor", "hash_config", "", "plan_hash has one recipe, see dbi-record(5)."},
    {"plan_extractor", "query_anonymization", "literals", ""},
    {"plan_extractor", "querylens", "history", ""},
    {"plan_extractor", "safe_mode", "", kAlways},
    {"plan_extractor", "unsafe_plan_collection", "", "Nothing is explained unless dbi-collect --explain is told to."},
    {"plan_extractor", "error_mode", "", "A plan that cannot be read passes with plan_error."},
    {"plan_extractor", "postgresql_rules", "", "Plans are recognised by themselves."},
    {"plan_extractor", "mysql_rules", "", "Plans are recognised by themselves."},
    {"plan_extractor", "enable_debug_logging", "", kLog},
    {"rate_limiter", "rps", "default_rps", ""},
    {"rate_limiter", "burst", "default_burst", ""},
    {"rate_limiter", "start_hour", "from", "Write a time of day: \"08:00\"."},
    {"rate_limiter", "end_hour", "to", "Write a time of day: \"18:00\"."},
    {"rate_limiter", "enable_metrics", "", kAlways},
    {"rate_limiter", "enabled", "", "Leave dbi-ratelimit out of the pipe."},
    {"memory_limiter", "limit_mib", "limit", "It takes a unit: 512MiB."},
    {"memory_limiter", "spike_limit_mib", "spike", "It takes a unit: 128MiB."},
    {"memory_limiter", "limit_percentage", "limit", "Without it, nine tenths of the control group's limit hold."},
    {"memory_limiter", "spike_limit_percentage", "spike", ""},
    {"memory_limiter", "check_interval", "", "It is looked at all the time; leave it out."},
    {"collector", "collection_interval", "interval", ""},
    {"collector", "collection_interval_seconds", "interval", "It takes a unit: 60s."},
    {"collector", "query_timeout", "statement_timeout", ""},
    {"collector", "query_timeout_ms", "statement_timeout", "It takes a unit: 3000ms."},
    {"collector", "max_queries_per_collection", "top", ""},
    {"targets", "dsn", "url", ""},
    {"targets", "endpoint", "url", ""},
    {"targets", "datasource", "url", ""},
    {"targets", "username", "url", "The user stands in it: postgresql://USER@HOST/DATABASE."},
    {"targets", "password", "password_file", "A password is never a value of the document."},
});

}  // namespace

std::span<const OldName> old_names() {
  return kOldNames;
}

std::string remedy_for(std::string_view section, std::string_view name) {
  const auto found =
      std::ranges::find_if(kOldNames, [&](const OldName& old) { return old.section == section && old.name == name; });
  if (found == kOldNames.end()) return {};
  if (found->key.empty()) return std::string(found->remedy);
  return fmt::format("It is called {} here.{}{}", found->key, found->remedy.empty() ? "" : " ", found->remedy);
}

}  // namespace dbi::config
