// A plan of one scan, for the tests of history/.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "plan/outline.hpp"

namespace dbi::history {

/// Of the table orders; another plan with an index than without.
inline plan::Outline scan(std::string type, std::string index) {
  plan::Outline outline;
  plan::OutlineNode& node = outline.nodes.emplace_back();
  node.type = std::move(type);
  node.relation = "orders";
  node.index = std::move(index);
  node.subtree.low = node.index.empty() ? 1 : 2;
  return outline;
}

}  // namespace dbi::history
