// SPDX-License-Identifier: Apache-2.0
#include "plan/condition_columns.hpp"

#include <algorithm>

#include "planread/expression_dialect.hpp"
#include "sql/lexer.hpp"
#include "sql/token_list.hpp"

namespace dbi::plan {

using sql::TokenKind;

std::vector<std::string> condition_columns(std::string_view condition, std::size_t most) {
  sql::TokenList tokens;
  if (!tokens.read<sql::Lexer>(condition, planread::expression_dialect())) return {};
  std::vector<std::string> equal;
  std::vector<std::string> other;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    if (!sql::is_name(tokens.kind(at))) continue;
    // A type, a function, a qualifier, or a word of SQL, which ruleutils.c writes in upper case.
    if (at > 0 && tokens.kind(at - 1) == TokenKind::Cast) continue;
    const TokenKind next = tokens.kind(at + 1);
    if (next == TokenKind::Open || next == TokenKind::Dot) continue;
    const std::string_view word = tokens.text(at);
    const bool of_sql = tokens.kind(at) == TokenKind::Word && (word.front() < 'a' || word == "true" || word == "false");
    if (of_sql || word == "hashed" || word == "rescan") continue;
    const bool equality =
        tokens.text(at + 1) == "=" || (at > 1 && tokens.text(at - 1) == "=") || tokens.text(at + 2) == "=";
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
