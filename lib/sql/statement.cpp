// SPDX-License-Identifier: Apache-2.0
#include "sql/statement.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "sql/characters.hpp"
#include "sql/fold.hpp"
#include "sql/lexer.hpp"
#include "sql/mysql_lexer.hpp"
#include "sql/mysql_word.hpp"
#include "sql/password.hpp"

namespace dbi::sql {

namespace {

constexpr std::string_view kReplacementMiddle = " bytes, xxh3 ";

Statement unreadable(std::string_view text) {
  Statement statement;
  statement.readable = false;
  statement.text = replacement(text);
  return statement;
}

// Writes the name that MySQL or MariaDB has in quotes as the signature knows it: without them where it could stand so.
// Returns its size, which is not more than that of the quoted name.
std::size_t write_name(std::string_view quoted, char* to) {
  const char quote = quoted.front();
  const auto inside = quoted.substr(1, quoted.size() - 2);
  const bool bare =
      !inside.empty() && std::all_of(inside.begin(), inside.end(), [](char c) { return is(c, kNamePart); });
  char* const begin = to;
  if (!bare) *to++ = '`';
  for (std::size_t i = 0; i < inside.size(); ++i) {
    *to++ = lower(inside[i]);
    if (inside[i] == quote) ++i;
  }
  if (!bare) *to++ = '`';
  return static_cast<std::size_t>(to - begin);
}

// Writes a token; returns its size, which is not more than it has in the text.
template <bool mysql>
std::size_t write_token(const Token& token, std::string_view text, char* to) {
  const char* from = text.data() + token.begin;
  if (is_value(token.kind)) {
    *to = '?';
    return 1;
  }
  if constexpr (mysql) {
    if (token.kind == TokenKind::QuotedName) return write_name({from, token.size}, to);
    if (token.synonym != 0) {
      const auto word = mysql_synonym(token.synonym);
      std::copy(word.begin(), word.end(), to);
      return word.size();
    }
  }
  if (token.kind == TokenKind::Word) {
    std::transform(from, from + token.size, to, lower);
  } else {
    std::copy(from, from + token.size, to);
  }
  return token.size;
}

// XXH3-64 of the tokens, each followed by a zero byte; words in lower case, values as `?`.
template <bool mysql>
std::string signature_of(const std::vector<Token>& tokens, std::string_view text) {
  // Room for every token and its zero byte, which stands there already.
  std::string stream(text.size() + tokens.size(), '\0');
  std::size_t size = 0;
  for (const auto& token : tokens) size += write_token<mysql>(token, text, stream.data() + size) + 1;
  return hex16(XXH3_64bits(stream.data(), size));
}

// UTF-8 as RFC 3629 has it; the last letter may be cut.
bool is_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto first = static_cast<unsigned char>(text[at]);
    if (first < 0x80) {
      ++at;
      continue;
    }
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4) return false;
    for (std::size_t i = 1; i < size; ++i) {
      if (at + i >= text.size()) return true;
      if ((static_cast<unsigned char>(text[at + i]) & 0xC0U) != 0x80) return false;
    }
    at += size;
  }
  return true;
}

// Whether a space stands between two tokens of the readable text. Reading that text gives the same tokens again.
bool is_spaced(const Token& before, const Token& token, std::string_view text, System system) {
  const auto star = [&](const Token& it) {
    return it.kind == TokenKind::Operator && text.substr(it.begin, it.size) == "*";
  };
  switch (before.kind) {
    case TokenKind::Operator:
      // A variable of MySQL, the host of an account; a variable of the system.
      if (system == System::PostgreSql || text[before.begin] != '@') break;
      return is_value(token.kind) ? before.size != 1 || token.spaced : before.size != 2 || !is_name(token.kind);
    case TokenKind::Open:
      // Not to be taken for a form of digests.
      if (system != System::PostgreSql && token.kind == TokenKind::Word) {
        const auto word = text.substr(token.begin, token.size);
        return word == "unknown" || word == "_charset";
      }
      [[fallthrough]];
    case TokenKind::OpenBracket:
    case TokenKind::Cast:
      return token.kind == TokenKind::Colon || (token.kind == TokenKind::Operator && !star(token));
    case TokenKind::Dot:
      // Behind a dot that no name touches a word of MySQL with a digit first would be a number.
      if (token.kind == TokenKind::Word && is(text[token.begin], kDigit)) return token.spaced;
      return is_value(token.kind) || token.kind == TokenKind::Dot ||
             (token.kind == TokenKind::Operator && !star(token));
    default:
      break;
  }
  switch (token.kind) {
    case TokenKind::Comma:
    case TokenKind::Semicolon:
    case TokenKind::Close:
    case TokenKind::CloseBracket:
      return before.kind == TokenKind::Operator && !star(before);
    case TokenKind::Dot:
      return is_value(before.kind) || before.kind == TokenKind::Operator;
    case TokenKind::Cast:
      return before.kind == TokenKind::Operator || before.kind == TokenKind::Colon;
    case TokenKind::Open:
    case TokenKind::OpenBracket:
      return token.spaced || before.kind == TokenKind::Operator;
    default:
      return true;
  }
}

std::string readable_text(const std::vector<Token>& tokens, std::string_view text, System system) {
  std::string out;
  out.reserve(text.size());
  std::size_t placeholders = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto& token = tokens[i];
    if (i > 0 && is_spaced(tokens[i - 1], token, text, system)) out.push_back(' ');
    if (token.kind == TokenKind::Literal) {
      out.push_back('?');
    } else if (token.kind == TokenKind::Placeholder) {
      out.push_back('$');
      out.append(std::to_string(++placeholders));
    } else if (token.synonym != 0 && token.keyword == Keyword::Unknown) {
      out.append(mysql_synonym(token.synonym));
    } else {
      out.append(text.substr(token.begin, token.size));
    }
  }
  return out;
}

std::string verb_of(const std::vector<Token>& tokens, std::string_view text) {
  std::string verb;
  for (const auto& token : tokens) {
    if (token.kind == TokenKind::Open) continue;
    if (token.kind != TokenKind::Word) break;
    for (const char c : text.substr(token.begin, token.size)) {
      verb.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c);
    }
    break;
  }
  return verb;
}

enum class Reading { Failed, Whole, PasswordLost };

// Hands the tokens on, and of passwords that somebody announced nothing but a value.
template <typename Reader>
Reading read_with_passwords(Reader& reader, Token token, PasswordRule passwords, Fold& fold) {
  using Verdict = PasswordRule::Verdict;
  for (;; token = reader.next()) {
    if (token.kind == TokenKind::End) break;
    if (token.kind == TokenKind::Failed) return Reading::Failed;
    const auto verdict = passwords.judge(token);
    if (verdict == Verdict::Drop) continue;
    if (verdict == Verdict::Hide) token = {TokenKind::Literal, Keyword::None, true, 0, token.begin, token.size};
    if (!fold.add(token)) return Reading::Failed;
  }
  fold.finish();
  return passwords.lost() ? Reading::PasswordLost : Reading::Whole;
}

// Hands the tokens on. Few texts announce a password; of those that do the rule looks at all tokens.
template <typename Reader>
Reading read_tokens(Reader reader, std::string_view text, System system, Fold& fold) {
  auto again = reader;
  for (;;) {
    const auto token = reader.next();
    if (token.kind == TokenKind::End) break;
    if (token.kind == TokenKind::Failed) return Reading::Failed;
    if (PasswordRule::may_announce(token, text)) {
      PasswordRule passwords(text, system);
      for (auto early = again.next(); early.begin < token.begin; early = again.next()) (void)passwords.judge(early);
      return read_with_passwords(reader, token, passwords, fold);
    }
    if (!fold.add(token)) return Reading::Failed;
  }
  fold.finish();
  return Reading::Whole;
}

Reading read_statement(std::string_view text, const Dialect& dialect, Fold& fold) {
  if (dialect.system == System::PostgreSql) return read_tokens(Lexer(text, dialect), text, dialect.system, fold);
  return is_utf8(text) ? read_tokens(MySqlLexer(text, dialect), text, dialect.system, fold) : Reading::Failed;
}

}  // namespace

std::string_view system_word(System system) {
  constexpr std::string_view kWords[] = {"postgresql", "mysql", "mariadb"};
  return kWords[static_cast<std::size_t>(system)];
}

bool is_replacement(std::string_view text) {
  constexpr std::size_t kHashDigits = 16;
  constexpr std::size_t kMostLengthDigits = 8;  // a record has at most 16 MiB
  if (text.size() < 2 || text.front() != '<' || text.back() != '>') return false;
  text = text.substr(1, text.size() - 2);
  const auto middle = text.find(kReplacementMiddle);
  if (middle == 0 || middle > kMostLengthDigits) return false;
  const auto hash = text.substr(middle + kReplacementMiddle.size());
  const auto digits = text.substr(0, middle);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_hex = [&](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); };
  return hash.size() == kHashDigits && std::all_of(hash.begin(), hash.end(), is_hex) &&
         std::all_of(digits.begin(), digits.end(), is_digit);
}

std::string replacement(std::string_view text) {
  if (is_replacement(text)) return std::string(text);
  return fmt::format("<{}{}{}>", text.size(), kReplacementMiddle, hex16(XXH3_64bits(text.data(), text.size())));
}

Statement normalize(std::string_view text, const Dialect& dialect, TextFacts facts) {
  if (text.size() >= std::numeric_limits<std::uint32_t>::max() || is_replacement(text)) return unreadable(text);
  Fold fold(text, dialect.system);
  const auto reading = read_statement(text, dialect, fold);
  if (reading == Reading::Failed) return unreadable(text);
  Statement statement;
  statement.text = readable_text(fold.tokens(), text, dialect.system);
  statement.verb = verb_of(fold.tokens(), text);
  // MariaDB keeps the first statement's digest and a semicolon for each statement of a packet that holds several.
  const bool first_of_several = dialect.system == System::MariaDb && text.ends_with(" ; ");
  const bool whole = reading == Reading::Whole && !first_of_several && !facts.truncated && fold.balanced() &&
                     !fold.several() && !fold.tokens().empty();
  if (whole) {
    const bool mysql = dialect.system != System::PostgreSql;
    statement.signature = mysql ? signature_of<true>(fold.tokens(), text) : signature_of<false>(fold.tokens(), text);
  }
  return statement;
}

}  // namespace dbi::sql
