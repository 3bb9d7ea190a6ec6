// SPDX-License-Identifier: Apache-2.0
#include "planread/mysql_tree_line.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace dbi::planread {

namespace {

bool are_figures(std::string_view text) {
  constexpr std::string_view kBytes = "abcdefghijklmnopqrstuvwxyz0123456789.=()+- ";
  const bool begins = text.starts_with("(cost=") || text.starts_with("(actual ") || text == "(never executed)";
  return begins && text.find_first_not_of(kBytes) == std::string_view::npos;
}

/// Where the figures of a line begin: its end where it has none. What looks like figures within quotation marks is a
/// literal's.
std::size_t figures_begin(std::string_view line) {
  const std::size_t from = line.find_last_of("'\"`") + 1;  // npos and 1 is 0
  const std::string_view end = line.substr(from);
  if (!end.ends_with(')')) return line.size();
  std::size_t at = end.rfind("  (cost=");
  if (at == std::string_view::npos) at = end.rfind("  (actual ");
  if (at == std::string_view::npos) at = end.rfind("  (never executed)");
  return at != std::string_view::npos && are_figures(trim(end.substr(at))) ? from + at : line.size();
}

// "Select #2 (subquery in condition; dependent)"
bool is_subquery_heading(std::string_view words) {
  return words.starts_with("Select #") &&
         words.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789 #();,-S") == std::string_view::npos;
}

// MySQL 9.x can be asked to name each part of a plan: "[0xeed2c0bd3e39ba93] Table scan on t1".
std::string_view without_token(std::string_view words) {
  constexpr std::string_view kBegin = "[0x";
  constexpr std::string_view kEnd = "] ";
  if (!words.starts_with(kBegin)) return words;
  const std::size_t digits = words.find_first_not_of("0123456789abcdef", kBegin.size());
  if (digits == std::string_view::npos || !words.substr(digits).starts_with(kEnd)) return words;
  return words.substr(digits + kEnd.size());
}

}  // namespace

bool MySqlTreeLines::next(MySqlTreeLine& line) {
  while (!rest_.empty()) {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    line = {};
    line.indent = std::min(text.find_first_not_of(' '), text.size());
    text = trim(text);
    line.is_node = text.starts_with(kMySqlArrow);
    if (!line.is_node) {
      if (!are_figures(text)) continue;
      line.figures = text;
      return true;
    }
    text = without_token(text.substr(kMySqlArrow.size()));
    line.is_subquery = is_subquery_heading(text);
    line.is_heading = line.is_subquery || text == "Hash" || text == "Repeat until convergence";
    const std::size_t figures = figures_begin(text);
    line.words = trim(text.substr(0, figures));
    line.figures = trim(text.substr(figures));
    return true;
  }
  return false;
}

bool is_mysql_tree(std::string_view text) {
  text = trim(text);
  return text.starts_with(kMySqlArrow) && !text.starts_with("->  ");
}

}  // namespace dbi::planread
