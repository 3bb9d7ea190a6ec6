// The lines of a plan in EXPLAIN's TEXT, told apart once for all who read them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dbi::planread {

enum class LineKind : std::uint8_t {
  Node,      ///< "->  Seq Scan on t", and the first line
  Label,     ///< "SubPlan 1", "CTE x": the node that follows stands there
  Property,  ///< "Filter: (a > 1)"
  Bare       ///< anything else: "Update on t"
};

struct TextLine {
  LineKind kind = LineKind::Bare;
  std::size_t indent = 0;
  std::string_view text;   ///< without blanks around it and without the arrow
  std::string_view label;  ///< of Property: before the colon
  std::string_view value;  ///< of Property: behind it, with the lines that a literal in it goes on over
  std::size_t begin = 0;   ///< in the text, for line_of()
};

/// Gives the lines that are not empty, one by one. An expression that ends within quotation marks goes on on the lines
/// below: what stands there is a literal's, however much it looks like a plan's.
class TextLines {
 public:
  explicit TextLines(std::string_view text) : text_(text) {}

  /// False at the end. Views point into the text.
  bool next(TextLine& line);

 private:
  [[nodiscard]] std::string_view peek() const;
  void read_property(TextLine& line);

  std::string_view text_;
  std::size_t at_ = 0;
  bool first_ = true;
};

}  // namespace dbi::planread
