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

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
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

std::string_view without_backticks(std::string_view name) {
  return name.size() > 1 && name.front() == '`' ? name.substr(1, name.size() - 2) : name;
}

}  // namespace dbi::plan
