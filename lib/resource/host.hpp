// How busy the machine is that the pipeline runs on: CPU, memory, pressure stall information.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace dbi::resource {

/// What the kernel says about the machine; what it does not say is absent.
struct HostFigures {
  std::optional<double> cpu_pct;  ///< of all processors, since an earlier reading; absent at the first one
  std::optional<std::uint64_t> memory_available_bytes;  ///< what new work can have without swapping
  std::optional<std::uint64_t> memory_total_bytes;
  std::optional<double> memory_pressure_pct;  ///< of the last 10 s, in which all that had work to do waited for memory
};

/// The seam for the machine's figures, so that tests can set them. Not shared between threads.
class HostProbe {
 public:
  virtual ~HostProbe() = default;
  virtual HostFigures read() = 0;
};

/// Reads them from proc(5): stat, meminfo and pressure/memory (Linux 4.20).
class ProcHostProbe final : public HostProbe {
 public:
  /// The share of CPU is one of at least `shortest` clock ticks of all processors together, by default a second's: over
  /// less than that it says nothing. Until they have passed since the reading before it is absent.
  explicit ProcHostProbe(std::filesystem::path proc = "/proc", std::uint64_t shortest = ticks_of_a_second())
      : proc_(std::move(proc)), shortest_(shortest) {}
  HostFigures read() override;

 private:
  static std::uint64_t ticks_of_a_second();
  std::optional<double> read_cpu();

  std::filesystem::path proc_;
  std::uint64_t shortest_;
  std::uint64_t busy_ = 0;   // ticks where the share begins
  std::uint64_t total_ = 0;  // 0: there was none
};

/// From where on the machine is overloaded; 0 switches a limit off.
struct HostLimits {
  double cpu_pct = 80;                                         ///< at least so much of it in use
  std::uint64_t memory_available = std::uint64_t{512} << 20U;  ///< bytes; less than that available, and less than
                                                               ///< a tenth of the machine's memory
  double memory_pressure_pct = 20;                             ///< at least so much of it stalled

  [[nodiscard]] bool any() const { return cpu_pct > 0 || memory_available > 0 || memory_pressure_pct > 0; }
};

/// What is over its limit, for people ("CPU 93 % in use"); empty where nothing is.
[[nodiscard]] std::string overload(const HostLimits& limits, const HostFigures& figures);

}  // namespace dbi::resource
