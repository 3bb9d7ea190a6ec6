// First step of the reader: finds the operators { } [ ] : , outside strings, 64 bytes at a time, and checks what can be
// checked of strings on the way. After Langdale and Lemire, "Parsing Gigabytes of JSON per Second" (VLDB Journal,
// 2019).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace dbi::record {

/// What the scan found wrong; with every other line the second step decides.
enum class ScanFault : std::uint8_t { None, ControlCharacter, Escape, StrayByte };

/// A scan in progress. The scan goes chunk by chunk, so that its index stays small however long the line is.
struct Scan {
  /// Bytes of a chunk; a multiple of the 64 bytes of a block.
  static constexpr std::size_t kChunk = 2048;
  /// Entries of the index that a block may write beyond those that count.
  static constexpr std::size_t kSlack = 64;

  explicit Scan(std::string_view text) : line(text) {}

  std::string_view line;      ///< at least kPadding bytes behind it are readable
  std::size_t position = 0;   ///< first byte of the next chunk
  bool in_string = false;     ///< the next chunk begins inside a string
  bool escape = false;        ///< the last byte was a backslash that escapes the next
  bool after_gap = true;      ///< the last byte was an operator or white space outside strings
  bool after_string = false;  ///< the last byte closed a string

  bool white_space = false;  ///< outside strings, up to now
  bool backslash = false;    ///< anywhere, up to now
  bool non_ascii = false;    ///< anywhere, up to now

  ScanFault fault = ScanFault::None;
  std::size_t fault_at = 0;  ///< its byte, from 0

  std::size_t count = 0;                                 ///< operators of the last chunk
  std::array<std::uint32_t, kChunk + kSlack> operators;  ///< their positions in the line

  [[nodiscard]] bool at_end() const { return position >= line.size(); }
};

/// Scans the next chunk: sets `count`, `operators` and what else changed. A position may hold one of the bytes 0x0C and
/// 0x1A instead of an operator; the second step looks at the byte. Once it has run without a fault, every string of the
/// chunk is free of control characters, its escapes are right, and next to its quotes stand only operators, white space
/// or the ends of the line.
using ScanFunction = void (*)(Scan& scan);

/// One way to do it.
struct ScanKernel {
  std::string_view name;  ///< the instructions that it needs: "avx2"
  ScanFunction scan_chunk;
};

/// Those that this machine can run, the fastest last; there is always one. All of them give the same.
[[nodiscard]] std::span<const ScanKernel> scan_kernels();

/// The fastest one that this machine can run.
[[nodiscard]] ScanFunction best_scan_chunk();

}  // namespace dbi::record
