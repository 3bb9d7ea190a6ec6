// SPDX-License-Identifier: Apache-2.0
#include "resource/memory_limiter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/units.hpp"

namespace dbi::resource {

MemoryLimits choose_limits(std::optional<std::uint64_t> limit, std::optional<std::uint64_t> spike,
                           std::optional<std::uint64_t> control_group) {
  constexpr std::uint64_t kDefault = std::uint64_t{512} << 20U;
  const std::uint64_t most = control_group ? std::min(kDefault, *control_group / 10 * 9) : kDefault;
  const std::uint64_t chosen = limit.value_or(most);
  return {chosen, spike.value_or(chosen / 4)};
}

Status check_limits(const MemoryLimits& limits) {
  if (limits.limit == 0 || limits.spike < limits.limit) return {};
  return fail(ErrorKind::Configuration,
              fmt::format("a memory spike of {} leaves nothing of a limit of {}", format_size(limits.spike),
                          format_size(limits.limit)),
              "Lower --memory-spike or raise --memory-limit.");
}

MemoryLimiter::MemoryLimiter(const MemoryLimits& limits, const Clock& clock, Probe probe)
    : limits_(limits), clock_(&clock), probe_(std::move(probe)) {}

MemoryPressure MemoryLimiter::pressure() {
  if (limits_.limit == 0) return MemoryPressure::None;
  const MonotonicTime now = clock_->monotonic();
  if (checked_ && now - *checked_ < interval_) return last_;
  checked_ = now;
  const std::uint64_t resident = probe_().value_or(0);
  const std::uint64_t soft = limits_.limit - limits_.spike;
  interval_ = resident < soft / 2 ? kInterval : kNearInterval;
  last_ = resident >= limits_.limit ? MemoryPressure::Hard
          : resident >= soft        ? MemoryPressure::Soft
                                    : MemoryPressure::None;
  return last_;
}

}  // namespace dbi::resource
