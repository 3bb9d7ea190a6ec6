// From TREE of MySQL's EXPLAIN, with and without ANALYZE, to a plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "planread/plan.hpp"

namespace dbi::planread {

/// Makes the tree of a text that begins with "-> ": its nodes with their figures, as read_mysql makes it of the same
/// plan; what a node does is not told yet. The server writes a line end within a literal as an escape, so a line is a
/// line. Views point into `text`. ErrorKind::Malformed where there is no node, or a second root; ErrorKind::Unsupported
/// above Plan::kMaxNodes.
[[nodiscard]] Status read_mysql_tree(std::string_view text, Plan& plan);

}  // namespace dbi::planread
