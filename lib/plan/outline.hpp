// A plan in a compact form that can be kept, and what differs between two of them by name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plan/fingerprint.hpp"
#include "planread/plan.hpp"

namespace dbi::plan {

/// What an outline keeps of a node. Holds no literal.
struct OutlineNode {
  std::uint32_t depth = 1;  ///< the root's is 1
  planread::Edge edge = planread::Edge::Root;
  bool parallel = false;
  std::string type;       ///< "Seq Scan"
  std::string join_type;  ///< "Left"; empty where it is no join
  std::string relation;   ///< or function or CTE; empty where there is none
  std::string index;
  double rows = 0;  ///< estimated
  Hash128 subtree;  ///< of the node with all below it
};

/// Nodes in pre-order.
struct Outline {
  /// Nodes at most; further ones are left out.
  static constexpr std::size_t kMaxNodes = 500;
  std::vector<OutlineNode> nodes;
};

/// `subtrees` is that of the plan's Fingerprint.
[[nodiscard]] Outline outline_of(const planread::Plan& plan, std::span<const Hash128> subtrees);

/// A line a node, separated by LF, its fields by tabs.
[[nodiscard]] std::string format_outline(const Outline& outline);
/// Nothing where the text is no outline.
[[nodiscard]] std::optional<Outline> parse_outline(std::string_view text);

/// One thing that is not as it was.
struct Difference {
  std::string_view code;  ///< one of difference_codes()
  std::string text;       ///< a short sentence, lower case
};

/// "scan_changed", "index_lost", "join_method", "join_order", "parallel_lost", "parallel_gained", "step_appeared",
/// "step_gone", "estimate_moved", "relation_appeared", "relation_gone", "shape".
[[nodiscard]] std::span<const std::string_view> difference_codes();

/// What differs, causes first: empty only where the plans have one shape. Subtrees that stayed are not looked into,
/// except for their estimates.
[[nodiscard]] std::vector<Difference> differences(const Outline& before, const Outline& after);

/// A relation that was read by an index is now scanned as a whole, or a hash or merge join has become a nested loop
/// over more outer rows than any before.
[[nodiscard]] bool has_worse_class(const Outline& before, const Outline& after);

}  // namespace dbi::plan
