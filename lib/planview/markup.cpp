// SPDX-License-Identifier: Apache-2.0
#include "planview/markup.hpp"

#include <fmt/format.h>

#include "record/utf8.hpp"

namespace dbi::planview {

namespace {

constexpr std::string_view kReplaced = "\xEF\xBF\xBD";

// Unicode, "Bidirectional Character Types" and line breaks: U+061C, U+200E to U+200F, U+2028 to U+202E, U+2066 to
// U+2069; and U+FFFE and U+FFFF, which are no characters of XML 1.0; and C1 controls.
bool is_harmful(std::string_view character) {
  if (character.size() == 2) {
    return character == "\xD8\x9C" || (character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0);
  }
  if (character.size() != 3) return false;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (byte(0) == 0xEF) return byte(1) == 0xBF && byte(2) >= 0xBE;
  if (byte(0) != 0xE2) return false;
  if (byte(1) == 0x80) return byte(2) == 0x8E || byte(2) == 0x8F || (byte(2) >= 0xA8 && byte(2) <= 0xAE);
  return byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9;
}

std::string_view escape_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

void append_escaped(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const std::size_t bytes = record::utf8_length(text);
    const char first = text.front();
    if (bytes == 0 || is_harmful(text.substr(0, bytes)) ||
        (bytes == 1 && first != '\n' && first != '\t' && (static_cast<unsigned char>(first) < 0x20 || first == 0x7F))) {
      out.append(first == '\r' ? " " : kReplaced);
    } else if (const std::string_view escape = escape_of(first); bytes == 1 && !escape.empty()) {
      out.append(escape);
    } else {
      out.append(text.substr(0, bytes));
    }
    text.remove_prefix(bytes == 0 ? 1 : bytes);
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(text, out);
  return out;
}

std::string fixed(double value) {
  return fmt::format("{:.2f}", value);
}

}  // namespace dbi::planview
