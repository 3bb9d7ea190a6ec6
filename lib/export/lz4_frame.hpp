// LZ4 frames: one for each flush, so that a file is readable up to its last complete frame.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dbi::exporting {

/// Appends `text` to `out` as one frame with a content checksum.
Status append_lz4_frame(std::string_view text, std::string& out);

/// Bytes at the front of the file that are whole frames, by the LZ4 frame format 1.6.3. Fails with ErrorKind::Output
/// where something else than a (torn) frame is at the front or behind them, a skippable frame for instance.
Result<std::uint64_t> whole_lz4_frames(int descriptor, std::uint64_t file_bytes);

/// The first line that the file's first frame holds, LF included, or as much of it as can be unpacked and at most about
/// max_bytes.
std::string first_lz4_line(int descriptor, std::size_t max_bytes);

}  // namespace dbi::exporting
