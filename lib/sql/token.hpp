// What the lexer hands to the folder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sql/keyword.hpp"

namespace dbi::sql {

enum class TokenKind : std::uint8_t {
  Word,         ///< unquoted name or keyword
  QuotedName,   ///< "...", U&"..." and `...`, quotes included
  Literal,      ///< any string or number, a lone `?`, `...`, the name of a variable behind @
  Placeholder,  ///< $1
  Operator,
  Comma,
  Dot,
  Cast,  ///< ::
  Colon,
  Semicolon,
  Open,
  Close,
  OpenBracket,
  CloseBracket,
  End,
  Failed,  ///< the lexer cannot finish, or what follows depends on a setting that is not known
};

/// A token by its place in the text; Literal and Placeholder are never copied from there.
struct Token {
  TokenKind kind = TokenKind::End;
  Keyword keyword = Keyword::None;
  bool spaced = false;       ///< white space or a comment stood before it
  std::uint8_t synonym = 0;  ///< what the signature reads instead (mysql_synonym), 0 for the token itself
  std::uint32_t begin = 0;
  std::uint32_t size = 0;
};

/// A value in either form.
[[nodiscard]] constexpr bool is_value(TokenKind kind) {
  return kind == TokenKind::Literal || kind == TokenKind::Placeholder;
}

/// A name in any form, or a keyword.
[[nodiscard]] constexpr bool is_name(TokenKind kind) {
  return kind == TokenKind::Word || kind == TokenKind::QuotedName;
}

}  // namespace dbi::sql
