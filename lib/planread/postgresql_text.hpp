// From TEXT of PostgreSQL's EXPLAIN to a plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "planread/plan.hpp"

namespace dbi::planread {

/// Makes the plan of a text that begins with the line of its root. Views point into `text`, whose lines are as the
/// server wrote them (a terminal's decoration taken off). Literals may hold line ends: what is within quotation marks
/// is no line of the plan. ErrorKind::Malformed where there is no node; ErrorKind::Unsupported above Plan::kMaxNodes.
[[nodiscard]] Status read_postgresql_text(std::string_view text, Plan& plan);

}  // namespace dbi::planread
