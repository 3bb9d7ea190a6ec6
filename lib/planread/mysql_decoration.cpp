// SPDX-License-Identifier: Apache-2.0
#include "planread/mysql_decoration.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace dbi::planread {

namespace {

std::string_view last_line(std::string_view text) {
  const std::size_t end = text.rfind('\n');
  return trim(end == std::string_view::npos ? text : text.substr(end + 1));
}

std::string_view behind_line(std::string_view text) {
  const std::size_t end = text.find('\n');
  return end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
}

bool is_rule(std::string_view line) {
  return line.size() > 2 && line.front() == '+' && line.find_first_not_of("+-") == std::string_view::npos;
}

// "*************************** 1. row ***************************"
bool is_row_heading(std::string_view line) {
  return line.starts_with("****") && line.ends_with("****") && line.find(". row ") != std::string_view::npos;
}

// "1 row in set (0.00 sec)", "1 row in set, 1 warning (0.001 sec)"
bool is_row_count(std::string_view line) {
  return !line.empty() && line.front() >= '0' && line.front() <= '9' && line.find(" in set") != std::string_view::npos;
}

bool is_word(std::string_view text) {
  return text == "EXPLAIN" || text == "ANALYZE";
}

void take_word(std::string_view& text) {
  for (const std::string_view word : {"EXPLAIN: ", "ANALYZE: "}) {
    if (text.starts_with(word)) text.remove_prefix(word.size());
  }
}

std::string_view without_heading(std::string_view text) {
  for (text = trim(text); !text.empty(); text = trim(behind_line(text))) {
    const std::string_view line = first_line(text);
    if (!is_rule(line) && !is_mysql_heading(line)) break;
  }
  take_word(text);
  return text;
}

std::string_view without_end(std::string_view text) {
  text = trim(text);
  while (!text.empty() && (is_rule(last_line(text)) || is_row_count(last_line(text)))) {
    text = trim(text.substr(0, text.size() - last_line(text).size()));
  }
  return text;
}

/// Where the client wrote "\n" for a line end; npos where it wrote none. One within quotation marks is a literal's.
std::size_t find_written_line_end(std::string_view text) {
  char quote = '\0';
  for (std::size_t at = 0; at + 1 < text.size() && text[at] != '\n'; ++at) {
    const char c = text[at];
    if (quote == '\0' && c == '\\' && text[at + 1] == 'n') return at;
    if (c == '\\') {
      ++at;
    } else if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '\'' || c == '"' || c == '`') {
      quote = c;
    }
  }
  return std::string_view::npos;
}

// As the client's safe_put_field writes it.
void append_unescaped(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out.push_back(text[at]);
      continue;
    }
    const char c = text[++at];
    out.push_back(c == 'n' ? '\n' : c == 't' ? '\t' : c == '0' ? '\0' : c);
  }
}

}  // namespace

bool is_mysql_heading(std::string_view line) {
  line = trim(line);
  if (is_row_heading(line)) return true;
  if (line.size() > 2 && line.starts_with('|') && line.ends_with('|')) line = trim(line.substr(1, line.size() - 2));
  return is_word(line);
}

std::string_view without_mysql_decoration(std::string_view text, std::string& scratch) {
  text = without_end(without_heading(text));
  if (text.starts_with("| ")) {
    text = trim(text.substr(2));
    if (text.ends_with('|')) text = trim(text.substr(0, text.size() - 1));
  }
  if (find_written_line_end(text) == std::string_view::npos) return text;
  scratch.clear();
  append_unescaped(text, scratch);
  return trim(scratch);
}

}  // namespace dbi::planread
