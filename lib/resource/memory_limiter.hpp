// The memory limiter (DESIGN.md section 3): at the soft limit caches shrink, at the hard limit reading pauses.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/clock.hpp"
#include "base/memory_pressure.hpp"
#include "base/result.hpp"
#include "resource/process.hpp"

namespace dbi::resource {

/// `limit` is the hard limit; the soft one lies `spike` below it: what may come in between two checks.
struct MemoryLimits {
  std::uint64_t limit = 0;  ///< bytes; 0: none
  std::uint64_t spike = 0;  ///< bytes, less than `limit`
};

/// What a run keeps to: what was configured. Where no limit was, 512 MiB or nine tenths of the control group's limit
/// (read_control_group_limit), whichever is less, since at the whole of that the kernel kills; where no spike was, a
/// quarter of the limit.
MemoryLimits choose_limits(std::optional<std::uint64_t> limit, std::optional<std::uint64_t> spike,
                           std::optional<std::uint64_t> control_group);

/// Fails with ErrorKind::Configuration where the spike leaves no soft limit.
Status check_limits(const MemoryLimits& limits);

/// Compares the resident memory with the limits, at most every kInterval, and every kNearInterval from half of the soft
/// limit on: a table of new keys may grow by a megabyte in 5 ms. Not shared between threads.
class MemoryLimiter {
 public:
  static constexpr std::chrono::milliseconds kInterval{50};
  static constexpr std::chrono::milliseconds kNearInterval{5};
  /// The probe is the seam of tests; nothing from it counts as no pressure.
  using Probe = std::function<std::optional<std::uint64_t>()>;

  MemoryLimiter(const MemoryLimits& limits, const Clock& clock, Probe probe = read_resident_bytes);

  /// What the last check said, checked again where that is old enough. Cheap enough for every block of input.
  MemoryPressure pressure();

 private:
  MemoryLimits limits_;
  const Clock* clock_;
  Probe probe_;
  std::optional<MonotonicTime> checked_;
  std::chrono::milliseconds interval_ = kInterval;
  MemoryPressure last_ = MemoryPressure::None;
};

}  // namespace dbi::resource
