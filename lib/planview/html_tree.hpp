// The nodes of a plan as nested lists of HTML.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "plan/analysis.hpp"
#include "planview/flame.hpp"

namespace dbi::planview {

/// Levels that are nested at most: browsers stop at some hundred elements. What is deeper stands beside the last one,
/// and says its level.
inline constexpr std::size_t kHtmlLevels = 100;

/// Bytes that are shown at most of a statement or a condition.
inline constexpr std::size_t kHtmlTextBytes = 8000;

/// What the tree needs beside the plan. The views outlive the call.
struct HtmlTreeLook {
  std::string_view node_id;     ///< "p1n": in front of a node's number, from 1
  std::string_view finding_id;  ///< "p1f": in front of a finding's
  std::size_t nodes = 0;        ///< that are shown
  std::size_t findings = 0;     ///< that are shown
  bool keep_literals = false;
};

/// Appends a list whose items can be folded without a script: a line of figures, then conditions and the rest.
void append_html_tree(const plan::Analysis& analysis, const Flame& flame, const HtmlTreeLook& look, std::string& out);

/// Appends at most kHtmlTextBytes of the text, escaped, and how much there is more.
void append_html_text(std::string_view text, std::string& out);

}  // namespace dbi::planview
