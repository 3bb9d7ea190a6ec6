// The line of a node in EXPLAIN's TEXT: "Index Scan Backward using i on s.t a  (cost=0.29..8.3 rows=1 width=4)".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "planread/plan.hpp"

namespace dbi::planread {

/// Where what only a plan has behind a node's name begins: "  (cost=", "  (actual ", "  (never executed)"; the line's
/// size where there is none. Quoted names may hold anything.
[[nodiscard]] std::size_t node_numbers_begin(std::string_view line);

/// Whether a line, without its arrow, begins with the name of a node that PostgreSQL has. Without costs a line of a
/// query text can look like one.
[[nodiscard]] bool is_node_line(std::string_view line);

/// Adds the properties that JSON would have for the line to the node that was begun last.
void read_node_line(std::string_view line, Plan& plan);

/// Takes " time=0.1..0.2 rows=3 loops=1" from the front: of a node, and of a worker.
void read_actual(std::string_view& text, Plan& plan);

/// "public.t a" behind "Update on ": a table that a statement changes beside the first. Adds to the group begun last.
void read_target(std::string_view text, PlanKey object, Plan& plan);

}  // namespace dbi::planread
