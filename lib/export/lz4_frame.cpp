// SPDX-License-Identifier: Apache-2.0
#include "export/lz4_frame.hpp"

#include <fmt/format.h>
#include <lz4frame.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace dbi::exporting {

namespace {

constexpr std::uint32_t kMagic = 0x184D2204;

// Bytes that are unpacked at a time.
constexpr std::size_t kStep = std::size_t{64} << 10U;

/// The little-endian number of 4 bytes at an offset of the file.
std::optional<std::uint32_t> read_number(int descriptor, std::uint64_t at) {
  std::array<unsigned char, 4> bytes{};
  if (::pread(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(at)) != 4) return std::nullopt;
  return std::uint32_t{bytes[0]} | std::uint32_t{bytes[1]} << 8U | std::uint32_t{bytes[2]} << 16U |
         std::uint32_t{bytes[3]} << 24U;
}

/// Where the frame that begins at `at` ends; nothing where it is torn or no frame.
std::optional<std::uint64_t> frame_end(int descriptor, std::uint64_t at) {
  if (read_number(descriptor, at) != kMagic) return std::nullopt;
  const auto flags = read_number(descriptor, at + 4);
  if (!flags) return std::nullopt;
  const bool block_checksum = (*flags & 0x10U) != 0;
  const bool content_size = (*flags & 0x08U) != 0;
  const bool content_checksum = (*flags & 0x04U) != 0;
  const bool dictionary = (*flags & 0x01U) != 0;
  at += 7 + (content_size ? 8U : 0U) + (dictionary ? 4U : 0U);
  while (true) {
    const auto block = read_number(descriptor, at);
    if (!block) return std::nullopt;
    at += 4;
    if (*block == 0) return at + (content_checksum ? 4U : 0U);
    at += (*block & 0x7FFFFFFFU) + (block_checksum ? 4U : 0U);
  }
}

/// Whether what is behind `at` begins with the magic number, or with as much of it as there are bytes.
bool begins_with_magic(int descriptor, std::uint64_t at, std::uint64_t file_bytes) {
  std::array<unsigned char, 4> bytes{};
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(file_bytes - at, bytes.size()));
  if (::pread(descriptor, bytes.data(), wanted, static_cast<off_t>(at)) != static_cast<ssize_t>(wanted)) return false;
  for (std::size_t i = 0; i < wanted; ++i) {
    if (bytes.at(i) != (kMagic >> (8 * i) & 0xFFU)) return false;
  }
  return true;
}

}  // namespace

Status append_lz4_frame(std::string_view text, std::string& out) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  preferences.frameInfo.contentSize = text.size();
  preferences.frameInfo.blockSizeID = LZ4F_max256KB;
  const std::size_t before = out.size();
  out.resize(before + LZ4F_compressFrameBound(text.size(), &preferences));
  const std::size_t bytes =
      LZ4F_compressFrame(out.data() + before, out.size() - before, text.data(), text.size(), &preferences);
  if (LZ4F_isError(bytes) != 0) {
    out.resize(before);
    return fail(ErrorKind::Output, fmt::format("lz4: {}", LZ4F_getErrorName(bytes)));
  }
  out.resize(before + bytes);
  return {};
}

Result<std::uint64_t> whole_lz4_frames(int descriptor, std::uint64_t file_bytes) {
  std::uint64_t whole = 0;
  while (whole < file_bytes) {
    const auto end = frame_end(descriptor, whole);
    if (!end || *end > file_bytes) break;
    whole = *end;
  }
  if (!begins_with_magic(descriptor, whole, file_bytes)) {
    return fail(ErrorKind::Output, "the file exists and is not lz4 frames alone",
                "Name another file or move this one away.");
  }
  return whole;
}

std::string first_lz4_line(int descriptor, std::size_t max_bytes) {
  LZ4F_dctx* context = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) != 0) return {};
  const std::unique_ptr<LZ4F_dctx, decltype(&LZ4F_freeDecompressionContext)> owner(context,
                                                                                   &LZ4F_freeDecompressionContext);
  std::string line;
  std::vector<char> in(kStep);
  std::vector<char> out(kStep);
  std::size_t wanted = 1;  // 0: the frame is at its end
  for (off_t at = 0; wanted != 0 && line.size() < max_bytes;) {
    const auto got = ::pread(descriptor, in.data(), in.size(), at);
    if (got <= 0) break;
    auto used = static_cast<std::size_t>(got);
    auto made = out.size();
    wanted = LZ4F_decompress(context, out.data(), &made, in.data(), &used, nullptr);
    if (LZ4F_isError(wanted) != 0 || (used == 0 && made == 0)) break;
    at += static_cast<off_t>(used);
    const std::string_view text(out.data(), made);
    const auto end = text.find('\n');
    line += text.substr(0, end == std::string_view::npos ? end : end + 1);
    if (end != std::string_view::npos) break;
  }
  return line;
}

}  // namespace dbi::exporting
