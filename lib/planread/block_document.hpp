// From version 1 of the JSON of MySQL's EXPLAIN, and from that of MariaDB's EXPLAIN and ANALYZE, to a plan. Both print
// blocks: what a SELECT does as objects in each other, its tables in a list or, in MariaDB 10.5, as members of one
// name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "planread/document.hpp"
#include "planread/plan.hpp"

namespace dbi::planread {

/// The place of the outermost "query_block". Nothing where the document is no such plan.
[[nodiscard]] std::optional<std::uint32_t> find_block_plan(const Document& document);

/// Whose plan it is, by the members that only one of them has; MariaDB's where nothing tells.
[[nodiscard]] sql::System system_of_blocks(const Document& document);

/// Makes the plan that begins there. Node types are the words that version 2 of MySQL's JSON has for the same.
///
/// - Tables that stand beside each other are joined from the left, two by two: of a, b and c the root is the join of c
///   with the join of a and b. The join ("Nested Loop", "Hash Join") has Using Join Buffer, the condition of MariaDB's
///   join buffer as Join Filter, and for MySQL rows and cost up to and with its second table.
/// - A table is one node with its conditions. Its rows are those before they are filtered, its cost and MariaDB's time
///   its own. An index merge has a node below for each index, a filter of row ids one of its own.
/// - The topmost node of a block has the cost, loops and time of the block, which contain all below; of MariaDB's other
///   nodes some have no time, a Sort its own. Every time is the mean of a loop, though MariaDB prints sums.
/// - A block's HAVING is a node "Filter". Subqueries have a label "Select #2", with "(dependent)" where MySQL says so.
/// - What only holds others, or says that rows come in order anyway, is no node.
///
/// Views point into `document`, into what that points into, or into the plan. ErrorKind::Malformed where a block has
/// nothing inside; ErrorKind::Unsupported above Plan::kMaxNodes.
[[nodiscard]] Status read_blocks(const Document& document, std::uint32_t root, std::size_t source_bytes, Plan& plan);

}  // namespace dbi::planread
