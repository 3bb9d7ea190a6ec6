// Tells whether a file that is always replaced whole is another one than when it was last looked at.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

namespace dbi::state {

/// One state of a file; the default is no file.
struct FileMark {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t changed_ns = 0;  ///< since the epoch

  friend bool operator==(const FileMark&, const FileMark&) = default;
};

/// Of a file that cannot be looked at: that of no file.
[[nodiscard]] FileMark mark_of(const std::filesystem::path& path);

}  // namespace dbi::state
