// Splits a statement of MySQL or MariaDB into tokens as the server's own scanner does (sql/sql_lex.cc of both), and
// the text of a digest likewise.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "sql/statement.hpp"
#include "sql/token.hpp"

namespace dbi::sql {

/// Reads tokens one by one; the text must outlive it. Every byte is looked at a bounded number of times.
class MySqlLexer {
 public:
  /// `text` is shorter than 4 GiB and UTF-8: in other character sets a byte of a letter can look like a backslash.
  MySqlLexer(std::string_view text, const Dialect& dialect) : text_(text), dialect_(dialect) {}

  /// The next token; after End or Failed there is no further one.
  [[nodiscard]] Token next();

  /// Where the comment with code (/*! ... */) begins that the last token lies in; npos: it lies in none.
  [[nodiscard]] std::size_t code_comment_begin() const {
    return in_code_comment_ ? code_comment_begin_ : std::string_view::npos;
  }
  /// Behind the last such comment that has ended; 0: none has.
  [[nodiscard]] std::size_t code_comment_end() const { return code_comment_end_; }

 private:
  /// What a token that follows without a space may be on account of the one before it.
  enum class Before { Other, Name, NameDot, At };

  [[nodiscard]] char at(std::size_t place) const { return place < text_.size() ? text_[place] : '\0'; }
  [[nodiscard]] bool starts(std::string_view with) const { return text_.substr(at_, with.size()) == with; }
  bool skip_blanks();
  bool skip_line_comment();
  bool skip_block_comment();
  bool skip_code_comment(std::size_t marker, bool of_mariadb);
  bool skip_plain_comment(bool nested);
  bool skip_hint();
  bool skip_string(char quote);
  bool skip_quoted_name(char quote);
  void skip_digits();
  bool skip_exponent();
  [[nodiscard]] Token token(TokenKind kind, std::size_t begin, Keyword keyword = Keyword::None) const;
  [[nodiscard]] Token failed() const { return {.kind = TokenKind::Failed}; }
  [[nodiscard]] Token read_token(Before before);
  [[nodiscard]] Token read_word(bool keywords);
  [[nodiscard]] Token read_digits_word(std::size_t begin);
  [[nodiscard]] Token read_dollar();
  [[nodiscard]] Token read_bits(bool hex);
  [[nodiscard]] Token read_string(std::size_t begin);
  [[nodiscard]] Token read_quotation_marks();
  [[nodiscard]] Token read_variable();
  [[nodiscard]] Token read_number();
  [[nodiscard]] Token read_fraction(std::size_t begin);
  [[nodiscard]] Token read_open(bool behind_name);
  [[nodiscard]] Token read_punctuation();
  [[nodiscard]] Token value_before_junk(std::size_t begin) const;
  [[nodiscard]] bool opens_bracket() const;
  [[nodiscard]] Keyword bracket_form(std::size_t place) const;

  std::string_view text_;
  Dialect dialect_;
  std::size_t at_ = 0;
  bool spaced_ = false;
  bool in_code_comment_ = false;
  std::size_t code_comment_begin_ = 0;
  std::size_t code_comment_end_ = 0;
  Before before_ = Before::Other;
  bool secret_follows_ = false;
};

}  // namespace dbi::sql
