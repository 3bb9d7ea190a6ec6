// Escapes inside JSON strings.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dbi::record {

/// Bytes of the escape whose backslash stands before `text`: 1, or 5 for uXXXX; 0 where it is none.
[[nodiscard]] std::size_t escape_length(std::string_view text);

/// What becomes of \\uXXXX of a surrogate that has no partner.
enum class LoneSurrogate : std::uint8_t {
  Replace,  ///< U+FFFD: for output
  Keep      ///< its three bytes, as if it were a character: for comparison, so that different names stay different
};

/// Appends the text that the checked inside of a JSON string stands for.
void unescape(std::string_view raw, LoneSurrogate lone, std::string& out);

/// True where the checked inside of a JSON string stands for `text`.
[[nodiscard]] bool equals_unescaped(std::string_view raw, std::string_view text);

}  // namespace dbi::record
