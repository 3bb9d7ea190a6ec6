// The lines of the tree that lead from a node to its children.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "planread/plan.hpp"

namespace dbi::planview {

/// The plan outlives it.
class TreeGuides {
 public:
  /// `levels`: so many are drawn at most, the innermost ones; of a node further in its depth is told, as "12:".
  TreeGuides(const planread::Plan& plan, std::size_t levels, bool unicode)
      : plan_(plan), levels_(levels), unicode_(unicode) {}

  /// Before the node itself.
  [[nodiscard]] std::string to(std::uint32_t node) const;
  /// Before the lines below it, which belong to it.
  [[nodiscard]] std::string below(std::uint32_t node) const;

 private:
  [[nodiscard]] std::string above(std::uint32_t node, std::string_view own) const;
  [[nodiscard]] bool is_last(std::uint32_t node) const;
  [[nodiscard]] std::string_view vertical() const { return unicode_ ? "│ " : "| "; }

  const planread::Plan& plan_;
  std::size_t levels_;
  bool unicode_;
};

}  // namespace dbi::planview
