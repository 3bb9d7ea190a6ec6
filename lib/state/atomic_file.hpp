// Files that are always whole: replaced by a rename, so that a reader or a crash sees the old content or the new one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dbi::state {

/// Whether a write has to survive a loss of power.
enum class Durability : std::uint8_t {
  Durable,  ///< the file and its folder are synced before the write counts as done
  Fast,     ///< no sync: for what is written every second and may be lost (telemetry)
};

/// Replaces the file (mode 0600) by `bytes`; its folder must exist. The temporary file stands beside it and is removed
/// on any fault. Fails with ErrorKind::State. Two writers of one path at a time need a lock (lock.hpp).
Status write_atomic(const std::filesystem::path& path, std::string_view bytes, Durability durability);

/// The whole content; nothing where there is no such file. Fails with ErrorKind::State.
Result<std::optional<std::string>> read_whole(const std::filesystem::path& path);

}  // namespace dbi::state
