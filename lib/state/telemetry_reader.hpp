// What other tools of the pipeline say of themselves: the snapshots of those that run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace dbi::state {

/// A snapshot older than this says nothing (it is written once a second).
inline constexpr std::chrono::seconds kTelemetryAge{10};

/// One tool's snapshot, see TelemetrySnapshot.
struct TelemetryReading {
  std::string file;  ///< its name, which tells a process from another
  std::string tool;
  std::string name;
  Timestamp ts;
  std::map<std::string, std::uint64_t> counters;
  std::map<std::string, double> gauges;
};

/// The snapshots of `tool` in the telemetry folder, sorted by file: of owners that live, and of at most `kTelemetryAge`
/// before (or behind) `now`. What is no such file, damaged, or of a newer version is left out and left alone.
[[nodiscard]] std::vector<TelemetryReading> read_telemetry(const std::filesystem::path& folder, std::string_view tool,
                                                           Timestamp now);

}  // namespace dbi::state
