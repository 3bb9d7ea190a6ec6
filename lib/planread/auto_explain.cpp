// SPDX-License-Identifier: Apache-2.0
#include "planread/auto_explain.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "planread/postgresql_text_node.hpp"
#include "sql/lexer.hpp"

namespace dbi::planread {

namespace {

constexpr std::string_view kDuration = "duration: ";
constexpr std::string_view kPlan = " ms  plan:";
constexpr std::string_view kQuery = "Query Text: ";
constexpr std::string_view kParameters = "Query Parameters: $1 = ";  // PostgreSQL 16 and later

/// Goes through the tokens of a statement, and tells of places in it, in ascending order, whether they stand outside
/// literals, quoted names and comments.
class Outside {
 public:
  Outside(std::string_view text, bool standard_conforming_strings)
      : dialect_{.standard_conforming_strings = standard_conforming_strings,
                 .ansi_quotes = std::nullopt,
                 .no_backslash_escapes = std::nullopt},
        text_(text),
        lexer_(text, dialect_) {}

  bool operator()(std::size_t place) {
    while (!ended_ && token_.begin + token_.size <= place) {
      end_ = token_.begin + token_.size;
      token_ = lexer_.next();
      ended_ = token_.kind == sql::TokenKind::End || token_.kind == sql::TokenKind::Failed;
    }
    const bool failed = token_.kind == sql::TokenKind::Failed;
    if (!ended_ && token_.begin < place) return false;
    // Between two tokens, or behind the last: a comment may stand here, or what the lexer could not finish.
    const std::string_view gap = text_.substr(end_, place - end_);
    sql::Lexer lexer(gap, dialect_);
    const bool blank = lexer.next().kind == sql::TokenKind::End;
    return blank && (!failed || !gap.empty());
  }

 private:
  sql::Dialect dialect_;
  std::string_view text_;
  sql::Lexer lexer_;
  sql::Token token_;
  std::size_t end_ = 0;  // of the last token before
  bool ended_ = false;
};

bool looks_like_root(std::string_view line) {
  return !line.empty() && line.front() != ' ' && line.front() != '\t' && is_node_line(line) &&
         line.find("  (cost=") != std::string_view::npos;
}

// The first line of `query` that `begins` knows and that stands outside literals and comments; npos where there is
// none.
template <typename Begins>
std::size_t first_line_outside(std::string_view query, bool standard_conforming_strings, Begins begins) {
  // A text made to be slow has more; a statement that quotes a plan has a few.
  constexpr int kMostCandidates = 1000;
  Outside outside(query, standard_conforming_strings);
  int candidates = 0;
  for (std::size_t end = query.find('\n'); end != std::string_view::npos; end = query.find('\n', end + 1)) {
    const std::size_t begin = end + 1;
    if (!begins(query.substr(begin, query.find('\n', begin) - begin))) continue;
    if (outside(begin)) return begin;
    if (++candidates == kMostCandidates) break;
  }
  return std::string_view::npos;
}

// elog.c puts " at character 13" behind a message while an expression's place is known.
std::string_view without_position(std::string_view message) {
  constexpr std::string_view kPosition = " at character ";
  if (message.empty() || message.back() < '0' || message.back() > '9') return message;
  const std::size_t begin = message.rfind(kPosition);
  if (begin == std::string_view::npos) return message;
  const std::string_view digits = message.substr(begin + kPosition.size());
  return digits.find_first_not_of("0123456789") == std::string_view::npos ? message.substr(0, begin) : message;
}

}  // namespace

std::optional<PlanBehindQuery> find_plan_behind_query(std::string_view text) {
  if (!text.starts_with(kQuery)) return std::nullopt;
  const std::string_view query = text.substr(kQuery.size());
  const std::size_t conforming = first_line_outside(query, true, looks_like_root);
  // The two settings differ in what a backslash is.
  const bool escapes = query.find('\\') != std::string_view::npos;
  const std::size_t escaping = escapes ? first_line_outside(query, false, looks_like_root) : conforming;
  const std::size_t begin = std::min(conforming, escaping);  // npos is the greatest
  const bool differ = conforming != escaping && std::max(conforming, escaping) != std::string_view::npos;
  if (begin == std::string_view::npos || differ) return std::nullopt;
  const std::string_view statement = query.substr(0, begin);
  const std::size_t parameters = first_line_outside(
      statement, begin == conforming, [](std::string_view line) { return line.starts_with(kParameters); });
  return PlanBehindQuery{.query = trim(statement.substr(0, parameters)), .plan = query.substr(begin)};
}

std::optional<LoggedPlan> parse_auto_explain(std::string_view message) {
  if (!message.starts_with(kDuration)) return std::nullopt;
  LoggedPlan logged;
  const char* const begin = message.data() + kDuration.size();
  const auto [end, error] = std::from_chars(begin, message.data() + message.size(), logged.duration_ms);
  message.remove_prefix(static_cast<std::size_t>(end - message.data()));
  if (error != std::errc() || !message.starts_with(kPlan)) return std::nullopt;
  message.remove_prefix(kPlan.size());
  logged.plan = without_position(message.substr(std::min(message.find_first_not_of("\r\n"), message.size())));
  if (!logged.plan.starts_with(kQuery)) return logged;
  // YAML has the statement on one line, in quotation marks, and "Plan:" behind it.
  if (logged.plan.substr(kQuery.size()).starts_with('"') && logged.plan.find("\nPlan:") != std::string_view::npos) {
    return logged;
  }
  const auto found = find_plan_behind_query(logged.plan);
  logged.query = found ? found->query : std::string_view();
  logged.plan = found ? found->plan : std::string_view();
  return logged;
}

}  // namespace dbi::planread
