// SPDX-License-Identifier: Apache-2.0
#include "sql/fold.hpp"

#include <algorithm>

#include "sql/mysql_word.hpp"

namespace dbi::sql {

Fold::Fold(std::string_view text, System system) : text_(text), system_(system) {
  constexpr std::size_t kUsualTokens = 256;
  tokens_.reserve(std::min(text.size(), kUsualTokens));
  groups_.reserve(8);
  groups_.push_back({});
}

bool Fold::add(const Token& token) {
  if (tokens_.size() >= kMaxTokens) return false;
  if (token.kind == TokenKind::Semicolon) {
    if (tokens_.size() > statement_begin_) {
      finish();
      semicolon_pending_ = true;
      semicolon_ = token;
    }
    return true;
  }
  if (semicolon_pending_) begin_statement();
  if (is_qualified_value(token)) return true;
  if (apply_rule(token)) return true;
  switch (token.kind) {
    case TokenKind::Word:
      add_word(token);
      break;
    case TokenKind::Literal:
    case TokenKind::Placeholder:
      add_value(token);
      break;
    case TokenKind::Comma:
      end_element();
      tokens_.push_back(token);
      groups_.back().begin = static_cast<std::uint32_t>(tokens_.size());
      break;
    case TokenKind::Open:
    case TokenKind::OpenBracket:
      open(token);
      break;
    case TokenKind::Close:
    case TokenKind::CloseBracket:
      close(token);
      break;
    default:
      tokens_.push_back(token);
  }
  return true;
}

// What a dot ties to a value belongs to it: a name that is a value, as behind DEALLOCATE, with those it is qualified
// by. Behind a dot that touches no name the next would be read otherwise.
bool Fold::is_qualified_value(const Token& token) {
  if (system_ == System::PostgreSql) return false;
  const bool name = token.kind == TokenKind::Word || token.kind == TokenKind::QuotedName;
  const bool part = dotted_ && name;
  dotted_ = token.kind == TokenKind::Dot && is_value(back().kind);
  return part || dotted_;
}

void Fold::finish() {
  end_element();
  begin_element();
}

void Fold::begin_statement() {
  several_ = true;
  semicolon_pending_ = false;
  tokens_.push_back(semicolon_);
  statement_begin_ = tokens_.size();
  rule_ = Rule::None;
  verb_ = Keyword::None;
  dotted_ = false;
  if (groups_.size() > 1) balanced_ = false;
  groups_.clear();
  groups_.push_back({});
  begin_element();
}

void Fold::begin_element() {
  groups_.back().begin = static_cast<std::uint32_t>(tokens_.size());
  groups_.back().previous = Shape::Other;
}

void Fold::add_word(Token token) {
  if (back().kind == TokenKind::Dot) {
    token.keyword = Keyword::None;
    token.synonym = 0;
  }
  if (system_ != System::PostgreSql) {
    if (token.keyword == Keyword::Unknown) return add_unknown(token);
    drop_execute(token);
  }
  if (folds_to_value(token)) {
    token.kind = TokenKind::Literal;
    return add_value(token);
  }
  if (ends_element(token.keyword)) {
    end_element();
    // The field of extract(field from ...) is a value.
    const auto field = back();
    if (token.keyword == Keyword::From && field.kind == TokenKind::Word && back(1).kind == TokenKind::Open &&
        back(2).keyword == Keyword::Extract) {
      tokens_.back().kind = TokenKind::Literal;
      tokens_.back().keyword = Keyword::None;
      tokens_.back().synonym = 0;
    }
  }
  const bool first = tokens_.size() == statement_begin_;
  if (first) verb_ = token.keyword;
  if (groups_.back().values && groups_.back().begin == tokens_.size() &&
      (token.keyword == Keyword::Select || token.keyword == Keyword::With || token.keyword == Keyword::Values)) {
    groups_.back().values = false;
  }
  tokens_.push_back(token);
  if (ends_element(token.keyword) || begins_list(token.keyword)) begin_element();
  start_rule(token);
}

// The name of an account before the @ of its host: MySQL writes it with other quotes where it hides the password. A
// word that is a name touches the @; digests have it in backticks.
void Fold::hide_account() {
  if (back().kind != TokenKind::Operator || text_of(back()) != "@") return;
  auto name = back(1);
  const bool word = name.kind == TokenKind::Word && name.keyword == Keyword::None && !back().spaced;
  if (name.kind != TokenKind::QuotedName && !word) return;
  const auto sign = back();
  tokens_.resize(tokens_.size() - 2);
  name.kind = TokenKind::Literal;
  name.synonym = 0;
  add_value(name);
  tokens_.push_back(sign);
}

// What the digest of MariaDB has no word for: a value where an operand is expected, else the operator ||.
void Fold::add_unknown(Token token) {
  if (operand_expected(tokens_.size()) || back().keyword == Keyword::Introducer) {
    token.kind = TokenKind::Literal;
    return add_value(token);
  }
  token.kind = TokenKind::Operator;
  token.synonym = find_mysql_operator_synonym(text_of(token));
  tokens_.push_back(token);
}

// The digest of a prepared statement of MySQL is EXECUTE and the statement; the name of one would be in backticks
// there.
void Fold::drop_execute(const Token& token) {
  if (tokens_.size() != statement_begin_ + 1 || back().keyword != Keyword::Execute) return;
  if (system_ != System::MySql || (token.kind == TokenKind::Word && token.keyword == Keyword::None)) return;
  tokens_.pop_back();
  begin_element();
}

// NULL, TRUE, FALSE and LIMIT ALL are values, but not behind IS and IS NOT; NOT NULL and SET NULL in a definition stay.
bool Fold::folds_to_value(const Token& token) const {
  const auto before = back().keyword;
  switch (token.keyword) {
    case Keyword::All:
      return before == Keyword::Limit;
    case Keyword::True:
    case Keyword::False:
    case Keyword::Null:
      break;
    default:
      return false;
  }
  if (before == Keyword::Is || (before == Keyword::Not && back(1).keyword == Keyword::Is)) return false;
  const bool definition = verb_ == Keyword::Create || verb_ == Keyword::Alter;
  return !(definition && token.keyword == Keyword::Null && (before == Keyword::Not || before == Keyword::Set));
}

void Fold::add_value(Token token) {
  token.keyword = Keyword::None;
  // U&'...' UESCAPE '!' and U&"..." UESCAPE '!' are one token to the server.
  if (back().keyword == Keyword::Uescape && (is_value(back(1).kind) || back(1).kind == TokenKind::QuotedName)) {
    tokens_.pop_back();
    return;
  }
  if (system_ != System::PostgreSql && joins_value(token)) return;
  drop_signs();
  tokens_.push_back(token);
}

// Whether a value of MySQL or MariaDB is one with what stands before it; what belongs to it there is taken away.
bool Fold::joins_value(const Token& token) {
  while (back().keyword == Keyword::Introducer) tokens_.pop_back();
  // Strings side by side are one; so is a value with the string that names it, which looks the same in a digest.
  if (is_value(back().kind)) return true;
  if (!token.spaced) hide_account();
  drop_signs();
  // A list whatever stands around it, as in a like 'b', 1 + c.
  if (back().kind != TokenKind::Comma || !is_value(back(1).kind)) return false;
  tokens_.pop_back();
  fold_back_to(tokens_.size() - 1);
  return true;
}

bool Fold::is_sign(const Token& token) const {
  return token.kind == TokenKind::Operator && (text_of(token) == "-" || text_of(token) == "+");
}

// Whether what stands before `place` makes a sign there a unary one.
bool Fold::operand_expected(std::size_t place) const {
  if (place <= statement_begin_) return true;
  const auto& before = tokens_[place - 1];
  switch (before.kind) {
    case TokenKind::Operator:
      return system_ == System::PostgreSql || text_of(before) != "@";
    case TokenKind::Comma:
    case TokenKind::Open:
    case TokenKind::OpenBracket:
    case TokenKind::Colon:
      return true;
    case TokenKind::Word:
      return expects_operand(before.keyword);
    default:
      return false;
  }
}

void Fold::drop_signs() {
  while (!tokens_.empty() && tokens_.size() > statement_begin_ && is_sign(tokens_.back()) &&
         operand_expected(tokens_.size() - 1)) {
    tokens_.pop_back();
  }
}

void Fold::open(const Token& token) {
  const bool square = token.kind == TokenKind::OpenBracket;
  if (system_ != System::PostgreSql) drop_execute(token);
  const auto& outer = groups_.back();
  const bool at_start = outer.begin == tokens_.size();
  const auto before = back();
  const bool list = (!square && before.keyword == Keyword::In) || (square && before.keyword == Keyword::Array) ||
                    (outer.values && at_start);
  tokens_.push_back(token);
  groups_.push_back({static_cast<std::uint32_t>(tokens_.size()), Shape::Other, list, square});
}

void Fold::close(const Token& token) {
  end_element();
  const bool square = token.kind == TokenKind::CloseBracket;
  if (groups_.size() == 1 || groups_.back().square != square) {
    balanced_ = false;
    groups_.back().values = false;  // so that no element is looked at again for every stray bracket
    tokens_.push_back(token);
    return;
  }
  groups_.pop_back();
  tokens_.push_back(token);
  const auto& outer = groups_.back();
  // (?) as an element of a list of values is ?.
  if (outer.values && !square && tokens_.size() == outer.begin + std::size_t{3} &&
      shape_from(outer.begin) == Shape::Row) {
    const auto value = tokens_[outer.begin + std::size_t{1}];
    tokens_.resize(outer.begin);
    add_value(value);
    return;
  }
  if (system_ != System::PostgreSql) fold_row();
}

// (?), (?) is one row to MySQL and MariaDB whatever stands before it, as in f(1), (2).
void Fold::fold_row() {
  constexpr std::size_t kRow = 3;
  const auto size = tokens_.size();
  if (size < statement_begin_ + 2 * kRow + 1 || back(kRow).kind != TokenKind::Comma) return;
  const auto is_row = [&](std::size_t begin) {
    return tokens_[begin].kind == TokenKind::Open && is_value(tokens_[begin + 1].kind) &&
           tokens_[begin + 2].kind == TokenKind::Close;
  };
  const auto first = size - 2 * kRow - 1;
  if (!is_row(first) || !is_row(size - kRow)) return;
  tokens_.resize(first + kRow);
  fold_back_to(first);
}

// The element that is being read goes on from one before it.
void Fold::fold_back_to(std::size_t begin) {
  groups_.back().begin = static_cast<std::uint32_t>(begin);
  groups_.back().previous = Shape::Other;
}

Fold::Shape Fold::shape_from(std::size_t begin) const {
  const auto size = tokens_.size() - begin;
  if (size == 1 && is_value(tokens_[begin].kind)) return Shape::Value;
  const bool row = size == 3 && is_value(tokens_[begin + 1].kind) &&
                   (tokens_[begin].kind == TokenKind::Open || tokens_[begin].kind == TokenKind::OpenBracket);
  return row ? Shape::Row : Shape::Other;
}

// An element that looks like the one before it falls away where both are nothing but values.
void Fold::end_element() {
  auto& group = groups_.back();
  if (group.begin > tokens_.size()) return;
  if (group.values) strip_casts(group.begin);
  const auto shape = shape_from(group.begin);
  const auto same_end = [&] {
    const auto before = tokens_[group.begin - std::size_t{2}].kind;
    return before == tokens_.back().kind || is_value(before);
  };
  const bool listed = shape == group.previous || (shape == Shape::Value && system_ != System::PostgreSql);
  const bool repeated = shape != Shape::Other && listed && group.begin >= statement_begin_ + 2 &&
                        tokens_[group.begin - std::size_t{1}].kind == TokenKind::Comma && same_end();
  if (repeated) tokens_.resize(group.begin - std::size_t{1});
  group.previous = shape;
}

bool Fold::is_type_part(const Token& token) const {
  switch (token.kind) {
    case TokenKind::Word:
      return !expects_operand(token.keyword) && !ends_element(token.keyword);
    case TokenKind::QuotedName:
    case TokenKind::Dot:
    case TokenKind::Cast:
    case TokenKind::Open:
    case TokenKind::Close:
    case TokenKind::OpenBracket:
    case TokenKind::CloseBracket:
    case TokenKind::Literal:
    case TokenKind::Placeholder:
      return true;
    default:
      return false;
  }
}

// ?::type, type ? and cast(? as type) become ?.
void Fold::strip_casts(std::size_t begin) {
  const auto size = tokens_.size() - begin;
  if (size < 2) return;
  const auto first = tokens_[begin];
  std::size_t place = begin;
  if (is_value(first.kind)) {
    if (tokens_[begin + 1].kind != TokenKind::Cast) return;
  } else if (first.kind == TokenKind::Word && first.keyword == Keyword::None && is_value(tokens_[begin + 1].kind)) {
    place = begin + 1;
  } else if (size > 4 && first.keyword == Keyword::Cast && is_value(tokens_[begin + 2].kind) &&
             tokens_[begin + 3].keyword == Keyword::As) {
    place = begin + 2;
  } else {
    return;
  }
  const auto value = tokens_[place];
  for (auto i = place + 1; i < tokens_.size(); ++i) {
    if (!is_type_part(tokens_[i])) return;
  }
  tokens_.resize(begin);
  tokens_.push_back(value);
}

// Words that begin a rule.
void Fold::start_rule(const Token& token) {
  const bool first = tokens_.size() == statement_begin_ + 1;
  switch (token.keyword) {
    case Keyword::Set:
      if (system_ != System::PostgreSql) break;
      if (first) {
        rule_ = Rule::SetName;
      } else if (verb_ == Keyword::Alter || verb_ == Keyword::Create) {
        rule_ = Rule::OptionName;
      }
      break;
    case Keyword::Savepoint:
    case Keyword::Release:
    case Keyword::Deallocate:
      if (first) rule_ = Rule::Name;
      break;
    case Keyword::Rollback:
      if (first) rule_ = Rule::RollbackTo;
      break;
    default:
      break;
  }
}

// Whether a rule dealt with the token.
bool Fold::apply_rule(const Token& token) {
  const auto value = [&] {
    tokens_.push_back({TokenKind::Literal, Keyword::None, true, 0, token.begin, token.size});
    return true;
  };
  const bool name = token.kind == TokenKind::Word || token.kind == TokenKind::QuotedName;
  switch (rule_) {
    case Rule::None:
      return false;
    case Rule::SetName:
    case Rule::SetTime:
    case Rule::OptionName:
      return apply_set_rule(token);
    case Rule::SetValue:
      if (swallowed_) return true;
      swallowed_ = true;
      return value();
    case Rule::OptionValue:
      if (is_sign(token) || (swallowed_ && token.kind == TokenKind::Comma)) return true;
      rule_ = Rule::None;
      if (!name && !is_value(token.kind)) return false;
      rule_ = Rule::OptionComma;
      return swallowed_ ? true : (swallowed_ = true, value());
    case Rule::OptionComma:
      if (token.kind == TokenKind::Comma) {
        rule_ = Rule::OptionValue;
        return true;
      }
      rule_ = Rule::None;
      return false;
    case Rule::RollbackTo:
      if (token.keyword == Keyword::To) rule_ = Rule::Name;
      return false;
    case Rule::Name:
      if (token.keyword == Keyword::Savepoint || token.keyword == Keyword::Prepare ||
          token.keyword == Keyword::Transaction || token.keyword == Keyword::Work) {
        return false;
      }
      rule_ = Rule::None;
      return name && value();
  }
  return false;
}

// Behind SET: finds where the value begins.
bool Fold::apply_set_rule(const Token& token) {
  const auto keep = [&](Rule rule) {
    rule_ = rule;
    swallowed_ = false;
    tokens_.push_back(token);
    return true;
  };
  const auto rest = rule_ == Rule::OptionName ? Rule::OptionValue : Rule::SetValue;
  if (rule_ == Rule::SetTime) return keep(token.keyword == Keyword::Zone ? Rule::SetValue : Rule::SetName);
  switch (token.keyword) {
    case Keyword::To:
    case Keyword::From:
      return keep(rest);
    case Keyword::Time:
      return keep(Rule::SetTime);
    case Keyword::Session:
    case Keyword::Local:
      return keep(rule_);
    case Keyword::Role:
    case Keyword::Schema:
    case Keyword::Authorization:
      if (rule_ == Rule::SetName) return keep(Rule::SetValue);
      break;
    case Keyword::Transaction:
    case Keyword::Characteristics:
    case Keyword::Constraints:
    case Keyword::Default:
    case Keyword::Not:
    case Keyword::Null:
      rule_ = Rule::None;
      return false;
    default:
      break;
  }
  if (token.kind == TokenKind::Operator) return keep(text_of(token) == "=" ? rest : Rule::None);
  if (token.kind == TokenKind::Word || token.kind == TokenKind::QuotedName || token.kind == TokenKind::Dot) {
    return keep(rule_);
  }
  rule_ = Rule::None;
  return false;
}

}  // namespace dbi::sql
