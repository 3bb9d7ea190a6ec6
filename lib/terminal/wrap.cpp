// SPDX-License-Identifier: Apache-2.0
#include "terminal/wrap.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "terminal/display_width.hpp"

namespace dbi::terminal {

namespace {

constexpr std::size_t kLeastWidth = 5;
constexpr std::string_view kMore = " ...";

// Up to a blank, unless that would leave most of the line empty.
std::string_view first_line(std::string_view text, std::size_t width) {
  const std::string_view fits = beginning(text, width);
  if (fits.size() == text.size() || text[fits.size()] == ' ') return fits;
  const std::size_t blank = fits.rfind(' ');
  return blank != std::string_view::npos && blank > fits.size() / 3 ? fits.substr(0, blank) : fits;
}

}  // namespace

std::vector<std::string> wrap(std::string_view text, std::size_t width, std::size_t most) {
  width = std::max(width, kLeastWidth);
  // No character has more than four bytes; without a limit those that take no column could go on forever.
  const std::string_view seen = truncate_utf8(text, (width + 1) * most * 4);
  const std::string all = one_line(seen);
  std::vector<std::string> lines;
  std::string_view rest = all;
  while (!rest.empty() && lines.size() < most) {
    const std::string_view line = first_line(rest, width);
    lines.emplace_back(line);
    rest.remove_prefix(line.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  }
  if ((!rest.empty() || seen.size() < text.size()) && !lines.empty()) {
    lines.back() = std::string(trim(beginning(lines.back(), width - kMore.size()))).append(kMore);
  }
  return lines;
}

}  // namespace dbi::terminal
