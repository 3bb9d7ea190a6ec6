// Splits a statement of PostgreSQL into tokens as the server's own scanner does (src/backend/parser/scan.l).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "sql/statement.hpp"
#include "sql/token.hpp"

namespace dbi::sql {

/// Reads tokens one by one; the text must outlive it. Every byte is looked at a bounded number of times.
/// Of the dialect only standard_conforming_strings counts.
class Lexer {
 public:
  /// `text` is shorter than 4 GiB.
  Lexer(std::string_view text, const Dialect& dialect) : text_(text), dialect_(dialect) {}

  /// The next token; after End or Failed there is no further one.
  [[nodiscard]] Token next();

 private:
  enum class Quoting { Plain, Escapes, Doubled, Bare };

  [[nodiscard]] char at(std::size_t place) const { return place < text_.size() ? text_[place] : '\0'; }
  bool skip_blanks();
  bool skip_block_comment();
  [[nodiscard]] Token token(TokenKind kind, std::size_t begin, Keyword keyword = Keyword::None) const;
  [[nodiscard]] Token failed() const { return {.kind = TokenKind::Failed}; }
  [[nodiscard]] Token read_word();
  [[nodiscard]] Token read_number();
  [[nodiscard]] Token read_dollar();
  [[nodiscard]] Token read_string(std::size_t begin, Quoting quoting);
  [[nodiscard]] Token read_quoted_name(std::size_t begin);
  [[nodiscard]] Token read_operator();
  [[nodiscard]] Token read_punctuation();
  [[nodiscard]] Token value_before_junk(TokenKind kind, std::size_t begin) const;
  [[nodiscard]] bool skip_segment(Quoting quoting);
  [[nodiscard]] bool skip_to_continuation();
  template <typename IsDigit>
  bool skip_digits(IsDigit is_digit);

  std::string_view text_;
  Dialect dialect_;
  std::size_t at_ = 0;
  bool spaced_ = false;
};

}  // namespace dbi::sql
