// Small helpers on text that several modules need.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbi {

/// The candidate nearest to `name` by Levenshtein distance, or empty where none is within a third of its length.
[[nodiscard]] std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates);

/// 16 lower-case hex digits.
[[nodiscard]] std::string hex16(std::uint64_t value);

/// The text without white space at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// The first line without white space at both ends.
[[nodiscard]] std::string_view first_line(std::string_view text);

/// The pieces between separators; an empty text has one empty piece.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// The text with "***" for what may be a password: of URLs ("mysql://u:***@h"; also behind a colon where a port should
/// be) and behind "password=". For what is quoted from a command line or a file.
[[nodiscard]] std::string mask_passwords(std::string_view text);

/// A text that is no name though it should be, for a message: what stands before its last '@', which may be a user with
/// a password, shows as "***".
[[nodiscard]] std::string mask_before_at(std::string_view text);

/// The text with its control characters as a backslash and what they are ("\n", "\x1b"), so that it stays on its line.
[[nodiscard]] std::string escape_controls(std::string_view text);

/// A copy with the letters of ASCII in lower case.
[[nodiscard]] std::string lower_case(std::string_view text);

/// Cuts to at most `bytes` bytes without splitting a UTF-8 sequence.
[[nodiscard]] std::string_view truncate_utf8(std::string_view text, std::size_t bytes);

}  // namespace dbi
