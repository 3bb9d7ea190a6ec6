// SPDX-License-Identifier: Apache-2.0
#include "plan/condition_columns.hpp"

#include <algorithm>

#include "planread/expression_dialect.hpp"
#include "sql/lexer.hpp"

namespace dbi::plan {

namespace {

using sql::Token;
using sql::TokenKind;

bool is_name(const Token& token) {
  return token.kind == TokenKind::Word || token.kind == TokenKind::QuotedName;
}

std::vector<Token> lex(std::string_view condition) {
  sql::Lexer lexer(condition, planread::expression_dialect());
  std::vector<Token> tokens;
  for (Token token = lexer.next(); token.kind != TokenKind::End; token = lexer.next()) {
    if (token.kind == TokenKind::Failed) return {};
    tokens.push_back(token);
  }
  return tokens;
}

}  // namespace

std::vector<std::string> condition_columns(std::string_view condition, std::size_t most) {
  const std::vector<Token> tokens = lex(condition);
  const auto text = [&](std::size_t at) {
    return at < tokens.size() ? condition.substr(tokens[at].begin, tokens[at].size) : std::string_view();
  };
  std::vector<std::string> equal;
  std::vector<std::string> other;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    if (!is_name(tokens[at])) continue;
    // A type, a function, a qualifier, or a word of SQL, which ruleutils.c writes in upper case.
    if (at > 0 && tokens[at - 1].kind == TokenKind::Cast) continue;
    const TokenKind next = at + 1 < tokens.size() ? tokens[at + 1].kind : TokenKind::End;
    if (next == TokenKind::Open || next == TokenKind::Dot) continue;
    const std::string_view word = text(at);
    const bool of_sql = tokens[at].kind == TokenKind::Word && (word.front() < 'a' || word == "true" || word == "false");
    if (of_sql || word == "hashed" || word == "rescan") continue;
    const bool equality = text(at + 1) == "=" || (at > 1 && text(at - 1) == "=") || text(at + 2) == "=";
    std::vector<std::string>& list = equality ? equal : other;
    if (std::find(list.begin(), list.end(), word) == list.end()) list.emplace_back(word);
  }
  for (std::string& name : other) {
    if (std::find(equal.begin(), equal.end(), name) == equal.end()) equal.push_back(std::move(name));
  }
  if (equal.size() > most) equal.resize(most);
  return equal;
}

}  // namespace dbi::plan
