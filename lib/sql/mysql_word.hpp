// The words and operators of MySQL and MariaDB that the rules of the signature know.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "sql/keyword.hpp"

namespace dbi::sql {

/// What a word without quotes is to MySQL and MariaDB.
struct MySqlWord {
  std::string_view word;
  Keyword keyword = Keyword::None;
  std::uint8_t synonym = 0;  ///< of mysql_synonym
  bool call = false;         ///< only before an opening bracket: elsewhere it is a name
};

/// The word whatever its case; an entry without content where it is not known.
[[nodiscard]] MySqlWord find_mysql_word(std::string_view word);
/// The number of the spelling that the signature has for an operator or digest form, 0 for its own.
[[nodiscard]] std::uint8_t find_mysql_operator_synonym(std::string_view spelling);
/// The spelling of that number, in lower case and no longer than any word that stands for it.
[[nodiscard]] std::string_view mysql_synonym(std::uint8_t number);

}  // namespace dbi::sql
