// SPDX-License-Identifier: Apache-2.0
#include "sql/mysql_lexer.hpp"

#include <cstdint>
#include <utility>

#include "sql/characters.hpp"
#include "sql/mysql_word.hpp"

namespace dbi::sql {

namespace {

constexpr auto kNone = std::string_view::npos;

// MySQL-like version comments that MariaDB does not open though its own version is higher: 5.7 and later are another
// product's there.
constexpr int kFirstForeignVersion = 50700;
constexpr int kLastForeignVersion = 99999;
// MySQL with versions of six digits for certain; what earlier ones do was not tried.
constexpr int kFirstSixDigits = 90000;
// $tag$...$tag$ is a string from here on (release notes of MySQL 9.0, stored programs in JavaScript).
constexpr int kFirstDollarQuotes = 90000;

// What MySQL writes for a password in texts that it keeps (sql/sql_rewrite.cc).
constexpr std::string_view kSecret = "<secret>";

constexpr std::string_view kCharsetForm = "(_charset)";
constexpr std::string_view kUnknownForm = "(unknown)";

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

// Whether a word that begins with a digit is plainly a name: a letter beyond those of hexadecimal numbers.
bool is_plain_name(std::string_view word) {
  for (const char c : word) {
    const char folded = lower(c);
    if ((folded > 'f' && folded <= 'z' && folded != 'x') || static_cast<unsigned char>(c) >= 0x80) return true;
  }
  return false;
}

}  // namespace

Token MySqlLexer::token(TokenKind kind, std::size_t begin, Keyword keyword) const {
  return {kind, keyword, spaced_, 0, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_ - begin)};
}

Token MySqlLexer::next() {
  if (!skip_blanks()) return failed();
  if (at_ >= text_.size()) return in_code_comment_ ? failed() : token(TokenKind::End, at_);
  const auto before = spaced_ ? Before::Other : before_;
  before_ = Before::Other;
  const bool secret = std::exchange(secret_follows_, false);
  if (secret && starts(kSecret)) {
    const auto begin = at_;
    at_ += kSecret.size();
    return token(TokenKind::Literal, begin);
  }
  return read_token(before);
}

Token MySqlLexer::read_token(Before before) {
  const char c = text_[at_];
  if (before == Before::At) {
    const bool quoted = c == '`' || (c == '"' && dialect_.ansi_quotes == true);
    if (is(c, kNamePart) || c == '.' || quoted) return read_variable();
  }
  if (is(c, kNameStart)) return read_word(before != Before::NameDot);
  if (is(c, kDigit)) return before == Before::NameDot ? read_digits_word(at_) : read_number();
  switch (c) {
    case '\'':
      return read_string(at_);
    case '"':
      return read_quotation_marks();
    case '`': {
      const auto begin = at_;
      if (!skip_quoted_name('`')) return failed();
      before_ = Before::Name;
      return token(TokenKind::QuotedName, begin);
    }
    case '$':
      return read_dollar();
    case '(':
      return read_open(before == Before::Name);
    case '.':
      if (before != Before::Name && is(at(at_ + 1), kDigit)) return read_number();
      if (before == Before::Name && !starts("...")) before_ = Before::NameDot;
      break;
    default:
      break;
  }
  return read_punctuation();
}

// White space, comments, and the marks around code in comments; false where a comment does not end or cannot be judged.
bool MySqlLexer::skip_blanks() {
  const auto begin = at_;
  for (;;) {
    while (at_ < text_.size() && is(text_[at_], kSpace)) ++at_;
    const char first = at(at_);
    const char second = first == '-' || first == '/' || first == '*' ? at(at_ + 1) : '\0';
    if (first == '#' || (first == '-' && second == '-' && (is(at(at_ + 2), kSpace) || is_control(at(at_ + 2))))) {
      if (!skip_line_comment()) return false;
    } else if (first == '/' && second == '*') {
      if (!skip_block_comment()) return false;
    } else if (first == '*' && second == '/' && in_code_comment_) {
      in_code_comment_ = false;
      at_ += 2;
      code_comment_end_ = at_;
    } else {
      spaced_ = at_ > begin;
      return true;
    }
  }
}

// Only a line feed ends it; so does a zero byte for the server, which no honest text holds.
bool MySqlLexer::skip_line_comment() {
  auto end = text_.find('\n', at_);
  if (end == kNone) end = text_.size();
  if (text_.substr(at_, end - at_).find('\0') != kNone) return false;
  at_ = end;
  return true;
}

bool MySqlLexer::skip_block_comment() {
  const bool maria = dialect_.system == System::MariaDb;
  if (at(at_ + 2) == '!') return skip_code_comment(3, false);
  if (maria && at(at_ + 2) == 'M' && at(at_ + 3) == '!') return skip_code_comment(4, true);
  if (at(at_ + 2) == '+') return skip_hint();
  at_ += 2;
  return skip_plain_comment(false);
}

// /*! code */, and with a version of five or six digits code for servers from that one on.
bool MySqlLexer::skip_code_comment(std::size_t marker, bool of_mariadb) {
  if (!in_code_comment_) code_comment_begin_ = at_;
  at_ += marker;
  int version = 0;
  std::size_t digits = 0;
  while (digits < 6 && is(at(at_ + digits), kDigit)) version = version * 10 + (at(at_ + digits++) - '0');
  if (digits < 5) {
    in_code_comment_ = true;
    return true;
  }
  const bool six_known = dialect_.system == System::MariaDb || dialect_.version >= kFirstSixDigits;
  if (dialect_.version == 0 || (digits == 6 && !six_known)) return false;
  const bool foreign = dialect_.system == System::MariaDb && !of_mariadb && version >= kFirstForeignVersion &&
                       version <= kLastForeignVersion;
  if (version > dialect_.version || foreign) return skip_plain_comment(true);
  at_ += digits;
  in_code_comment_ = true;
  return true;
}

// From behind the opening mark. Only what stands in place of code may hold comments, one level of them.
bool MySqlLexer::skip_plain_comment(bool nested) {
  bool inside = false;
  for (;;) {
    at_ = text_.find_first_of("/*", at_);
    if (at_ == kNone) return false;
    if (starts("*/")) {
      at_ += 2;
      if (!inside) return true;
      inside = false;
    } else if (nested && !inside && starts("/*")) {
      at_ += 2;
      inside = true;
    } else {
      ++at_;
    }
  }
}

// To the server a hint has strings and quoted names only behind some verbs, else it is a comment; a mark of its end in
// quotes is judged by neither.
bool MySqlLexer::skip_hint() {
  char quote = '\0';
  for (at_ += 3; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '*' && at(at_ + 1) == '/') {
      at_ += 2;
      return quote == '\0';
    }
    if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '\'' || c == '"' || c == '`')) {
      quote = c;
    } else if (c == '\\') {
      return false;
    }
  }
  return false;
}

Token MySqlLexer::read_word(bool keywords) {
  const auto begin = at_;
  const char first = lower(text_[at_]);
  if (keywords && at(at_ + 1) == '\'') {
    if (first == 'x' || first == 'b') return read_bits(first == 'x');
    if (first == 'n') {
      ++at_;
      return read_string(begin);
    }
  }
  while (at_ < text_.size() && is(text_[at_], kNamePart)) ++at_;
  before_ = Before::Name;
  auto word = token(TokenKind::Word, begin);
  if (!keywords) return word;
  const auto known = find_mysql_word(text_.substr(begin, at_ - begin));
  word.keyword = known.keyword;
  if (!known.call || opens_bracket()) word.synonym = known.synonym;
  secret_follows_ = known.keyword == Keyword::OperandList || known.keyword == Keyword::Verb;  // BY, REPLACE
  return word;
}

// A form of digests is no bracket.
bool MySqlLexer::opens_bracket() const {
  auto place = at_;
  while (place < text_.size() && is(text_[place], kSpace)) ++place;
  return at(place) == '(' && (place == at_ || bracket_form(place) == Keyword::None);
}

// What digests have in a bracket: (_charset) for an introducer, in MariaDB (unknown) for x'...' and ||.
Keyword MySqlLexer::bracket_form(std::size_t place) const {
  const auto rest = text_.substr(place);
  if (rest.starts_with(kCharsetForm)) return Keyword::Introducer;
  return dialect_.system == System::MariaDb && rest.starts_with(kUnknownForm) ? Keyword::Unknown : Keyword::None;
}

// A name may begin with a digit, where it holds more than digits. What could as well be a number goes.
Token MySqlLexer::read_digits_word(std::size_t begin) {
  while (is(at(at_), kNamePart)) ++at_;
  if (!is_plain_name(text_.substr(begin, at_ - begin))) return failed();
  before_ = Before::Name;
  return token(TokenKind::Word, begin);
}

// A name, or from MySQL 9.0 on $tag$...$tag$ and $$...$$.
Token MySqlLexer::read_dollar() {
  const auto begin = at_;
  ++at_;
  while (is(at(at_), kNamePart) && at(at_) != '$') ++at_;
  if (at(at_) != '$') {
    const auto name = text_.substr(begin + 1, at_ - begin - 1);
    if (!is_plain_name(name)) return failed();
    before_ = Before::Name;
    return token(TokenKind::Word, begin);
  }
  if (dialect_.system != System::MySql || dialect_.version < kFirstDollarQuotes) return failed();
  const auto tag = text_.substr(begin, at_ + 1 - begin);
  const auto end = text_.find(tag, at_ + 1);
  if (tag.size() > kMaxTagBytes || end == kNone) return failed();
  at_ = end + tag.size();
  return token(TokenKind::Literal, begin);
}

// x'1F' and b'01'.
Token MySqlLexer::read_bits(bool hex) {
  const auto begin = at_;
  at_ += 2;
  while (hex ? is_hex_digit(at(at_)) : at(at_) == '0' || at(at_) == '1') ++at_;
  if (at(at_) != '\'') return failed();
  ++at_;
  return token(TokenKind::Literal, begin);
}

// `at_` is at the opening quote.
Token MySqlLexer::read_string(std::size_t begin) {
  if (!skip_string(text_[at_])) return failed();
  return token(TokenKind::Literal, begin);
}

// A string, or with ANSI_QUOTES a name.
Token MySqlLexer::read_quotation_marks() {
  const auto begin = at_;
  if (!dialect_.ansi_quotes) return failed();
  if (!*dialect_.ansi_quotes) return read_string(begin);
  if (!skip_quoted_name('"')) return failed();
  before_ = Before::Name;
  return token(TokenKind::QuotedName, begin);
}

// From the opening quote behind the closing one. A doubled quote is one of the string; a backslash takes the next byte
// with it unless NO_BACKSLASH_ESCAPES is set; where that is not known and would make a difference, the tokens are not.
bool MySqlLexer::skip_string(char quote) {
  const bool escapes = dialect_.no_backslash_escapes == false;
  const bool unknown = !dialect_.no_backslash_escapes.has_value();
  ++at_;
  for (;;) {
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\\') ++at_;
    if (at_ >= text_.size()) return false;
    if (text_[at_] == quote) {
      ++at_;
      if (at(at_) != quote) return true;
      ++at_;
    } else if (escapes) {
      if (at_ + 2 > text_.size()) return false;
      at_ += 2;
    } else if (unknown) {
      if (at(at_ + 1) == quote) return false;
      at_ += at(at_ + 1) == '\\' ? 2U : 1U;
    } else {
      ++at_;
    }
  }
}

bool MySqlLexer::skip_quoted_name(char quote) {
  ++at_;
  for (;;) {
    at_ = text_.find(quote, at_);
    if (at_ == kNone) return false;
    ++at_;
    if (at(at_) != quote) return true;
    ++at_;
  }
}

// The name behind @: of a variable, or the host of an account. Digests have a question mark for it unless it is in
// backticks.
Token MySqlLexer::read_variable() {
  const auto begin = at_;
  const char quote = text_[at_];
  if (quote == '`' || quote == '"') {
    if (!skip_quoted_name(quote)) return failed();
  } else {
    while (is(at(at_), kNamePart) || at(at_) == '.') ++at_;
  }
  return token(TokenKind::Literal, begin);
}

void MySqlLexer::skip_digits() {
  while (is(at(at_), kDigit)) ++at_;
}

// e5, E-5; false where there is none, as in 1ex, which may be a name.
bool MySqlLexer::skip_exponent() {
  if (lower(at(at_)) != 'e') return false;
  const char sign = at(at_ + 1);
  const auto digits = at_ + (sign == '+' || sign == '-' ? 2U : 1U);
  if (!is(at(digits), kDigit)) return false;
  at_ = digits;
  skip_digits();
  return true;
}

Token MySqlLexer::read_number() {
  const auto begin = at_;
  if (text_[at_] == '.') return read_fraction(begin);
  const char base = text_[at_] == '0' ? at(at_ + 1) : '\0';
  if (base == 'x' || base == 'b') {
    at_ += 2;
    while (base == 'x' ? is_hex_digit(at(at_)) : at(at_) == '0' || at(at_) == '1') ++at_;
    if (at_ > begin + 2 && !is(at(at_), kNamePart)) return token(TokenKind::Literal, begin);
    return read_digits_word(begin);
  }
  skip_digits();
  if (skip_exponent()) return value_before_junk(begin);
  if (is(at(at_), kNamePart)) return read_digits_word(begin);
  return at(at_) == '.' ? read_fraction(begin) : token(TokenKind::Literal, begin);
}

// From the point on.
Token MySqlLexer::read_fraction(std::size_t begin) {
  ++at_;
  skip_digits();
  skip_exponent();
  return value_before_junk(begin);
}

// Only a keyword may touch a number.
Token MySqlLexer::value_before_junk(std::size_t begin) const {
  if (!is(at(at_), kNamePart)) return token(TokenKind::Literal, begin);
  auto end = at_;
  while (is(at(end), kNamePart)) ++end;
  return may_touch_value(find_mysql_word(text_.substr(at_, end - at_)).keyword) ? token(TokenKind::Literal, begin)
                                                                                : failed();
}

// A bracket, or a form of digests, which have white space before it; what touches a name is a call's, as f(unknown) is.
Token MySqlLexer::read_open(bool behind_name) {
  const auto begin = at_;
  const auto form = behind_name ? Keyword::None : bracket_form(at_);
  if (form == Keyword::None) {
    ++at_;
    return token(TokenKind::Open, begin);
  }
  at_ += form == Keyword::Unknown ? kUnknownForm.size() : kCharsetForm.size();
  return token(TokenKind::Word, begin, form);
}

Token MySqlLexer::read_punctuation() {
  const auto begin = at_;
  const auto take = [&](std::size_t size, TokenKind kind) {
    at_ = begin + size;
    return token(kind, begin);
  };
  const char c = text_[at_];
  const char second = at(at_ + 1);
  switch (c) {
    case ',':
      return take(1, TokenKind::Comma);
    case ')':
      return take(1, TokenKind::Close);
    case ';':
      return take(1, TokenKind::Semicolon);
    case '?':
      return take(1, TokenKind::Literal);
    case '.':
      return starts("...") ? take(3, TokenKind::Literal) : take(1, TokenKind::Dot);
    case '\\':
      // NULL as mysqldump once wrote it.
      return second == 'N' && !is(at(at_ + 2), kNamePart) ? take(2, TokenKind::Literal) : failed();
    case '@':
      if (second == '@') return take(2, TokenKind::Operator);
      before_ = Before::At;
      return take(1, TokenKind::Operator);
    case ':':
      return second == '=' ? take(2, TokenKind::Operator) : take(1, TokenKind::Colon);
    case '=':
      secret_follows_ = true;
      return take(1, TokenKind::Operator);
    case '<':
      if (starts("<=>")) return take(3, TokenKind::Operator);
      if (second == '>') {
        auto unequal = take(2, TokenKind::Operator);
        unequal.synonym = find_mysql_operator_synonym("<>");
        return unequal;
      }
      return take(second == '=' || second == '<' ? 2 : 1, TokenKind::Operator);
    case '>':
      return take(second == '=' || second == '>' ? 2 : 1, TokenKind::Operator);
    case '!':
      return take(second == '=' ? 2 : 1, TokenKind::Operator);
    case '|':
    case '&':
      return take(second == c ? 2 : 1, TokenKind::Operator);
    case '-':
      if (dialect_.system == System::MySql && second == '>') {
        return take(at(at_ + 2) == '>' ? 3 : 2, TokenKind::Operator);
      }
      return take(1, TokenKind::Operator);
    case '+':
    case '*':
    case '/':
    case '%':
    case '^':
    case '~':
    case '{':
    case '}':
      return take(1, TokenKind::Operator);
    default:
      return failed();
  }
}

}  // namespace dbi::sql
