// Text with colours, where they are wanted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dbi::terminal {

enum class Style : std::uint8_t { Plain, Bold, Dim, Red, BoldRed, Yellow, Cyan };

/// Writes to a string, which outlives it.
class Ink {
 public:
  /// `color`: with the sequences of ECMA-48, "select graphic rendition".
  Ink(std::string& out, bool color) : out_(out), color_(color) {}

  void text(Style style, std::string_view text);
  void text(std::string_view text) { out_.append(text); }
  void blanks(std::size_t columns) { out_.append(columns, ' '); }
  void end_line() { out_.push_back('\n'); }
  void line(Style style, std::string_view text) {
    this->text(style, text);
    end_line();
  }

 private:
  std::string& out_;
  bool color_;
};

}  // namespace dbi::terminal
