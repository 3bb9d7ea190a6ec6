// The classes of bytes that the lexers go by.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dbi::sql {

enum CharacterClass : std::uint8_t {
  kSpace = 1,
  kNameStart = 2,  // letters, _, every byte above 0x7F
  kDigit = 4,
  kOperatorByte = 8,
  kNamePart = 16,     // kNameStart, digits, $
  kSpecialByte = 32,  // lets an operator end in a sign
};

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> table{};
  for (const char c : std::string_view(" \t\n\r\f\v")) table[static_cast<unsigned char>(c)] |= kSpace;
  for (std::size_t c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    const bool digit = c >= '0' && c <= '9';
    if (letter) table[c] |= kNameStart | kNamePart;
    if (digit) table[c] |= kDigit | kNamePart;
  }
  table[std::size_t{'$'}] |= kNamePart;
  for (const char c : std::string_view("~!@#^&|`?+-*/%<>=")) table[static_cast<unsigned char>(c)] |= kOperatorByte;
  for (const char c : std::string_view("~!@#%^&|`?")) table[static_cast<unsigned char>(c)] |= kSpecialByte;
  return table;
}

inline constexpr auto kClasses = make_classes();

inline bool is(char c, std::uint8_t classes) {
  return (kClasses[static_cast<unsigned char>(c)] & classes) != 0;
}

inline bool is_hex_digit(char c) {
  return is(c, kDigit) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// No server sets a limit to the tag of $tag$...$tag$; a longer one is none that a person wrote.
inline constexpr std::size_t kMaxTagBytes = 256;

}  // namespace dbi::sql
