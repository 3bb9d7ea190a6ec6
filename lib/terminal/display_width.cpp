// SPDX-License-Identifier: Apache-2.0
#include "terminal/display_width.hpp"

#include <algorithm>
#include <array>

#include "record/utf8.hpp"

namespace dbi::terminal {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode 15, general categories Mn, Me and Cf: the blocks that occur in practice.
constexpr std::array kZeroWidth{
    Range{0x0300, 0x036F},  Range{0x0483, 0x0489}, Range{0x0591, 0x05BD}, Range{0x0610, 0x061A}, Range{0x064B, 0x065F},
    Range{0x0900, 0x0902},  Range{0x093C, 0x093C}, Range{0x0941, 0x0948}, Range{0x0E31, 0x0E31}, Range{0x0E34, 0x0E3A},
    Range{0x0E47, 0x0E4E},  Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200F}, Range{0x202A, 0x202E},
    Range{0x2060, 0x206F},  Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}, Range{0xFEFF, 0xFEFF},
    Range{0xE0000, 0xE01EF}};

// Unicode 15, EastAsianWidth.txt: W and F, with emoji.
constexpr std::array kWide{
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x2329, 0x232A},   Range{0x23E9, 0x23EC},
    Range{0x2614, 0x2615},   Range{0x26A1, 0x26A1},   Range{0x2705, 0x2705},   Range{0x274C, 0x274C},
    Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},   Range{0x4E00, 0xA4CF},
    Range{0xA960, 0xA97F},   Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},
    Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x16FE0, 0x18CFF}, Range{0x1B000, 0x1B2FF},
    Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1F9FF}, Range{0x1FA70, 0x1FAFF},
    Range{0x20000, 0x3FFFD}};

bool in(char32_t point, const auto& ranges) {
  const auto after = std::ranges::upper_bound(ranges, point, {}, [](const Range& range) { return range.first; });
  return after != ranges.begin() && point <= std::prev(after)->last;
}

std::size_t width_of(char32_t point) {
  if (point < 0x300) return 1;
  if (in(point, kZeroWidth)) return 0;
  return in(point, kWide) ? 2 : 1;
}

struct Character {
  char32_t point;
  std::size_t bytes;
};

/// The first character; bytes that are no UTF-8 are replacement characters.
Character first_character(std::string_view text) {
  const std::size_t bytes = record::utf8_length(text);
  if (bytes == 0) return {record::kReplacement, 1};
  constexpr std::array<unsigned, 5> kLeadMask{0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t point = static_cast<unsigned char>(text[0]) & kLeadMask.at(bytes);
  for (const char byte : text.substr(1, bytes - 1)) point = point << 6U | (static_cast<unsigned char>(byte) & 0x3FU);
  return {point, bytes};
}

bool is_space(char32_t point) {
  return point <= 0x20 || (point >= 0x7F && point <= 0xA0) || point == 0x2028 || point == 0x2029;
}

bool reorders(char32_t point) {
  return point == 0x061C || point == 0x200E || point == 0x200F || (point >= 0x202A && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069);
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    width += width_of(character.point);
    text.remove_prefix(character.bytes);
  }
  return width;
}

std::string one_line(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const Character character = first_character(text);
    if (is_space(character.point)) {
      if (!line.empty() && line.back() != ' ') line += ' ';
    } else if (!reorders(character.point)) {
      record::append_utf8(line, character.point);
    }
    text.remove_prefix(character.bytes);
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::string_view beginning(std::string_view text, std::size_t width) {
  std::string_view rest = text;
  for (std::size_t used = 0; !rest.empty();) {
    const Character character = first_character(rest);
    used += width_of(character.point);
    if (used > width) break;
    rest.remove_prefix(character.bytes);
  }
  return text.substr(0, text.size() - rest.size());
}

std::string fit(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  return std::string(beginning(text, width - 1)) + "…";
}

std::string pad_right(std::string_view text, std::size_t width) {
  std::string cell = fit(text, width);
  return cell.append(width - display_width(cell), ' ');
}

std::string pad_left(std::string_view text, std::size_t width) {
  const std::string cell = fit(text, width);
  return std::string(width - display_width(cell), ' ') + cell;
}

}  // namespace dbi::terminal
