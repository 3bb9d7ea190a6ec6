// UTF-8 by the Unicode Standard, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dbi::record {

/// What stands for bytes that are no UTF-8.
inline constexpr char32_t kReplacement = 0xFFFD;

/// Bytes of the character that `text` begins with; 0 where it begins with none.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

/// The first byte that is not part of valid UTF-8, or npos.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text);

/// The text with U+FFFD for each byte that is not part of valid UTF-8.
[[nodiscard]] std::string replace_invalid_utf8(std::string_view text);

/// Appends a code point; a surrogate becomes three bytes, which are no valid UTF-8.
void append_utf8(std::string& out, char32_t code_point);

}  // namespace dbi::record
