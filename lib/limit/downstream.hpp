// Whether downstream keeps up: by the time that writes take, and by what exporters say of their spool and errors.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "limit/adaptive_rate.hpp"

namespace dbi::limit {

/// From when on a signal counts.
struct PressureLimits {
  double write_stall_share = 0.5;                        ///< of the time, spent in writes of the output
  std::uint64_t spool_bytes = std::uint64_t{64} << 20U;  ///< accepted by exporters and not yet delivered
};

/// What can be known of downstream at one moment.
struct DownstreamFigures {
  microseconds write_stall{};                               ///< total time in writes of the output
  std::optional<double> spool_bytes;                        ///< of all exporters that live; none: nobody says
  std::map<std::string, std::uint64_t> errors_by_exporter;  ///< total failed deliveries
};

/// Reads what dbi-export says in the telemetry folder: the gauges `spool_bytes` and the counters `export_errors`, with
/// or without labels. Snapshots that are stale, or whose owner is dead, say nothing.
[[nodiscard]] DownstreamFigures read_exporters(const std::filesystem::path& telemetry_folder, Timestamp now);

/// Turns figures into a verdict. One look every kInterval at most: between two looks the last verdict holds, and growth
/// is that from look to look.
class Downstream {
 public:
  static constexpr std::chrono::seconds kInterval{30};

  /// `look` gives the figures of now.
  Downstream(PressureLimits limits, std::function<DownstreamFigures()> look)
      : limits_(limits), look_(std::move(look)) {}

  void set_limits(PressureLimits limits) { limits_ = limits; }

  [[nodiscard]] Pressure pressure(MonotonicTime now);

 private:
  [[nodiscard]] Pressure judge(const DownstreamFigures& figures, microseconds passed) const;

  PressureLimits limits_;
  std::function<DownstreamFigures()> look_;
  std::optional<MonotonicTime> looked_;
  DownstreamFigures last_;
  Pressure verdict_ = Pressure::None;
};

}  // namespace dbi::limit
