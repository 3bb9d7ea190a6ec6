// What is kept of a target in the state folder, between runs and between dbi-collect and dbi-export.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "collect/baseline.hpp"
#include "collect/collector.hpp"
#include "collect/target_cycles.hpp"
#include "collect/text_store.hpp"
#include "state/document.hpp"
#include "state/lock.hpp"

namespace dbi::collect {

struct TargetMemory {
  std::optional<state::Lock> lock;  ///< nothing: a run without state
  BaselineStore baselines;
  TextStore texts;
  std::filesystem::path texts_path;    ///< empty: texts are not kept on disk
  std::vector<state::Damage> damages;  ///< files that were set aside
};

/// Locks and reads it; without a state folder all is empty, likewise at a terminal where another process has the lock,
/// which `log` hears of. Fails with ErrorKind::Owned elsewhere, with State for a newer version or a fault of the files.
Result<TargetMemory> open_memory(const CollectorSettings& settings, const CollectorSurroundings& around,
                                 const std::string& target, const Log& log);

/// How to read what `exporter` has acknowledged; empty without one (--commit written). Fails with ErrorKind::State
/// where there is no state folder to read it from, and for a name that cannot be a file's.
Result<ReadAck> make_read_ack(const std::optional<std::string>& exporter, const CollectorSurroundings& around,
                              const std::string& target, const TargetMemory& memory);

}  // namespace dbi::collect
