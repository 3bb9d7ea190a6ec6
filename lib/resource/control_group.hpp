// How much memory the control group lets this process have.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace dbi::resource {

/// The least memory limit of the process's control group and of those above it, in bytes: `memory.max` of version 2 and
/// `memory.limit_in_bytes` of version 1 (cgroups(7)), whichever the machine has. Nothing where there is no limit, no
/// control group, or nothing can be read. `root` stands before /proc and the mount points; tests set it.
[[nodiscard]] std::optional<std::uint64_t> read_control_group_limit(const std::filesystem::path& root = "/");

}  // namespace dbi::resource
