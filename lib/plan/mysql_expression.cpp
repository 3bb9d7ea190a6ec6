// SPDX-License-Identifier: Apache-2.0
#include "plan/mysql_expression.hpp"

#include <algorithm>

#include "plan/expression.hpp"
#include "plan/mysql_words.hpp"
#include "planread/mysql_text.hpp"
#include "sql/mysql_lexer.hpp"

namespace dbi::plan {

namespace {

using sql::TokenKind;

bool is_quoted(std::string_view literal) {
  return literal.front() == '\'' || literal.front() == '"' || literal == "?";
}

}  // namespace

bool MySqlExpressionWriter::append(std::string_view expression, std::string& out) {
  text_ = expression;
  operation_ = false;
  return write(out);
}

bool MySqlExpressionWriter::append_operation(std::string_view operation, std::string& out) {
  text_ = operation;
  operation_ = true;
  return write(out);
}

bool MySqlExpressionWriter::write(std::string& out) {
  pieces_.clear();
  open_.clear();
  at_ = 0;
  // What cannot be read, or was taken out for that, is one literal.
  const bool whole = !sql::is_replacement(text_) && lex();
  if (!whole) {
    tokens_.clear();
    pieces_.push_back({.kind = Kind::Literal});
  }
  while (at_ < tokens_.size()) take();
  bool first = true;
  for (const Piece& piece : pieces_) {
    if (!first) out.push_back(' ');
    first = false;
    if (piece.kind == Kind::Literal) out.push_back(ExpressionWriter::kLiteral);
    out.append(piece.text);
  }
  return whole;
}

bool MySqlExpressionWriter::lex() {
  text_ = planread::lexable(text_, scratch_);
  return tokens_.read<sql::MySqlLexer>(text_, planread::mysql_expression_dialect());
}

void MySqlExpressionWriter::take() {
  switch (tokens_.kind(at_)) {
    case TokenKind::Literal:
    case TokenKind::Placeholder:
      return take_literal();
    case TokenKind::Word:
    case TokenKind::QuotedName:
      return take_word();
    case TokenKind::Open:
      open_.push_back(pieces_.size());
      pieces_.push_back({.kind = Kind::Open, .text = "("});
      break;
    case TokenKind::Close:
      return close();
    case TokenKind::Comma:
      pieces_.push_back({.kind = Kind::Comma, .text = ","});
      break;
    case TokenKind::Dot:
      pieces_.push_back({.kind = Kind::Dot, .text = "."});
      break;
    default:
      return take_operator();
  }
  ++at_;
}

void MySqlExpressionWriter::take_word() {
  if (begins_literal(at_)) {
    ++at_;
    return take_literal();
  }
  if (operation_ && tokens_.is_word(at_, "over")) return skip_ranges();
  if (operation_ && tokens_.is_word(at_, "OVER")) return skip_window();
  // `database`.`table`.`column`
  const bool of_database = tokens_.kind(at_ + 1) == TokenKind::Dot && sql::is_name(tokens_.kind(at_ + 2)) &&
                           tokens_.kind(at_ + 3) == TokenKind::Dot && sql::is_name(tokens_.kind(at_ + 4));
  if (of_database && (pieces_.empty() || pieces_.back().kind != Kind::Dot)) at_ += 2;
  const bool keyword = tokens_.kind(at_) == TokenKind::Word && is_mysql_keyword(tokens_.text(at_));
  pieces_.push_back({.kind = keyword ? Kind::Keyword : Kind::Name, .text = without_backticks(tokens_.text(at_))});
  ++at_;
}

// DATE'2024-01-01', _utf8mb4'text'.
bool MySqlExpressionWriter::begins_literal(std::size_t token) const {
  if (tokens_.kind(token) != TokenKind::Word || tokens_.kind(token + 1) != TokenKind::Literal) return false;
  if (!is_quoted(tokens_.text(token + 1))) return false;
  const std::string_view word = tokens_.text(token);
  return word == "DATE" || word == "TIME" || word == "TIMESTAMP" || word.front() == '_';
}

void MySqlExpressionWriter::take_literal() {
  // A sign is the literal's own where no operand stands before it.
  if (!pieces_.empty() && (pieces_.back().text == "-" || pieces_.back().text == "+")) {
    const Piece sign = pieces_.back();
    pieces_.pop_back();
    if (!operand_expected()) pieces_.push_back(sign);
  }
  pieces_.push_back({.kind = Kind::Literal});
  ++at_;
}

bool MySqlExpressionWriter::operand_expected() const {
  if (pieces_.empty()) return true;
  const Kind kind = pieces_.back().kind;
  return kind == Kind::Operator || kind == Kind::Open || kind == Kind::Comma || kind == Kind::Keyword;
}

void MySqlExpressionWriter::take_operator() {
  // <cache>(...) is what its brackets hold: the server marks what it computes once.
  const bool cached = tokens_.text(at_) == "<" && tokens_.is_word(at_ + 1, "cache") && tokens_.text(at_ + 2) == ">" &&
                      tokens_.kind(at_ + 3) == TokenKind::Open;
  if (cached) {
    at_ += 3;
    return;
  }
  // A variable is a value like any other.
  const bool variable = tokens_.text(at_) == "@" && tokens_.kind(at_ + 1) == TokenKind::Literal;
  if (variable) {
    ++at_;
    return take_literal();
  }
  pieces_.push_back({.kind = Kind::Operator, .text = tokens_.text(at_)});
  ++at_;
}

// "over (1 <= a <= 5) OR (a = 7)": up to the end, or to ", with index condition: ...".
void MySqlExpressionWriter::skip_ranges() {
  pieces_.push_back({.kind = Kind::Keyword, .text = "over"});
  int depth = 0;
  for (++at_; at_ < tokens_.size(); ++at_) {
    const TokenKind kind = tokens_.kind(at_);
    if (kind == TokenKind::Open) ++depth;
    if (kind == TokenKind::Close) --depth;
    if (depth == 0 && kind == TokenKind::Comma && tokens_.is_word(at_ + 1, "with")) return;
  }
}

// "OVER (ORDER BY n)", "OVER w": the nodes below say what the window is.
void MySqlExpressionWriter::skip_window() {
  pieces_.push_back({.kind = Kind::Keyword, .text = "OVER"});
  at_ = tokens_.behind_window(at_);
}

void MySqlExpressionWriter::close() {
  if (open_.empty()) {
    pieces_.push_back({.kind = Kind::Close, .text = ")"});
    ++at_;
    return;
  }
  const std::size_t open = open_.back();
  open_.pop_back();
  const bool call = open > 0 && pieces_[open - 1].kind == Kind::Name;
  if (!call && is_list_of_literals(open)) return fold_list(open);
  pieces_.push_back({.kind = Kind::Close, .text = ")"});
  ++at_;
}

// Also what an operator makes of two of them.
bool MySqlExpressionWriter::is_list_of_literals(std::size_t open) const {
  const std::size_t inside = pieces_.size() - open - 1;
  if (inside % 2 == 0) return false;
  for (std::size_t at = 0; at < inside; ++at) {
    const Kind kind = pieces_[open + 1 + at].kind;
    const bool between = kind == Kind::Comma || (kind == Kind::Operator && inside == 3);
    if (at % 2 == 0 ? kind != Kind::Literal : !between) return false;
  }
  return true;
}

// "in (1,2,3)" is "= 1" and "not in (1,2,3)" is "<> 1": a list of one is printed so.
void MySqlExpressionWriter::fold_list(std::size_t open) {
  pieces_.resize(open);
  const auto ends_in = [&](std::string_view word) {
    return !pieces_.empty() && pieces_.back().kind == Kind::Keyword && pieces_.back().text == word;
  };
  if (ends_in("in")) {
    pieces_.pop_back();
    const bool negated = ends_in("not");
    if (negated) pieces_.pop_back();
    pieces_.push_back({.kind = Kind::Operator, .text = negated ? "<>" : "="});
  }
  take_literal();
}

}  // namespace dbi::plan
