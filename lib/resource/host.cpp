// Formats: proc_stat(5), proc_meminfo(5), and Documentation/accounting/psi.rst of Linux.
// SPDX-License-Identifier: Apache-2.0
#include "resource/host.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "base/text.hpp"
#include "resource/process.hpp"
#include "resource/short_file.hpp"

namespace dbi::resource {

namespace {

constexpr double kBytesPerMib = 1 << 20;

// The numbers of the first line of stat, "cpu  10 0 5 900 ...": as many as there are.
struct CpuTicks {
  // user, nice, system, idle, iowait, irq, softirq, steal; guest time is in user and nice already.
  std::array<std::uint64_t, 8> of{};
  [[nodiscard]] std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const auto ticks : of) sum += ticks;
    return sum;
  }
  [[nodiscard]] std::uint64_t busy() const { return total() - of[3] - of[4]; }
};

std::optional<CpuTicks> cpu_ticks(std::string_view stat) {
  if (!stat.starts_with("cpu ")) return std::nullopt;
  CpuTicks out;
  std::size_t read = 0;
  for (const auto word : split(stat.substr(4, stat.find('\n') - 4), ' ')) {
    if (word.empty() || read == out.of.size()) continue;
    if (std::from_chars(word.data(), word.data() + word.size(), out.of.at(read)).ec != std::errc{}) return std::nullopt;
    ++read;
  }
  return read >= 4 ? std::optional(out) : std::nullopt;
}

// "full avg10=1.25 avg60=..." -> 1.25
std::optional<double> pressure_of(std::string_view text) {
  constexpr std::string_view kStart = "full avg10=";
  for (const auto line : split(text, '\n')) {
    if (!line.starts_with(kStart)) continue;
    double share = 0;
    const auto read = std::from_chars(line.data() + kStart.size(), line.data() + line.size(), share);
    return read.ec == std::errc{} ? std::optional(share) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t ProcHostProbe::ticks_of_a_second() {
  const long each = ::sysconf(_SC_CLK_TCK);
  const long processors = ::sysconf(_SC_NPROCESSORS_ONLN);
  return static_cast<std::uint64_t>(std::max(1L, each) * std::max(1L, processors));
}

std::optional<double> ProcHostProbe::read_cpu() {
  const auto ticks = cpu_ticks(read_short((proc_ / "stat").c_str()));
  if (!ticks) return std::nullopt;
  const bool first = total_ == 0;
  if (!first && ticks->total() >= total_ && ticks->total() - total_ < shortest_) return std::nullopt;
  const std::uint64_t total = ticks->total() - total_;
  const std::uint64_t busy = ticks->busy() - busy_;
  const bool went_on = ticks->total() > total_ && ticks->busy() >= busy_;
  total_ = ticks->total();
  busy_ = ticks->busy();
  if (first || !went_on) return std::nullopt;
  return 100 * static_cast<double>(busy) / static_cast<double>(total);
}

HostFigures ProcHostProbe::read() {
  const std::string memory = read_short((proc_ / "meminfo").c_str());
  return {read_cpu(), status_bytes(memory, "MemAvailable"), status_bytes(memory, "MemTotal"),
          pressure_of(read_short((proc_ / "pressure" / "memory").c_str()))};
}

std::string overload(const HostLimits& limits, const HostFigures& figures) {
  if (limits.cpu_pct > 0 && figures.cpu_pct.value_or(0) >= limits.cpu_pct) {
    return fmt::format("CPU {:.0f} % in use", *figures.cpu_pct);
  }
  if (limits.memory_pressure_pct > 0 && figures.memory_pressure_pct.value_or(0) >= limits.memory_pressure_pct) {
    return fmt::format("all work waited for memory {:.0f} % of the time", *figures.memory_pressure_pct);
  }
  if (limits.memory_available == 0 || !figures.memory_available_bytes) return {};
  // On a small machine the same number of bytes is a larger part of what there is.
  const std::uint64_t tenth = figures.memory_total_bytes.value_or(UINT64_MAX) / 10;
  if (*figures.memory_available_bytes >= std::min(limits.memory_available, tenth)) return {};
  return fmt::format("{:.0f} MiB of memory available",
                     static_cast<double>(*figures.memory_available_bytes) / kBytesPerMib);
}

}  // namespace dbi::resource
