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

/// Goes through the tokens of a statement, and tells of places in it, in ascending order, whether they stand outside
/// literals, quoted names and comments.
class Outside {
 public:
  explicit Outside(std::string_view text) : text_(text), lexer_(text, dialect()) {}

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
    sql::Lexer lexer(gap, dialect());
    const bool blank = lexer.next().kind == sql::TokenKind::End;
    return blank && (!failed || !gap.empty());
  }

 private:
  static sql::Dialect dialect() {
    sql::Dialect dialect;
    dialect.standard_conforming_strings = true;
    return dialect;
  }

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

}  // namespace

std::size_t find_plan_behind_query(std::string_view text) {
  // A text made to be slow has more; a statement that quotes a plan has a few.
  constexpr int kMostCandidates = 1000;
  const std::string_view query = text.substr(std::min(kQuery.size(), text.size()));
  Outside outside(query);
  int candidates = 0;
  for (std::size_t end = query.find('\n'); end != std::string_view::npos; end = query.find('\n', end + 1)) {
    const std::size_t begin = end + 1;
    const std::string_view line = query.substr(begin, query.find('\n', begin) - begin);
    if (!looks_like_root(line)) continue;
    if (outside(begin)) return kQuery.size() + begin;
    if (++candidates == kMostCandidates) break;
  }
  return std::string_view::npos;
}

std::optional<LoggedPlan> parse_auto_explain(std::string_view message) {
  if (!message.starts_with(kDuration)) return std::nullopt;
  LoggedPlan logged;
  const char* const begin = message.data() + kDuration.size();
  const auto [end, error] = std::from_chars(begin, message.data() + message.size(), logged.duration_ms);
  message.remove_prefix(static_cast<std::size_t>(end - message.data()));
  if (error != std::errc() || !message.starts_with(kPlan)) return std::nullopt;
  message.remove_prefix(kPlan.size());
  logged.plan = message.substr(std::min(message.find_first_not_of("\r\n"), message.size()));
  if (!logged.plan.starts_with(kQuery)) return logged;
  // YAML has the statement on one line, in quotation marks, and "Plan:" behind it.
  if (logged.plan.substr(kQuery.size()).starts_with('"') && logged.plan.find("\nPlan:") != std::string_view::npos) {
    return logged;
  }
  const std::size_t plan = find_plan_behind_query(logged.plan);
  if (plan == std::string_view::npos) return std::nullopt;
  logged.query = trim(logged.plan.substr(kQuery.size(), plan - kQuery.size()));
  logged.plan.remove_prefix(plan);
  return logged;
}

}  // namespace dbi::planread
