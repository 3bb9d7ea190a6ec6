// SPDX-License-Identifier: Apache-2.0
#include "sql/statement.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "sql/fold.hpp"
#include "sql/lexer.hpp"

namespace dbi::sql {

namespace {

constexpr std::string_view kReplacementMiddle = " bytes, xxh3 ";

// Whether the text is what `replacement` made, so that normalising twice is normalising once.
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

Statement unreadable(std::string_view text) {
  Statement statement;
  statement.readable = false;
  statement.text = is_replacement(text) ? std::string(text) : replacement(text);
  return statement;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// XXH3-64 of the tokens, each followed by a zero byte; words in lower case, values as `?`.
std::string signature_of(const std::vector<Token>& tokens, std::string_view text) {
  // Room for every token and its zero byte, which stands there already.
  std::string stream(text.size() + tokens.size(), '\0');
  std::size_t size = 0;
  for (const auto& token : tokens) {
    const char* from = text.data() + token.begin;
    char* to = stream.data() + size;
    if (is_value(token.kind)) {
      *to = '?';
      size += 2;
      continue;
    }
    if (token.kind == TokenKind::Word) {
      std::transform(from, from + token.size, to, lower);
    } else {
      std::copy(from, from + token.size, to);
    }
    size += token.size + std::size_t{1};
  }
  return hex16(XXH3_64bits(stream.data(), size));
}

// Whether a space stands between two tokens of the readable text. Reading that text gives the same tokens again.
bool is_spaced(const Token& before, const Token& token, std::string_view text) {
  const auto star = [&](const Token& it) {
    return it.kind == TokenKind::Operator && text.substr(it.begin, it.size) == "*";
  };
  switch (before.kind) {
    case TokenKind::Open:
    case TokenKind::OpenBracket:
    case TokenKind::Cast:
      return token.kind == TokenKind::Colon || (token.kind == TokenKind::Operator && !star(token));
    case TokenKind::Dot:
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

std::string readable_text(const std::vector<Token>& tokens, std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t placeholders = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto& token = tokens[i];
    if (i > 0 && is_spaced(tokens[i - 1], token, text)) out.push_back(' ');
    if (token.kind == TokenKind::Literal) {
      out.push_back('?');
    } else if (token.kind == TokenKind::Placeholder) {
      out.push_back('$');
      out.append(std::to_string(++placeholders));
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

}  // namespace

std::string replacement(std::string_view text) {
  return fmt::format("<{}{}{}>", text.size(), kReplacementMiddle, hex16(XXH3_64bits(text.data(), text.size())));
}

Statement normalize(std::string_view text, const Dialect& dialect, TextFacts facts) {
  if (text.size() >= std::numeric_limits<std::uint32_t>::max() || is_replacement(text)) return unreadable(text);
  Lexer lexer(text, dialect);
  Fold fold(text);
  for (;;) {
    const auto token = lexer.next();
    if (token.kind == TokenKind::End) break;
    if (token.kind == TokenKind::Failed || !fold.add(token)) return unreadable(text);
  }
  fold.finish();
  Statement statement;
  statement.text = readable_text(fold.tokens(), text);
  statement.verb = verb_of(fold.tokens(), text);
  const bool whole = !facts.truncated && fold.balanced() && !fold.several() && !fold.tokens().empty();
  if (whole) statement.signature = signature_of(fold.tokens(), text);
  return statement;
}

}  // namespace dbi::sql
