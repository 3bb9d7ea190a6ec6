// SPDX-License-Identifier: Apache-2.0
#include "record/escape.hpp"

#include <algorithm>
#include <array>

#include "record/utf8.hpp"

namespace dbi::record {

namespace {

constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> make_hex_digits() {
  std::array<std::uint8_t, 256> table{};
  table.fill(kNoDigit);
  for (std::uint8_t i = 0; i < 10; ++i) table[std::size_t{'0'} + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) {
    table[std::size_t{'a'} + i] = static_cast<std::uint8_t>(10 + i);
    table[std::size_t{'A'} + i] = static_cast<std::uint8_t>(10 + i);
  }
  return table;
}

constexpr auto kHexDigits = make_hex_digits();

std::uint8_t hex_digit(char c) {
  return kHexDigits[static_cast<unsigned char>(c)];
}

// The number of four hex digits, which have been checked.
char32_t hex4(std::string_view digits) {
  char32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 4U | hex_digit(digits[i]);
  return value;
}

bool is_high_surrogate(char32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}

bool is_low_surrogate(char32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

// Takes the digits of one \uXXXX, and of the one behind it where both are a surrogate pair (RFC 8259 section 7).
char32_t take_code_point(std::string_view& text, LoneSurrogate lone) {
  const char32_t unit = hex4(text);
  text.remove_prefix(4);
  if (is_high_surrogate(unit) && text.starts_with("\\u")) {
    const char32_t next = hex4(text.substr(2));
    if (is_low_surrogate(next)) {
      text.remove_prefix(6);
      return 0x10000 + ((unit - 0xD800) << 10U) + (next - 0xDC00);
    }
  }
  const bool is_lone = is_high_surrogate(unit) || is_low_surrogate(unit);
  return is_lone && lone == LoneSurrogate::Replace ? kReplacement : unit;
}

char short_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

}  // namespace

std::size_t escape_length(std::string_view text) {
  constexpr std::string_view kShort = "\"\\/bfnrt";
  if (text.empty()) return 0;
  if (kShort.find(text.front()) != std::string_view::npos) return 1;
  if (text.front() != 'u' || text.size() < 5) return 0;
  const auto digits = text.substr(1, 4);
  return std::all_of(digits.begin(), digits.end(), [](char c) { return hex_digit(c) != kNoDigit; }) ? 5 : 0;
}

void unescape(std::string_view raw, LoneSurrogate lone, std::string& out) {
  for (;;) {
    const auto at = raw.find('\\');
    out.append(raw.substr(0, at));
    if (at == std::string_view::npos) return;
    const char escape = raw[at + 1];
    raw.remove_prefix(at + 2);
    if (escape == 'u') {
      append_utf8(out, take_code_point(raw, lone));
    } else {
      out.push_back(short_escape(escape));
    }
  }
}

bool equals_unescaped(std::string_view raw, std::string_view text) {
  if (raw.find('\\') == std::string_view::npos) return raw == text;
  // An escape is always longer than what it stands for.
  if (raw.size() <= text.size()) return false;
  std::string unescaped;
  unescape(raw, LoneSurrogate::Keep, unescaped);
  return unescaped == text;
}

}  // namespace dbi::record
