// SPDX-License-Identifier: Apache-2.0
#include "planread/redact.hpp"

#include "planread/expression_dialect.hpp"
#include "sql/lexer.hpp"
#include "sql/statement.hpp"

namespace dbi::planread {

namespace {

using sql::Token;
using sql::TokenKind;

// Words of the plan's own, and names: of relations, indexes, subplans, constraints.
bool is_safe(const PlanKeyRow& key) {
  return key.key_class != KeyClass::Condition && key.key_class != KeyClass::Masked;
}

bool is_subplan_word(std::string_view word) {
  return word == "SubPlan" || word == "InitPlan";
}

void redact_statement(std::string_view statement, std::string& out, RedactionFaults& faults) {
  const auto normal = sql::normalize(statement, sql::Dialect());
  if (!normal.readable) ++faults.unreadable;
  out.append(normal.text);
}

}  // namespace

void redact_expression(std::string_view expression, std::string& out, RedactionFaults& faults) {
  if (sql::is_replacement(expression)) {
    out.append(expression);
    return;
  }
  const std::size_t begin = out.size();
  sql::Lexer lexer(expression, expression_dialect());
  std::string_view before;
  bool behind_operator = false;  // "-1" would become the operator "-?"
  for (Token token = lexer.next(); token.kind != TokenKind::End; token = lexer.next()) {
    if (token.kind == TokenKind::Failed) {
      out.resize(begin);
      out.append(sql::replacement(expression));
      ++faults.unreadable;
      return;
    }
    const std::string_view text = expression.substr(token.begin, token.size);
    const bool hidden = token.kind == TokenKind::Literal && !is_subplan_word(before);
    if ((token.spaced && out.size() > begin) || (hidden && behind_operator)) out.push_back(' ');
    out.append(hidden ? "?" : text);
    behind_operator = token.kind == TokenKind::Operator;
    before = token.kind == TokenKind::Word ? text : std::string_view();
  }
}

void redact_property(const PlanKeyRow* key, std::string_view text, std::string& out, RedactionFaults& faults) {
  if (key == nullptr) {
    ++faults.unknown_keys;
    return redact_expression(text, out, faults);
  }
  if (is_safe(*key)) {
    out.append(text);
  } else if (key->key == PlanKey::QueryText || key->key == PlanKey::RemoteSql) {
    redact_statement(text, out, faults);
  } else if (key->key == PlanKey::ForeignProgram || key->key == PlanKey::ForeignFile ||
             key->key == PlanKey::QueryParameters) {
    out.append(sql::replacement(text));
  } else {
    redact_expression(text, out, faults);
  }
}

void redact_property(sql::System system, const PlanKeyRow& key, std::string_view text, std::string& out,
                     RedactionFaults& faults) {
  if (system == sql::System::PostgreSql || is_safe(key)) return redact_property(&key, text, out, faults);
  redact_mysql_expression(text, out, faults);
}

}  // namespace dbi::planread
