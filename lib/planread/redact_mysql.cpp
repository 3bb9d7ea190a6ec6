// Takes the literals out of what MySQL and MariaDB print.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "planread/mysql_members.hpp"
#include "planread/mysql_text.hpp"
#include "planread/mysql_tree_line.hpp"
#include "planread/redact.hpp"
#include "record/builder.hpp"
#include "sql/mysql_lexer.hpp"
#include "sql/statement.hpp"
#include "sql/token_list.hpp"

namespace dbi::planread {

namespace {

using sql::TokenKind;

std::string_view without_quotes(std::string_view text) {
  return text.size() > 1 && text.front() == text.back() ? text.substr(1, text.size() - 2) : text;
}

std::string_view without_backticks(std::string_view name) {
  return name.starts_with('`') ? without_quotes(name) : name;
}

/// Writes texts of one plan. Names that it hides are those of columns without an alias, which have the text of the
/// literal that they are.
class MySqlRedactor {
 public:
  MySqlRedactor(std::string& out, RedactionFaults& faults) : out_(out), faults_(faults) {}

  /// Of the statement as the optimizer has it, with all its literals.
  void hide_names_of(std::string_view query) {
    if (!read(query)) return;
    for (std::size_t at = 1; at < tokens_.size(); ++at) {
      if (tokens_.kind(at) != TokenKind::QuotedName || !tokens_.is_word(at - 1, "AS")) continue;
      const std::string_view name = without_quotes(original(at));
      if (is_of_literal(name)) hidden_.push_back(name);
    }
  }

  void expression(std::string_view text) {
    if (sql::is_replacement(text)) {
      out_.append(text);
    } else if (read(text)) {
      const std::size_t begin = out_.size();
      for (std::size_t at = 0; at < tokens_.size(); ++at) append_token(at, out_.size() > begin);
    } else {
      out_.append(sql::replacement(text));
      ++faults_.unreadable;
    }
  }

  void column(std::string_view name) { out_.append(!is_given_name(name) || is_hidden(name) ? "?" : name); }

 private:
  bool read(std::string_view text) {
    text_ = text;
    return tokens_.read<sql::MySqlLexer>(lexable(text, scratch_), mysql_expression_dialect());
  }
  // What the lexer read a copy of.
  [[nodiscard]] std::string_view original(std::size_t token) const {
    return text_.substr(tokens_.token(token).begin, tokens_.token(token).size);
  }

  void append_token(std::size_t at, bool behind_others) {
    const std::string_view text = original(at);
    const bool value = tokens_.kind(at) == TokenKind::Literal && !is_count_of_rows(at);
    const bool hidden = value || (sql::is_name(tokens_.kind(at)) && is_hidden(without_backticks(text)));
    const bool behind_word = at > 0 && sql::is_name(tokens_.kind(at - 1));  // DATE'2024-01-01'
    if (behind_others && (tokens_.token(at).spaced || (value && behind_word))) out_.push_back(' ');
    out_.append(hidden ? "?" : text);
  }

  // count(0), as which count(*) is printed.
  [[nodiscard]] bool is_count_of_rows(std::size_t at) const {
    return at > 1 && tokens_.text(at) == "0" && tokens_.kind(at - 1) == TokenKind::Open &&
           tokens_.is_word(at - 2, "count") && tokens_.kind(at + 1) == TokenKind::Close;
  }

  [[nodiscard]] bool is_hidden(std::string_view name) const {
    return std::find(hidden_.begin(), hidden_.end(), name) != hidden_.end();
  }

  // A literal, the beginning of a long one, or an expression in words with one inside ("a div 7").
  [[nodiscard]] bool is_of_literal(std::string_view name) const {
    for (std::size_t at = 0; at < tokens_.size(); ++at) {
      if (tokens_.kind(at) != TokenKind::Literal) continue;
      std::string_view literal = without_quotes(original(at));
      literal.remove_prefix(std::min(literal.find_first_not_of(' '), literal.size()));
      if (literal.empty()) continue;
      if (literal.starts_with(name) || name.starts_with(literal)) return true;
      const std::size_t place = name.find(literal);
      if (place != std::string_view::npos && name[place - 1] == ' ') return true;
    }
    return false;
  }

  std::string& out_;
  RedactionFaults& faults_;
  std::string_view text_;
  std::string scratch_;
  sql::TokenList tokens_;
  std::vector<std::string_view> hidden_;
};

// "10.25", "2M", "10KiB".
bool is_figure(std::string_view text) {
  constexpr std::string_view kUnits = "KMGTPiBb";
  const std::size_t end = std::min(text.find_first_not_of("0123456789.e+-"), text.size());
  return end > 0 && text.find_first_not_of(kUnits, end) == std::string_view::npos;
}

/// Goes through the items once; containers that are open stand on a stack of its own.
class MySqlJsonWriter {
 public:
  MySqlJsonWriter(const Document& document, std::string& out, RedactionFaults& faults)
      : document_(document), redactor_(text_, faults), out_(out), faults_(faults) {}

  void write() {
    for (const Item& item : document_.items()) {
      if (item.kind == ItemKind::Text && item.name == "query") redactor_.hide_names_of(item.text);
    }
    const auto count = static_cast<std::uint32_t>(document_.items().size());
    for (std::uint32_t place = 0; place < count; ++place) {
      close_until(place);
      const Item& item = document_.at(place);
      const bool in_list = open_.empty() || document_.at(open_.back()).kind == ItemKind::Array;
      if (!in_list) name_ = item.name;
      const MySqlMember* member = find_mysql_member(in_list && !open_.empty() ? list_name() : name_);
      if (member != nullptr && member->use == MemberUse::Limit) continue;
      if (behind_value_) out_.push_back(',');
      behind_value_ = false;
      if (!in_list) {
        record::append_json_text(out_, item.name);
        out_.push_back(':');
      }
      if (item.is_container()) {
        open_.push_back(place);
        out_.push_back(item.kind == ItemKind::Object ? '{' : '[');
      } else {
        scalar(item, member);
        behind_value_ = true;
      }
    }
    close_until(count);
  }

 private:
  void close_until(std::uint32_t place) {
    for (; !open_.empty() && document_.at(open_.back()).end <= place; open_.pop_back()) {
      out_.push_back(document_.at(open_.back()).kind == ItemKind::Object ? '}' : ']');
      behind_value_ = true;
    }
  }

  // Of the innermost list that is a member.
  [[nodiscard]] std::string_view list_name() const {
    for (std::size_t level = open_.size(); level-- > 0;) {
      if (!document_.at(open_[level]).name.empty()) return document_.at(open_[level]).name;
    }
    return {};
  }

  void scalar(const Item& item, const MySqlMember* member) {
    text_.clear();
    if (item.kind == ItemKind::Flag || item.kind == ItemKind::Null) {
      out_.append(item.text);
    } else if (item.kind == ItemKind::Number) {
      number(item, member);
    } else {
      text(item, member);
      record::append_json_text(out_, text_);
    }
  }

  void number(const Item& item, const MySqlMember* member) {
    const bool known = member != nullptr && member->use == MemberUse::Figure;
    if (known || counts_keys()) {
      out_.append(item.text);
    } else {
      out_.append("\"?\"");
      ++faults_.unknown_keys;
    }
  }

  // MariaDB's "r_keys" has the names of indexes.
  [[nodiscard]] bool counts_keys() const {
    return std::any_of(open_.begin(), open_.end(),
                       [&](std::uint32_t place) { return document_.at(place).name == "r_keys"; });
  }

  void text(const Item& item, const MySqlMember* member) {
    if (member == nullptr) {
      ++faults_.unknown_keys;
      return redactor_.expression(item.text);
    }
    switch (member->use) {
      case MemberUse::Word:
        text_.append(item.text);
        return;
      case MemberUse::Column:
        return column(item.text, *member);
      case MemberUse::Figure:
        if (is_figure(item.text)) {
          text_.append(item.text);
          return;
        }
        [[fallthrough]];
      default:
        return redactor_.expression(item.text);
    }
  }

  // The columns of a derived table have the names of what they are computed from.
  void column(std::string_view name, const MySqlMember& member) {
    if (is_of_base_table()) {
      text_.append(name);
    } else if (member.name == "used_columns") {
      text_.append("?");
    } else {
      redactor_.column(name);
    }
  }

  // Version 2 has the schema of each base table; of the others version 1 says where they come from.
  [[nodiscard]] bool is_of_base_table() const {
    if (open_.size() < 2) return false;
    const std::uint32_t table = open_[open_.size() - 2];
    const auto has = [&](std::string_view name) { return document_.find(table, name) != document_.at(table).end; };
    if (has("operation")) return has("schema_name");
    const std::uint32_t name = document_.find(table, "table_name");
    const bool temporary = name == document_.at(table).end || document_.at(name).text.starts_with('<');
    return !temporary && !has("materialized_from_subquery") && !has("recursive") && !has("table_function");
  }

  const Document& document_;
  std::string text_;  // what is shown of the text at hand
  MySqlRedactor redactor_;
  std::string& out_;
  RedactionFaults& faults_;
  std::vector<std::uint32_t> open_;
  std::string_view name_;
  bool behind_value_ = false;
};

}  // namespace

bool is_readable_mysql(std::string_view expression) {
  std::string scratch;
  sql::TokenList tokens;
  return sql::is_replacement(expression) ||
         tokens.read<sql::MySqlLexer>(lexable(expression, scratch), mysql_expression_dialect());
}

void redact_mysql_expression(std::string_view expression, std::string& out, RedactionFaults& faults) {
  MySqlRedactor(out, faults).expression(expression);
}

void redact_mysql_document(const Document& document, std::string& out, RedactionFaults& faults) {
  MySqlJsonWriter(document, out, faults).write();
}

void redact_mysql_tree(std::string_view source, std::string& out, RedactionFaults& faults) {
  MySqlRedactor redactor(out, faults);
  MySqlTreeLines lines(source);
  MySqlTreeLine line;
  while (lines.next(line)) {
    out.append(line.indent, ' ').append(line.is_node ? kMySqlArrow : std::string_view());
    if (line.is_heading) {
      out.append(line.words);
    } else {
      redactor.expression(line.words);
    }
    if (!line.figures.empty()) out.append(line.is_node ? "  " : "").append(line.figures);
    out.push_back('\n');
  }
}

}  // namespace dbi::planread
