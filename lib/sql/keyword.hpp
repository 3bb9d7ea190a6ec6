// The words that the rules of the signature know.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace dbi::sql {

/// None is any other word.
enum class Keyword : std::uint8_t {
  None,

  All,
  Alter,
  Array,
  As,
  Authorization,
  Cast,
  Characteristics,
  Constraints,
  Create,
  Deallocate,
  Default,
  Extract,
  False,
  From,
  In,
  Is,
  Limit,
  Local,
  Not,
  Null,
  Prepare,
  Release,
  Role,
  Rollback,
  Savepoint,
  Schema,
  Select,
  Session,
  Set,
  Time,
  To,
  Transaction,
  True,
  Uescape,
  Values,
  With,
  Work,
  Zone,
  // Words of which only the properties count, by their properties.
  Operand,
  OperandList,
  Clause,
  ClauseList,
  Follower,
  // MySQL and MariaDB only.
  Execute,
  Introducer,  ///< a character set before a string: _utf8mb4, in digests (_charset)
  Unknown,     ///< `(unknown)` in a digest of MariaDB: x'...' or ||
  Verb,        ///< begins a statement that a client can prepare
};

/// The keyword that a word is to PostgreSQL, whatever its case.
[[nodiscard]] Keyword find_keyword(std::string_view word);

/// An operand follows: a sign behind this word is no binary operator.
[[nodiscard]] bool expects_operand(Keyword keyword);
/// Ends the element of a list before it, and may begin a clause.
[[nodiscard]] bool ends_element(Keyword keyword);
/// The elements of a list follow.
[[nodiscard]] bool begins_list(Keyword keyword);
/// May stand directly behind a number or placeholder, as in `then$2else`. Holds no digit, so no rest of a number.
[[nodiscard]] bool may_touch_value(Keyword keyword);

}  // namespace dbi::sql
