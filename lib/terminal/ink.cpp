// SPDX-License-Identifier: Apache-2.0
#include "terminal/ink.hpp"

namespace dbi::terminal {

namespace {

// The parameters of "select graphic rendition".
std::string_view rendition(Style style) {
  switch (style) {
    case Style::Plain:
      break;
    case Style::Bold:
      return "1";
    case Style::Dim:
      return "2";
    case Style::Red:
      return "31";
    case Style::BoldRed:
      return "1;31";
    case Style::Yellow:
      return "33";
    case Style::Cyan:
      return "36";
  }
  return {};
}

}  // namespace

void Ink::text(Style style, std::string_view text) {
  if (!color_ || style == Style::Plain || text.find_first_not_of(' ') == std::string_view::npos) {
    out_.append(text);
  } else {
    out_.append("\x1b[").append(rendition(style)).append("m").append(text).append("\x1b[0m");
  }
}

}  // namespace dbi::terminal
