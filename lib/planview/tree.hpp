// A plan as a tree for a terminal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "plan/analysis.hpp"
#include "planview/heading.hpp"
#include "planview/view.hpp"

namespace dbi::planview {

struct TreeLook {
  bool color = false;       ///< ECMA-48 select graphic rendition
  bool unicode = true;      ///< else nothing but ASCII is drawn; names stay as they are
  std::size_t width = 100;  ///< columns; no line is wider

  /// A figure as it may be drawn: "us" for "µs" without Unicode.
  [[nodiscard]] std::string plain(std::string figure) const;
};

/// Narrower ones are drawn as wide as this.
inline constexpr std::size_t kMinTreeWidth = 40;

/// Nodes at most; how many more there are is told.
inline constexpr std::size_t kMaxTreeNodes = 10'000;

/// Appends lines, each with its line end: what is known of the statement, the nodes with what they did themselves, the
/// findings with what to do. No control character of a name or text gets into them.
void write_tree(const plan::Analysis& analysis, const Heading& heading, const TreeLook& look, std::string& out);

/// Trees with an empty line between.
class TreeView final : public View {
 public:
  explicit TreeView(const TreeLook& look) : look_(look) {}

  void show(const plan::Analysis& analysis, const Heading& heading, std::string& out) override;
  void end(std::string& /*out*/) override {}

 private:
  TreeLook look_;
  bool shown_ = false;
};

}  // namespace dbi::planview
