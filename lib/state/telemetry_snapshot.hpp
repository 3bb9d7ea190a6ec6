// The snapshot of a running tool in the state folder, once a second, and the totals that outlive it (DESIGN.md 4).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "telemetry/counter.hpp"

namespace dbi::state {

/// Whose figures they are, and where: `folder` is the telemetry folder of the pipeline.
struct TelemetryInstance {
  std::filesystem::path folder;
  std::string tool;
  std::string name;
};

/// Writes <tool>@<name>.<pid>.json, and folds it into <tool>@<name>.total.json at the end. Counters are added up in the
/// total, gauges are left out of it. Not shared between threads; nothing that is added is owned.
class TelemetrySnapshot {
 public:
  TelemetrySnapshot(TelemetryInstance instance, const Clock& clock);

  /// Names as they stand in the file ("records_in"); add all before the first write().
  void add(std::string name, const telemetry::Counter& counter) { counters_[std::move(name)] = &counter; }
  void add(std::string name, const telemetry::Gauge& gauge) { gauges_[std::move(name)] = &gauge; }

  /// To be called once at the start: snapshots of this instance whose owners died are folded into the total. The caller
  /// holds the instance's lock. Fails with ErrorKind::State.
  Status fold_dead();

  /// Replaces the snapshot. Fails with ErrorKind::State; a run goes on without.
  Status write();

  /// The last figures go into the total, the snapshot goes.
  Status finish();

  [[nodiscard]] std::filesystem::path path() const;
  [[nodiscard]] std::filesystem::path total_path() const;

 private:
  using Totals = std::map<std::string, std::uint64_t>;
  [[nodiscard]] std::string stem() const { return instance_.tool + "@" + instance_.name + "."; }
  Status fold(const std::string& run, const Totals& counters) const;
  Status fold_file(const std::filesystem::path& file) const;

  TelemetryInstance instance_;
  const Clock* clock_;
  Timestamp started_;
  std::map<std::string, const telemetry::Counter*> counters_;
  std::map<std::string, const telemetry::Gauge*> gauges_;
};

}  // namespace dbi::state
