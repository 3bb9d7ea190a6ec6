// From TREE of MySQL's EXPLAIN, with and without ANALYZE, to a plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "planread/plan.hpp"

namespace dbi::planread {

/// Makes the tree of a text that begins with "-> ", as read_mysql makes it of the same plan, but for what TREE does not
/// print: a table is named by its alias. The server writes a line end within a literal as an escape, so a line is a
/// line; figures may stand on the next one, as terminals wrap them. Views point into `text`. ErrorKind::Malformed where
/// there is no node, or a second root; ErrorKind::Unsupported above Plan::kMaxNodes.
[[nodiscard]] Status read_mysql_tree(std::string_view text, Plan& plan);

}  // namespace dbi::planread
