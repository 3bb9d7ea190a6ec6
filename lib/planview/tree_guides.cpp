// SPDX-License-Identifier: Apache-2.0
#include "planview/tree_guides.hpp"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace dbi::planview {

// No sibling comes behind it.
bool TreeGuides::is_last(std::uint32_t node) const {
  const auto nodes = plan_.nodes();
  return nodes[node].end == nodes[nodes[node].parent].end;
}

// `own` stands for the node's level; of those above one that goes on has a line.
std::string TreeGuides::above(std::uint32_t node, std::string_view own) const {
  const auto nodes = plan_.nodes();
  if (nodes[node].parent == planread::kNoNode) return {};
  std::vector<std::string_view> pieces{own};  // the innermost first
  for (std::uint32_t at = nodes[node].parent; nodes[at].parent != planread::kNoNode && pieces.size() < levels_;
       at = nodes[at].parent) {
    pieces.push_back(is_last(at) ? std::string_view("  ") : vertical());
  }
  std::string text;
  for (std::size_t i = pieces.size(); i-- > 0;) text += pieces[i];
  return text;
}

std::string TreeGuides::to(std::uint32_t node) const {
  const planread::Node& at = plan_.nodes()[node];
  if (at.parent == planread::kNoNode) return {};
  const std::string_view own = unicode_ ? (is_last(node) ? "└ " : "├ ") : (is_last(node) ? "`-" : "|-");
  return (at.depth - 1 > levels_ ? fmt::format("{}:", at.depth) : std::string()) + above(node, own);
}

std::string TreeGuides::below(std::uint32_t node) const {
  const planread::Node& at = plan_.nodes()[node];
  std::string text;
  if (at.parent != planread::kNoNode) {
    if (at.depth - 1 > levels_) text.append(fmt::format("{}:", at.depth).size(), ' ');
    text += above(node, is_last(node) ? std::string_view("  ") : vertical());
  }
  return text.append(at.end > node + 1 ? vertical() : std::string_view("  "));
}

}  // namespace dbi::planview
