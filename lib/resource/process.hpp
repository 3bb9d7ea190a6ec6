// Figures of this process, from /proc.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace dbi::resource {

/// What the kernel says about a process.
struct ProcessFigures {
  std::uint64_t resident_bytes = 0;       ///< VmRSS
  std::uint64_t peak_resident_bytes = 0;  ///< VmHWM
  std::uint64_t threads = 0;
  std::uint64_t open_descriptors = 0;
  std::chrono::microseconds cpu{0};  ///< user and system together
};

/// The figures of this process; nothing where /proc cannot be read.
[[nodiscard]] std::optional<ProcessFigures> read_process_figures();

/// The resident bytes alone, in one short read of /proc/self/statm; nothing where that fails.
[[nodiscard]] std::optional<std::uint64_t> read_resident_bytes();

/// The number of bytes behind a name of /proc/PID/status ("VmRSS"), whose unit is kB; nothing where it is not there.
[[nodiscard]] std::optional<std::uint64_t> status_bytes(std::string_view status, std::string_view name);

}  // namespace dbi::resource
