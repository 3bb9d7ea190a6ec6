// Files that are always whole: replaced by a rename, so that a reader or a crash sees the old content or the new one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace dbi::state {

/// Whether a write has to survive a loss of power.
enum class Durability : std::uint8_t {
  Durable,  ///< the file and its folder are synced before the write counts as done
  Fast,     ///< no sync: for what is written every second and may be lost (telemetry)
};

/// Who may read a file.
enum class Readers : std::uint8_t {
  Owner,    ///< mode 0600
  Everyone  ///< mode 0644 less the umask: what holds nothing private
};

/// A file that is written piece by piece beside the one that it replaces at the end. Movable; not shared between
/// threads. All fail with ErrorKind::State. Two writers of one path at a time need a lock (lock.hpp).
class AtomicFile {
 public:
  /// Its folder must exist.
  static Result<AtomicFile> create(std::filesystem::path path, Durability durability, Readers readers = Readers::Owner);

  Status append(std::string_view bytes);
  /// Replaces the file by what was appended; the last call. Without it nothing has happened.
  Status commit();

  AtomicFile(AtomicFile&& other) noexcept = default;
  AtomicFile& operator=(AtomicFile&&) = delete;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

 private:
  AtomicFile(std::filesystem::path path, std::filesystem::path temporary, Descriptor file, Durability durability);

  std::filesystem::path path_;
  std::filesystem::path temporary_;  // stands beside it
  Descriptor file_;                  // valid until commit()
  Durability durability_;
};

/// Replaces the file by `bytes`; its folder must exist. The temporary file stands beside it and is removed
/// on any fault. Fails with ErrorKind::State. Two writers of one path at a time need a lock (lock.hpp).
Status write_atomic(const std::filesystem::path& path, std::string_view bytes, Durability durability,
                    Readers readers = Readers::Owner);

/// Removes the file, where it is there, and syncs its folder. Fails with ErrorKind::State.
Status remove_durably(const std::filesystem::path& path);

/// The whole content; nothing where there is no such file. Fails with ErrorKind::State.
Result<std::optional<std::string>> read_whole(const std::filesystem::path& path);

}  // namespace dbi::state
