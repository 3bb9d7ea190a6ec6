// What stands under the names that the JSON of MySQL's and MariaDB's EXPLAIN has, and with that what of it may be
// shown.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace dbi::planread {

enum class MemberUse : std::uint8_t {
  Figure,      ///< a number or a size, also as a text ("100.00", "10KiB"), a flag
  Word,        ///< words of the server's own, or the name of a table, an index, a partition: shown
  Column,      ///< the bare name of a column, which can be the text of an expression or of a literal
  Expression,  ///< SQL, or prose with SQL inside: shown without its literals
  Statement,   ///< the statement as the optimizer has it
  Limit,       ///< a number that the statement has: never shown
};

struct MySqlMember {
  std::string_view name;
  MemberUse use;
};

/// nullptr for a name that is not known, and for that of an object or a list with nothing but others inside.
[[nodiscard]] const MySqlMember* find_mysql_member(std::string_view name);

}  // namespace dbi::planread
