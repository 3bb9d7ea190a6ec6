// SPDX-License-Identifier: Apache-2.0
#include "sql/message_password.hpp"

#include "sql/characters.hpp"
#include "sql/word_table.hpp"

namespace dbi::sql {

namespace {

struct Word {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The next word at or behind a place; empty at the end.
Word next_word(std::string_view text, std::size_t from) {
  while (from < text.size() && !is(text[from], kNameStart)) ++from;
  auto end = from;
  while (end < text.size() && is(text[end], kNamePart)) ++end;
  return {from, end};
}

std::size_t skip_space(std::string_view text, std::size_t from) {
  while (from < text.size() && is(text[from], kSpace)) ++from;
  return from;
}

}  // namespace

std::size_t find_password(std::string_view message) {
  bool account = false;
  std::string_view before;
  for (auto at = next_word(message, 0); at.begin < at.end; at = next_word(message, at.end)) {
    const auto word = message.substr(at.begin, at.end - at.begin);
    const auto is_word = [&](std::string_view lower_case) { return equals_folded(word, lower_case); };
    const auto was = [&](std::string_view lower_case) { return equals_folded(before, lower_case); };
    const auto rest = skip_space(message, at.end);
    const auto next = message.substr(rest, 1);
    if ((is_word("by") || is_word("with") || is_word("via")) && was("identified")) return at.end;
    if (is_word("options") && next == "(") return at.end;
    const bool kind = is_word("user") || is_word("role") || is_word("group");
    account = account || (kind && (was("create") || was("alter") || was("replace")));
    if (contains_folded(word, "password") || contains_folded(word, "passwd") || is_word("pwd")) {
      const bool assigned = next == "=" || (next == "(" && rest == at.end) || message.substr(rest, 2) == ":=";
      // "SET PASSWORD has no significance", "You must SET PASSWORD before" are the server's own words.
      const auto after = message.substr(rest);
      const bool set = was("set") && !after.starts_with("has no") && !after.starts_with("before ");
      if (assigned || account || set || was("encrypted") || was("unencrypted")) return at.end;
    }
    before = word;
  }
  return std::string_view::npos;
}

}  // namespace dbi::sql
