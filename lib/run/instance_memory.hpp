// What an instance of a filter remembers between its runs: Filter::save_memory in <tool>@<name>.json.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "run/instance_state.hpp"
#include "run/tool.hpp"
#include "state/atomic_file.hpp"
#include "stream/filter.hpp"

namespace dbi::run {

/// The file is NDJSON: a line with `format` and `version`, then the filter's own. Used by one thread; `context` and
/// `held`, whose lock guards the file, outlive the object.
class InstanceMemory {
 public:
  /// How often a run that goes on writes the file.
  static constexpr std::chrono::seconds kInterval{10};

  /// Where `wanted` is false or `held` has no folder, nothing is read or written.
  InstanceMemory(const Context& context, const InstanceState& held, bool wanted);

  /// The file, to be read from the filter's first line on; none where there is none. A damaged one is set aside, for
  /// which an `event` is appended to `events`. Fails with ErrorKind::State for a newer version and where the file
  /// cannot be read.
  Result<Descriptor> open(std::string& events) const;

  /// Writes the file where kInterval has passed since it was last written. It is never held as a whole. A fault is a
  /// warning, once until it is over.
  void store_when_due(const stream::Filter& filter, MonotonicTime now);

  /// At the end of a run. Fails with ErrorKind::State.
  Status store(const stream::Filter& filter);

 private:
  Status write(const stream::Filter& filter, state::Durability durability);

  const Context& context_;
  std::optional<std::filesystem::path> file_;
  std::optional<std::uint64_t> written_;  // the hash of what this run wrote last
  bool durable_ = false;                  // and whether it was synced
  MonotonicTime next_{};
  bool warned_ = false;
};

}  // namespace dbi::run
