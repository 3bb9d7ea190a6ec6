// SPDX-License-Identifier: Apache-2.0
#include "plan/expression.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "planread/expression_dialect.hpp"
#include "sql/lexer.hpp"
#include "sql/statement.hpp"

namespace dbi::plan {

namespace {

using sql::TokenKind;

// Words that are no name of a function before a bracket, and after which an operand comes.
constexpr std::string_view kKeywords[] = {
    "ALL", "AND", "ANY", "AS", "BETWEEN", "BY",   "CASE", "DISTINCT", "ELSE", "FILTER", "FROM", "IN",    "IS",
    "NOT", "OF",  "ON",  "OR", "ORDER",   "OVER", "ROW",  "SOME",     "THEN", "USING",  "WHEN", "WHERE", "WITHIN"};

// Words that go on with the name of a type: "character varying", "timestamp with time zone", "interval day to second".
constexpr std::string_view kTypeWords[] = {"varying", "precision", "with", "without", "time",   "zone", "year",
                                           "month",   "day",       "hour", "minute",  "second", "to"};

template <std::size_t count>
bool is_one_of(std::string_view word, const std::string_view (&words)[count]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

// ruleutils.c writes the words of SQL in upper case, and no name without quotation marks has such a letter. Before a
// bracket COALESCE and the like are functions; behind END and NULL no operand comes.
bool is_keyword(std::string_view word, bool before_bracket) {
  if (is_one_of(word, kKeywords)) return true;
  return !before_bracket && word.front() >= 'A' && word.front() <= 'Z' && word != "END" && word != "NULL";
}

void append_number(std::uint32_t number, std::string& out) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(" ").append(digits.data(), end.ptr);
}

// Without its quotation marks where it has some; a doubled one inside stays doubled.
std::string_view bare(std::string_view name) {
  return name.size() > 1 && name.front() == '"' ? name.substr(1, name.size() - 2) : name;
}

}  // namespace

bool ExpressionWriter::append(std::string_view expression, NameResolver& names, std::string& out) {
  expression_ = expression;
  pieces_.clear();
  open_.clear();
  last_subplan_ = 0;
  at_ = 0;
  // What cannot be read, or was taken out for that, is one literal.
  const bool whole =
      !sql::is_replacement(expression) && tokens_.read<sql::Lexer>(expression, planread::expression_dialect());
  if (!whole) {
    tokens_.clear();
    pieces_.push_back({.kind = Kind::Literal});
  }
  while (at_ < tokens_.size()) take(names);
  write(pieces_, out);
  return whole;
}

void ExpressionWriter::take(NameResolver& names) {
  switch (tokens_.kind(at_)) {
    case TokenKind::Literal:
    case TokenKind::Placeholder:
      // An operator of jsonb, or what a redacted plan has for a literal.
      if (tokens_.text(at_) == "?" && !operand_expected()) {
        take_operator();
      } else {
        take_literal();
      }
      break;
    case TokenKind::Word:
    case TokenKind::QuotedName:
      take_word(names);
      break;
    case TokenKind::Open:
      if (take_reference(names)) break;
      open_.push_back(static_cast<std::uint32_t>(pieces_.size()));
      pieces_.push_back({.kind = Kind::Open, .text = "("});
      ++at_;
      break;
    case TokenKind::Close:
      close();
      break;
    case TokenKind::Comma:
      pieces_.push_back({.kind = Kind::Comma, .text = ","});
      ++at_;
      break;
    case TokenKind::Cast:
      take_cast();
      break;
    default:
      take_operator();
      break;
  }
}

void ExpressionWriter::take_literal() {
  // A sign is the literal's own where no operand stands before it.
  if (!pieces_.empty() && (pieces_.back().text == "-" || pieces_.back().text == "+")) {
    const Piece sign = pieces_.back();
    pieces_.pop_back();
    if (!operand_expected()) pieces_.push_back(sign);
  }
  pieces_.push_back({.kind = Kind::Literal});
  ++at_;
  while (tokens_.kind(at_) == TokenKind::Cast) skip_type();
}

bool ExpressionWriter::operand_expected() const {
  if (pieces_.empty()) return true;
  const Kind kind = pieces_.back().kind;
  return kind == Kind::Operator || kind == Kind::Open || kind == Kind::Comma || kind == Kind::Keyword;
}

void ExpressionWriter::take_word(NameResolver& names) {
  const std::string_view word = tokens_.text(at_);
  if (word == "NULL" && tokens_.kind(at_ + 1) == TokenKind::Cast) return take_literal();
  if (word == "OPERATOR" && take_operator_call()) return;
  if (word == "OVER") return take_over();
  std::size_t end = at_ + 1;
  while (tokens_.kind(end) == TokenKind::Dot && (sql::is_name(tokens_.kind(end + 1)) || tokens_.text(end + 1) == "*"))
    end += 2;
  take_chain(names, end);
}

// "alias.column", "schema.function(", "word".
void ExpressionWriter::take_chain(NameResolver& names, std::size_t end) {
  const std::string_view last = tokens_.text(end - 1);
  if (tokens_.kind(end) == TokenKind::Open || end == at_ + 1) {
    const bool call = tokens_.kind(end) == TokenKind::Open;
    const bool keyword = tokens_.kind(end - 1) == TokenKind::Word && is_keyword(last, call);
    const bool constant = last == "true" || last == "false" || last == "NULL" || last == "END";
    const Kind kind = keyword ? Kind::Keyword : call || constant ? Kind::Word : Kind::Column;
    pieces_.push_back({.kind = kind, .text = kind == Kind::Column ? names.column({}, last) : last});
  } else {
    const std::string_view qualifier = names.qualifier(bare(tokens_.text(at_)));
    const std::string_view first = tokens_.text(at_ + 2);
    std::string_view rest = expression_.substr(static_cast<std::size_t>(first.data() - expression_.data()),
                                               static_cast<std::size_t>(last.data() + last.size() - first.data()));
    if (end == at_ + 3) rest = names.column(tokens_.text(at_), rest);
    pieces_.push_back({.kind = Kind::Column, .text = rest, .qualifier = qualifier});
  }
  at_ = end;
}

// OPERATOR(schema.=) is =.
bool ExpressionWriter::take_operator_call() {
  std::size_t token = at_ + 1;
  if (tokens_.kind(token++) != TokenKind::Open) return false;
  while (sql::is_name(tokens_.kind(token)) && tokens_.kind(token + 1) == TokenKind::Dot) token += 2;
  if (tokens_.kind(token + 1) != TokenKind::Close) return false;
  pieces_.push_back({.kind = Kind::Operator, .text = tokens_.text(token)});
  at_ = token + 2;
  return true;
}

// OVER (...), OVER w1: what the window is stands in the nodes below.
void ExpressionWriter::take_over() {
  pieces_.push_back({.kind = Kind::Keyword, .text = "OVER"});
  at_ = tokens_.behind_window(at_);
}

// (SubPlan 1), (hashed SubPlan 1), (rescan SubPlan 1), each with ".col1" behind it from PostgreSQL 17 on; the value of
// an InitPlan is known when the plan runs, so it is a literal.
bool ExpressionWriter::take_reference(NameResolver& names) {
  std::size_t token = at_ + 1;
  const bool hashed = tokens_.is_word(token, "hashed");
  if (hashed || tokens_.is_word(token, "rescan")) ++token;
  const bool subplan = tokens_.is_word(token, "SubPlan");
  if (!subplan && !tokens_.is_word(token, "InitPlan")) return false;
  if (tokens_.kind(token + 1) != TokenKind::Literal || tokens_.kind(token + 2) != TokenKind::Close) return false;
  if (subplan) {
    // EXISTS(SubPlan 1), ARRAY(SubPlan 1): 17 prints them otherwise.
    if (!pieces_.empty() && (pieces_.back().text == "EXISTS" || pieces_.back().text == "ARRAY")) pieces_.pop_back();
    last_subplan_ = pieces_.size();
    const std::string_view word = hashed ? "hashed SubPlan" : "SubPlan";
    pieces_.push_back({.kind = Kind::SubPlan, .text = word, .number = names.subplan(tokens_.text(token + 1))});
  }
  at_ = token + 3;
  if (tokens_.kind(at_) == TokenKind::Dot && sql::is_name(tokens_.kind(at_ + 1))) at_ += 2;
  if (!subplan) {
    --at_;  // take_literal goes on behind what it takes for the literal
    take_literal();
  }
  return true;
}

void ExpressionWriter::take_operator() {
  pieces_.push_back({.kind = Kind::Operator, .text = tokens_.text(at_)});
  ++at_;
}

// A cast of what is no literal. The type's schema falls away, and so does what stands in brackets behind it: a number
// like any other.
void ExpressionWriter::take_cast() {
  const std::size_t begin = at_ + 1;
  skip_type();
  pieces_.push_back({.kind = Kind::Operator, .text = "::"});
  std::size_t token = begin;
  while (token + 2 < at_ && tokens_.kind(token + 1) == TokenKind::Dot) token += 2;
  for (; token < at_; ++token) {
    if (tokens_.kind(token) == TokenKind::Open) {
      while (token < at_ && tokens_.kind(token) != TokenKind::Close) ++token;
    } else {
      pieces_.push_back({.kind = Kind::Word, .text = tokens_.text(token)});
    }
  }
}

// "::character varying(10)[]".
void ExpressionWriter::skip_type() {
  ++at_;
  if (!sql::is_name(tokens_.kind(at_))) return;
  ++at_;
  while (tokens_.kind(at_) == TokenKind::Dot && sql::is_name(tokens_.kind(at_ + 1))) at_ += 2;
  for (;;) {
    if (tokens_.kind(at_) == TokenKind::Word && is_one_of(tokens_.text(at_), kTypeWords)) {
      ++at_;
    } else if (tokens_.kind(at_) == TokenKind::Open && tokens_.kind(at_ + 1) == TokenKind::Literal) {
      while (at_ < tokens_.size() && tokens_.kind(at_) != TokenKind::Close) ++at_;
      ++at_;
    } else if (tokens_.kind(at_) == TokenKind::OpenBracket && tokens_.kind(at_ + 1) == TokenKind::CloseBracket) {
      at_ += 2;
    } else {
      break;
    }
  }
  at_ = std::min(at_, tokens_.size());
}

void ExpressionWriter::close() {
  ++at_;
  if (open_.empty()) return pieces_.push_back({.kind = Kind::Close, .text = ")"});
  const std::size_t open = open_.back();
  open_.pop_back();
  const std::size_t inside = pieces_.size() - open - 1;
  const auto piece = [&](std::size_t place) -> Piece& { return pieces_[open + 1 + place]; };
  const bool call = open > 0 && pieces_[open - 1].kind == Kind::Word;
  const bool one_literal = inside == 1 && piece(0).kind == Kind::Literal;
  const bool of_literals = inside == 3 && piece(0).kind == Kind::Literal && piece(1).kind == Kind::Operator &&
                           piece(2).kind == Kind::Literal;
  if (!call && (one_literal || of_literals)) {
    pieces_.resize(open);
    fold_list_operator();
    --at_;  // take_literal goes on behind the bracket
    return take_literal();
  }
  if (fold_reference(open)) return;
  // The planner commutes the sides of an equation from PostgreSQL 18 on.
  if (inside == 3 && piece(0).kind == Kind::Column && piece(1).text == "=" && piece(2).kind == Kind::Column &&
      std::pair(piece(2).qualifier, piece(2).text) < std::pair(piece(0).qualifier, piece(0).text)) {
    std::swap(piece(0), piece(2));
  }
  sort_conjunction(open);
  pieces_.push_back({.kind = Kind::Close, .text = ")"});
}

// The planner puts the sides of an AND into the order of their cost, which literals change.
void ExpressionWriter::sort_conjunction(std::size_t open) {
  // Each level looks at all that is inside once more.
  constexpr std::size_t kDeepest = 16;
  if (open_.size() > kDeepest) return;
  operands_.clear();
  std::size_t begin = open + 1;
  int depth = 0;
  for (std::size_t at = begin; at <= pieces_.size(); ++at) {
    if (at < pieces_.size()) {
      const Piece& piece = pieces_[at];
      if (piece.kind == Kind::Open) ++depth;
      if (piece.kind == Kind::Close) --depth;
      if (depth != 0 || piece.kind != Kind::Keyword || piece.text != "AND") continue;
    }
    operands_.push_back({.form = {}, .begin = begin, .end = at});
    begin = at + 1;
  }
  if (operands_.size() < 2) return;
  for (Operand& operand : operands_) {
    write(std::span(pieces_).subspan(operand.begin, operand.end - operand.begin), operand.form);
  }
  std::sort(operands_.begin(), operands_.end(), [](const Operand& a, const Operand& b) { return a.form < b.form; });
  sorted_.clear();
  for (const Operand& operand : operands_) {
    if (!sorted_.empty()) sorted_.push_back({.kind = Kind::Keyword, .text = "AND"});
    sorted_.insert(sorted_.end(), pieces_.begin() + static_cast<std::ptrdiff_t>(operand.begin),
                   pieces_.begin() + static_cast<std::ptrdiff_t>(operand.end));
  }
  std::copy(sorted_.begin(), sorted_.end(), pieces_.begin() + static_cast<std::ptrdiff_t>(open) + 1);
}

// "= ANY (literal)" is "= literal", and "<> ALL (literal)" is "<> literal": a list of one is printed so.
void ExpressionWriter::fold_list_operator() {
  if (pieces_.size() < 2 || pieces_.back().kind != Kind::Keyword) return;
  const std::string_view word = pieces_.back().text;
  const std::string_view before = pieces_[pieces_.size() - 2].text;
  if ((word == "ANY" && before == "=") || (word == "ALL" && before == "<>")) pieces_.pop_back();
}

// (ANY (x = (SubPlan 1).col1)) is "(SubPlan 1)" before PostgreSQL 17. A reference needs no brackets of its own.
bool ExpressionWriter::fold_reference(std::size_t open) {
  const bool inside =
      last_subplan_ > open && last_subplan_ < pieces_.size() && pieces_[last_subplan_].kind == Kind::SubPlan;
  if (!inside) return false;
  const Piece reference = pieces_[last_subplan_];
  const bool alone = pieces_.size() - open == 2 && (open == 0 || pieces_[open - 1].kind != Kind::Word);
  const bool listed = open > 0 && (pieces_[open - 1].text == "ANY" || pieces_[open - 1].text == "ALL");
  if (!alone && !listed) return false;
  pieces_.resize(listed ? open - 1 : open);
  last_subplan_ = pieces_.size();
  pieces_.push_back(reference);
  return true;
}

void ExpressionWriter::write(std::span<const Piece> pieces, std::string& out) {
  bool first = true;
  for (const Piece& piece : pieces) {
    if (!first) out.push_back(' ');
    first = false;
    if (piece.kind == Kind::Literal) out.push_back(kLiteral);
    if (!piece.qualifier.empty()) out.append(piece.qualifier).push_back('.');
    out.append(piece.text);
    if (piece.kind == Kind::SubPlan) append_number(piece.number, out);
  }
}

}  // namespace dbi::plan
