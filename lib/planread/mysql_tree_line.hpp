// The lines of MySQL's TREE.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace dbi::planread {

inline constexpr std::string_view kMySqlArrow = "-> ";

/// Views of the source, without blanks around them.
struct MySqlTreeLine {
  std::size_t indent = 0;
  bool is_node = false;      ///< begins with an arrow; else it has figures of the line before, as terminals wrap them
  bool is_heading = false;   ///< "Hash", "Repeat until convergence", or of a subquery
  bool is_subquery = false;  ///< "Select #2 (subquery in condition; run only once)"
  std::string_view words;    ///< the operation or the heading
  std::string_view figures;  ///< "(cost=0.3..1.2 rows=9) (actual time=0.1..0.2 rows=8 loops=1)"
};

/// Goes through a text. The server writes a line end within a literal as an escape, so a line is a line; one that is
/// neither a node nor figures is left out.
class MySqlTreeLines {
 public:
  explicit MySqlTreeLines(std::string_view source) : rest_(source) {}
  /// False at the end.
  bool next(MySqlTreeLine& line);

 private:
  std::string_view rest_;
};

/// Whether the text begins as a TREE does. PostgreSQL has two blanks behind an arrow.
[[nodiscard]] bool is_mysql_tree(std::string_view text);

}  // namespace dbi::planread
