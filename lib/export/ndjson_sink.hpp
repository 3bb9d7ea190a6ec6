// Appends the original lines of records to a file, which it may rotate and compress.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/log.hpp"
#include "export/sink.hpp"

namespace dbi::exporting {

/// How a file grows old. A rotated file is renamed to "NAME-YYYYMMDDThhmmss.uuuuuuZ.EXT", the time of the rotation, so
/// that names sort by age.
struct RotationOptions {
  std::optional<std::uint64_t> size;        ///< rotate before the file has more bytes than this
  std::optional<microseconds> age;          ///< rotate a file made longer ago than this
  std::optional<std::uint64_t> keep_files;  ///< rotated files that stay; the oldest go first
  std::optional<std::uint64_t> keep_bytes;  ///< bytes of rotated files that stay
};

/// Opens the file for appending and locks it; a torn end that a crash left is cut off, which `log` (not owned, may be
/// nullptr) is told; a file of another form is refused as it is. A path that ends in .lz4 is
/// written as LZ4 frames, one each MiB or second. Data is synced to disk when a file is finished (rotation, end). Fails
/// with ErrorKind::Output, or Owned where another process writes the file.
Result<std::unique_ptr<Sink>> open_ndjson_sink(const std::string& path, const RotationOptions& rotation,
                                               const Clock& clock, const Log* log = nullptr);

}  // namespace dbi::exporting
