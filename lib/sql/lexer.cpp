// SPDX-License-Identifier: Apache-2.0
#include "sql/lexer.hpp"

#include <cstdint>

#include "sql/characters.hpp"

namespace dbi::sql {

Token Lexer::token(TokenKind kind, std::size_t begin, Keyword keyword) const {
  return {kind, keyword, spaced_, 0, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_ - begin)};
}

Token Lexer::next() {
  if (!skip_blanks()) return failed();
  if (at_ >= text_.size()) return token(TokenKind::End, at_);
  const char c = text_[at_];
  if (is(c, kNameStart)) return read_word();
  if (is(c, kDigit) || (c == '.' && is(at(at_ + 1), kDigit))) return read_number();
  if (c == '\'') return read_string(at_, Quoting::Plain);
  if (c == '"') return read_quoted_name(at_);
  if (c == '$') return read_dollar();
  if (is(c, kOperatorByte)) return read_operator();
  return read_punctuation();
}

// White space and comments; false where a comment does not end.
bool Lexer::skip_blanks() {
  const auto begin = at_;
  for (;;) {
    while (at_ < text_.size() && is(text_[at_], kSpace)) ++at_;
    const char first = at(at_);
    const char second = first == '-' || first == '/' ? at(at_ + 1) : '\0';
    if (first == '-' && second == '-') {
      at_ = text_.find_first_of("\n\r", at_);
      if (at_ == std::string_view::npos) at_ = text_.size();
    } else if (first == '/' && second == '*') {
      if (!skip_block_comment()) return false;
    } else {
      spaced_ = at_ > begin;
      return true;
    }
  }
}

// Comments nest.
bool Lexer::skip_block_comment() {
  std::size_t depth = 0;
  for (;;) {
    at_ = text_.find_first_of("/*", at_);
    if (at_ == std::string_view::npos) return false;
    const auto pair = text_.substr(at_, 2);
    if (pair == "/*") {
      ++depth;
      at_ += 2;
    } else if (pair == "*/") {
      at_ += 2;
      if (--depth == 0) return true;
    } else {
      ++at_;
    }
  }
}

// A word may hold `$`. In the text that pg_stat_statements stores, `$digits` inside a word is a placeholder that took
// the place of a string (`date'x'` becomes `date$1`), so the word ends there.
Token Lexer::read_word() {
  const auto begin = at_;
  const char first = lower(text_[at_]);
  const char second = at(at_ + 1);
  if (second == '\'') {
    at_ += 1;
    if (first == 'e') return read_string(begin, Quoting::Escapes);
    if (first == 'b' || first == 'x') return read_string(begin, Quoting::Bare);
    at_ -= 1;
  }
  if (first == 'u' && second == '&') {
    const char third = at(at_ + 2);
    if (third == '\'' || third == '"') {
      at_ += 2;
      return third == '"' ? read_quoted_name(begin) : read_string(begin, Quoting::Doubled);
    }
  }
  while (at_ < text_.size() && is(text_[at_], kNamePart)) {
    if (text_[at_] == '$' && is(at(at_ + 1), kDigit)) break;
    ++at_;
  }
  if (at(at_) == '$') {
    // What follows the digits decides whether the server saw one word; a `$` there could open a string for us only.
    auto end = at_ + 1;
    while (is(at(end), kDigit)) ++end;
    if (at(end) == '$') return failed();
  }
  return token(TokenKind::Word, begin, find_keyword(text_.substr(begin, at_ - begin)));
}

// Digits with single underscores between them; false where there is none.
template <typename IsDigit>
bool Lexer::skip_digits(IsDigit is_digit) {
  if (!is_digit(at(at_))) return false;
  while (is_digit(at(at_)) || (at(at_) == '_' && is_digit(at(at_ + 1)))) ++at_;
  return true;
}

// The forms of PostgreSQL 16 and later. Before, `0x1F` was 0 with the alias x1F: one literal here all the same.
Token Lexer::read_number() {
  const auto begin = at_;
  const auto is_decimal = [](char c) { return is(c, kDigit); };
  const char base = text_[at_] == '0' ? lower(at(at_ + 1)) : '\0';
  if (base == 'x' || base == 'o' || base == 'b') {
    at_ += 2;
    if (at(at_) == '_') ++at_;
    if (!skip_digits(is_hex_digit)) return failed();
    return value_before_junk(TokenKind::Literal, begin);
  }
  skip_digits(is_decimal);
  if (at(at_) == '.' && at(at_ + 1) != '.') {
    ++at_;
    skip_digits(is_decimal);
  }
  if (lower(at(at_)) == 'e') {
    const char sign = at(at_ + 1);
    const auto digits = at_ + (sign == '+' || sign == '-' ? 2U : 1U);
    if (is(at(digits), kDigit)) {
      at_ = digits;
      skip_digits(is_decimal);
    }
  }
  return value_before_junk(TokenKind::Literal, begin);
}

// What touches a number or placeholder may be the rest of a number (pg_stat_statements stores `-(0x1F)` as `$10x1F)`),
// so only a keyword may.
Token Lexer::value_before_junk(TokenKind kind, std::size_t begin) const {
  if (!is(at(at_), kNameStart)) return token(kind, begin);
  auto end = at_;
  while (is(at(end), kNamePart) && at(end) != '$') ++end;
  const bool known = may_touch_value(find_keyword(text_.substr(at_, end - at_)));
  const bool splits = at(end) != '$' || is(at(end + 1), kDigit);
  return known && splits ? token(kind, begin) : failed();
}

// $1, $tag$...$tag$ and $$...$$.
Token Lexer::read_dollar() {
  const auto begin = at_;
  ++at_;
  if (is(at(at_), kDigit)) {
    while (is(at(at_), kDigit)) ++at_;
    return value_before_junk(TokenKind::Placeholder, begin);
  }
  while (is(at(at_), kNamePart) && at(at_) != '$') ++at_;
  const auto size = at_ + 1 - begin;
  if (at(at_) != '$' || size > kMaxTagBytes) return failed();
  const auto tag = text_.substr(begin, size);
  const auto end = text_.find(tag, begin + size);
  if (end == std::string_view::npos) return failed();
  at_ = end + size;
  return token(TokenKind::Literal, begin);
}

// A string with what continues it on further lines; `at_` is at its first quote.
Token Lexer::read_string(std::size_t begin, Quoting quoting) {
  do {
    if (!skip_segment(quoting)) return failed();
  } while (skip_to_continuation());
  return token(TokenKind::Literal, begin);
}

// From the opening quote behind the closing one. With standard_conforming_strings off a backslash takes the next byte
// into a plain string; where the setting is not known and a backslash would hide a quote, the tokens are not known.
bool Lexer::skip_segment(Quoting quoting) {
  const bool off = dialect_.standard_conforming_strings == false;
  const bool unknown = !dialect_.standard_conforming_strings.has_value();
  const bool plain = quoting == Quoting::Plain;
  const bool escapes = quoting == Quoting::Escapes || (plain && off);
  ++at_;
  for (;;) {
    while (at_ < text_.size() && text_[at_] != '\'' && text_[at_] != '\\') ++at_;
    if (at_ >= text_.size()) return false;
    if (text_[at_] == '\'') {
      ++at_;
      if (quoting == Quoting::Bare || at(at_) != '\'') return true;
      ++at_;
    } else if (escapes) {
      if (at_ + 2 > text_.size()) return false;
      at_ += 2;
    } else if (plain && unknown) {
      if (at(at_ + 1) == '\'') return false;
      at_ += at(at_ + 1) == '\\' ? 2U : 1U;
    } else {
      ++at_;
    }
  }
}

// A string goes on behind white space with a line end in it; `--` comments count as white space, block comments do not.
bool Lexer::skip_to_continuation() {
  auto place = at_;
  bool line_end = false;
  for (;;) {
    const char c = at(place);
    if (place < text_.size() && is(c, kSpace)) {
      line_end = line_end || c == '\n' || c == '\r';
      ++place;
    } else if (text_.substr(place, 2) == "--") {
      place = text_.find_first_of("\n\r", place);
      if (place == std::string_view::npos) return false;
    } else {
      break;
    }
  }
  if (!line_end || at(place) != '\'') return false;
  at_ = place;
  return true;
}

Token Lexer::read_quoted_name(std::size_t begin) {
  ++at_;
  for (;;) {
    at_ = text_.find('"', at_);
    if (at_ == std::string_view::npos) return failed();
    ++at_;
    if (at(at_) != '"') return token(TokenKind::QuotedName, begin);
    ++at_;
  }
}

// The longest run of operator bytes, ended by a comment; a sign at its end belongs to it only where one of ~!@#%^&|`?
// is in it.
Token Lexer::read_operator() {
  const auto begin = at_;
  bool special = false;
  while (at_ < text_.size() && is(text_[at_], kOperatorByte)) {
    const char c = text_[at_];
    if ((c == '-' && at(at_ + 1) == '-') || (c == '/' && at(at_ + 1) == '*')) break;
    special = special || is(c, kSpecialByte);
    ++at_;
  }
  while (!special && at_ - begin > 1 && (text_[at_ - 1] == '+' || text_[at_ - 1] == '-')) --at_;
  const bool mark = at_ - begin == 1 && text_[begin] == '?';
  return token(mark ? TokenKind::Literal : TokenKind::Operator, begin);
}

Token Lexer::read_punctuation() {
  const auto begin = at_++;
  switch (text_[begin]) {
    case ',':
      return token(TokenKind::Comma, begin);
    case '(':
      return token(TokenKind::Open, begin);
    case ')':
      return token(TokenKind::Close, begin);
    case '[':
      return token(TokenKind::OpenBracket, begin);
    case ']':
      return token(TokenKind::CloseBracket, begin);
    case ';':
      return token(TokenKind::Semicolon, begin);
    case '.':
      if (text_.substr(begin, 3) != "...") return token(TokenKind::Dot, begin);
      at_ += 2;
      return token(TokenKind::Literal, begin);
    case ':':
      if (at(at_) == ':') {
        ++at_;
        return token(TokenKind::Cast, begin);
      }
      if (at(at_) != '=') return token(TokenKind::Colon, begin);
      ++at_;
      return token(TokenKind::Operator, begin);
    default:
      return failed();
  }
}

}  // namespace dbi::sql
