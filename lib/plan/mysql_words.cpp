// SPDX-License-Identifier: Apache-2.0
#include "plan/mysql_words.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace dbi::plan {

namespace {

// Those that item.cc, item_cmpfunc.cc and item_func.cc of both write between operands, sorted.
constexpr std::string_view kKeywords[] = {
    "against", "all",     "and",  "any",      "as",       "asc",    "between", "binary", "boolean",   "by",
    "case",    "collate", "desc", "distinct", "div",      "else",   "end",     "escape", "exists",    "false",
    "for",     "from",    "in",   "is",       "interval", "like",   "mod",     "mode",   "not",       "null",
    "of",      "on",      "or",   "order",    "over",     "regexp", "rlike",   "rollup", "separator", "some",
    "sounds",  "then",    "true", "using",    "when",     "where",  "with",    "within", "xor"};

constexpr std::string_view kSelect = "select #";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void open_numbers(std::string& text) {
  for (std::size_t at = text.find(kSelect); at != std::string::npos; at = text.find(kSelect, at)) {
    text[at + kSelect.size() - 1] = '_';
  }
}

// Beyond a string: a backtick there is a character like any other.
std::size_t skip_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (++at; at < text.size() && text[at] != quote; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at;
}

void open_names(std::string& text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\'' || text[at] == '"') at = skip_string(text, at);
    if (at >= text.size() || text[at] != '`') continue;
    const std::size_t end = text.find('`', at + 1);
    if (end == std::string::npos) return;
    const bool expression = std::string_view(text).substr(at, end - at).find('(') != std::string_view::npos;
    if (expression) text[at] = text[end] = ' ';
    at = end;
  }
}

}  // namespace

bool is_mysql_keyword(std::string_view word) {
  constexpr std::size_t kLongest = 9;
  if (word.size() > kLongest) return false;
  std::array<char, kLongest> folded{};
  std::transform(word.begin(), word.end(), folded.begin(), lower);
  const std::string_view wanted(folded.data(), word.size());
  return std::find(std::begin(kKeywords), std::end(kKeywords), wanted) != std::end(kKeywords);
}

std::string_view lexable(std::string_view text, std::string& scratch) {
  const bool named = text.find('`') != std::string_view::npos && text.find('(') != std::string_view::npos;
  if (!named && text.find(kSelect) == std::string_view::npos) return text;
  scratch.assign(text);
  open_numbers(scratch);
  if (named) open_names(scratch);
  return scratch;
}

std::string_view without_backticks(std::string_view name) {
  return name.size() > 1 && name.front() == '`' ? name.substr(1, name.size() - 2) : name;
}

}  // namespace dbi::plan
