// What the words mean that version 1 of MySQL's JSON and MariaDB's JSON have for the parts of a plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "planread/plan_key.hpp"

namespace dbi::planread {

/// What an object is that holds a part of the plan.
enum class BlockKind : std::uint8_t {
  Container,     ///< no node: what is inside stands in its place
  Around,        ///< the same, and says how the table inside is joined
  QueryBlock,    ///< a SELECT
  Table,         ///< one table, or what there is instead
  Node,          ///< a step of its own
  Ordering,      ///< a sort, where it says so
  Grouping,      ///< an aggregate, with or without a temporary table
  Windows,       ///< MySQL's window functions
  WindowSorts,   ///< MariaDB's
  SetOperation,  ///< UNION and its like
};

struct BlockRow {
  std::string_view name;
  BlockKind kind;
  std::string_view type;  ///< the node's, where the name alone says it
};

/// Nothing for a name under which no part of a plan stands.
[[nodiscard]] const BlockRow* find_block(std::string_view name);

/// Whether a list of subqueries stands under the name: "attached_subqueries", MariaDB's "subqueries".
[[nodiscard]] bool is_subqueries(std::string_view name);

/// A member of such an object that says something of its node.
struct BlockMember {
  std::string_view name;
  std::optional<PlanKey> key;  ///< nothing: known, and no property
};

/// nullptr for a name that is not known.
[[nodiscard]] const BlockMember* find_block_member(std::string_view name);

/// The node type, in the words of version 2, of a table read like that: "Index Range Scan" of "range".
[[nodiscard]] std::string_view type_of_access(std::string_view access_type);

/// The node type of a message that stands for a plan: "Zero Rows" of "Impossible WHERE".
[[nodiscard]] std::string_view type_of_message(std::string_view message);

}  // namespace dbi::planread
