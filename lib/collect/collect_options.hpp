// What the command line and the configuration of dbi-collect say, and what that means for a run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "collect/collector.hpp"
#include "collect/probe.hpp"

namespace dbi::collect {

/// Of a run that needs an interval and was given none: a count of cycles, or the wait for the first difference.
inline constexpr microseconds kDefaultInterval = std::chrono::seconds{5};

/// An entry of the configuration's list of targets: `url` or `service`.
struct ConfiguredTarget {
  std::string name;
  std::string url;
  std::string service;
  std::string password_file;
  std::optional<db::TlsMode> tls = {};  ///< of MySQL and MariaDB
};

/// When the counters of a cycle become the start of the next (DESIGN.md section 4, "Commit").
enum class Commit : std::uint8_t {
  Written,  ///< its scrape was written
  Exported  ///< an exporter says that it holds the cycle
};

/// Whether the values in statements and plans leave.
enum class Literals : std::uint8_t { Remove, Keep };

/// As given, or as the parts that use it have it by default.
struct CollectOptions {
  std::vector<std::string> targets;
  std::vector<ConfiguredTarget> configured;
  bool once = false;
  std::optional<microseconds> interval;
  std::optional<std::uint64_t> count;
  std::optional<FirstRun> baseline;
  Commit commit = Commit::Written;
  std::string ack_from = "dbi-export";
  std::vector<std::string> kinds{"query_stats", "session"};
  QueryStatsOptions stats;
  microseconds text_interval = kDefaultTextInterval;
  bool ignore_circuits = false;
  std::optional<microseconds> statement_timeout;  ///< nothing: db::Guards has it, until dbi-breaker advises another
  microseconds lock_timeout = db::Guards{}.lock_timeout;
  microseconds connect_timeout = db::Limits{}.connect;
  std::size_t max_cycle_bytes = CycleSettings{}.max_cycle_bytes;
  std::optional<std::string> record;
  std::optional<std::string> explain;  ///< a file of statements
  ExplainSettings explaining;          ///< but for what the file holds
  Literals literals = Literals::Remove;
  bool probe = false;
};

/// Whether the entry can be connected to, as far as it says itself; nothing outside is looked at. Fails with
/// ErrorKind::Usage or Configuration.
Status check_target(const ConfiguredTarget& target);

/// How each target is connected to: those that were named, else all of the configuration. Fails with ErrorKind::Usage
/// or Configuration: none, too many, an unknown or a repeated name, a target that cannot be read; where it is the only
/// one, also what libpq refuses before it connects, as a service that is not there (among several, that is a cycle that
/// fails).
Result<std::vector<ConnectionSettings>> find_targets(const CollectOptions& options);

/// The systems that the targets are of, as their URLs say it.
[[nodiscard]] std::vector<sql::System> systems_of(const std::vector<ConnectionSettings>& targets);

/// A run's settings but for its targets, the file that is explained and what surrounds it. `first_run` holds where no
/// --baseline was given.
[[nodiscard]] CollectorSettings collector_settings(const CollectOptions& options, FirstRun first_run);

[[nodiscard]] ProbeRequest probe_request(const CollectOptions& options);

}  // namespace dbi::collect
