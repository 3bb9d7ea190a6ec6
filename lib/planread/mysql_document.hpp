// From version 2 of the JSON of MySQL's EXPLAIN to a plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "planread/document.hpp"
#include "planread/plan.hpp"

namespace dbi::planread {

/// The place of the root node of what explain_json_format_version = 2 prints: "query_plan" from 9.0 on, before that the
/// document itself. Nothing where it is no such plan.
[[nodiscard]] std::optional<std::uint32_t> find_mysql_plan(const Document& document);

/// Makes the plan that begins there. A node's type is what the server's words for the operation say ("Nested Loop",
/// "Table Scan", "Index Range Scan"; Operation), and where those are not known, what access_type says; the words
/// themselves are its OperationText. Properties stand under the names of PostgreSQL that mean the same, times and rows
/// as the means over the loops that the server prints. Subqueries have their heading as a label ("Select #2 (subquery
/// in condition; run only once)"). Views point into `document`, into what that points into, or into the plan.
/// ErrorKind::Malformed where a node says not what it does; ErrorKind::Unsupported above Plan::kMaxNodes.
[[nodiscard]] Status read_mysql(const Document& document, std::uint32_t root, std::size_t source_bytes, Plan& plan);

}  // namespace dbi::planread
