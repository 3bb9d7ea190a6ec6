// The telemetry of a run: its snapshot in the state folder once a second, its totals at the end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/result.hpp"
#include "run/instance_state.hpp"
#include "run/tool.hpp"
#include "state/telemetry_snapshot.hpp"
#include "telemetry/counter.hpp"

namespace dbi::run {

/// Writes <tool>@<name>.<pid>.json with the counters that are added and the figures of this process. A fault is a
/// warning, the first time; the run goes on without. Without state nothing is written. Used by one thread.
class RunTelemetry {
 public:
  /// `context` and `held` outlive the object.
  RunTelemetry(const Context& context, const InstanceState& held);
  RunTelemetry(const RunTelemetry&) = delete;
  RunTelemetry& operator=(const RunTelemetry&) = delete;
  /// Folds the last figures into the totals: the counters have their final values by then and are still there.
  ~RunTelemetry();

  /// Before the first write(); what is added outlives the object. A name may carry labels: `rule_matches{rule="slow"}`.
  void add(std::string name, const telemetry::Counter& counter);
  void add(std::string name, const telemetry::Gauge& gauge);

  /// About once a second.
  void write();

 private:
  void read_process();
  void warn(const Status& status);

  const Context& context_;
  std::optional<state::TelemetrySnapshot> snapshot_;
  telemetry::Gauge resident_bytes_;
  telemetry::Gauge cpu_s_;
  telemetry::Gauge threads_;
  telemetry::Gauge open_descriptors_;
  bool warned_ = false;
};

}  // namespace dbi::run
