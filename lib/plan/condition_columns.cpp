// SPDX-License-Identifier: Apache-2.0
#include "plan/condition_columns.hpp"

#include <algorithm>
#include <utility>

#include "plan/mysql_words.hpp"
#include "planread/expression_dialect.hpp"
#include "planread/mysql_text.hpp"
#include "sql/lexer.hpp"
#include "sql/mysql_lexer.hpp"
#include "sql/token_list.hpp"

namespace dbi::plan {

using sql::TokenKind;

namespace {

/// Each once, those that are compared by equality first.
class ColumnList {
 public:
  void add(std::string_view name, bool equality) {
    std::vector<std::string>& list = equality ? equal_ : other_;
    if (std::find(list.begin(), list.end(), name) == list.end()) list.emplace_back(name);
  }

  std::vector<std::string> take(std::size_t most) {
    for (std::string& name : other_) {
      if (std::find(equal_.begin(), equal_.end(), name) == equal_.end()) equal_.push_back(std::move(name));
    }
    if (equal_.size() > most) equal_.resize(most);
    return std::move(equal_);
  }

 private:
  std::vector<std::string> equal_;
  std::vector<std::string> other_;
};

}  // namespace

std::vector<std::string> condition_columns(std::string_view condition, std::size_t most) {
  sql::TokenList tokens;
  if (!tokens.read<sql::Lexer>(condition, planread::expression_dialect())) return {};
  ColumnList columns;
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
    columns.add(word, equality);
  }
  return columns.take(most);
}

std::vector<std::string> mysql_condition_columns(std::string_view condition, std::string_view table, std::size_t most) {
  std::string scratch;
  sql::TokenList tokens;
  const std::string_view text = planread::lexable(condition, scratch);
  if (!tokens.read<sql::MySqlLexer>(text, planread::mysql_expression_dialect())) return {};
  ColumnList columns;
  for (std::size_t at = 0; at + 2 < tokens.size(); ++at) {
    const bool qualified = tokens.kind(at + 1) == TokenKind::Dot && tokens.kind(at + 3) != TokenKind::Dot;
    if (!qualified || without_backticks(tokens.text(at)) != table) continue;
    const std::string_view name = without_backticks(tokens.text(at + 2));
    if (!planread::is_given_name(name)) continue;
    const std::size_t before = at > 1 && tokens.kind(at - 1) == TokenKind::Dot ? at - 2 : at;  // behind the schema
    columns.add(name, tokens.text(at + 3) == "=" || (before > 0 && tokens.text(before - 1) == "="));
  }
  return columns.take(most);
}

bool mysql_may_hash(std::string_view condition) {
  std::string scratch;
  sql::TokenList tokens;
  const std::string_view text = planread::lexable(condition, scratch);
  if (!tokens.read<sql::MySqlLexer>(text, planread::mysql_expression_dialect())) return true;
  const auto is_operand = [&](std::size_t at) {
    return sql::is_name(tokens.kind(at)) || tokens.kind(at) == TokenKind::Open || tokens.kind(at) == TokenKind::Close;
  };
  for (std::size_t at = 1; at + 1 < tokens.size(); ++at) {
    if (tokens.text(at) == "=" && is_operand(at - 1) && is_operand(at + 1)) return true;
  }
  return false;
}

}  // namespace dbi::plan
