// SPDX-License-Identifier: Apache-2.0
#include "planread/mysql_text.hpp"

#include <algorithm>

namespace dbi::planread {

namespace {

constexpr std::string_view kSelect = "select #";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c < '\0';  // a byte of UTF-8
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

// The backtick that ends the name; a doubled one is a character of it.
std::size_t name_end(std::string_view text, std::size_t begin) {
  std::size_t end = text.find('`', begin + 1);
  while (end != std::string_view::npos && end + 1 < text.size() && text[end + 1] == '`') end = text.find('`', end + 2);
  return end;
}

void open_names(std::string& text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\'' || text[at] == '"') at = skip_string(text, at);
    if (at >= text.size() || text[at] != '`') continue;
    const std::size_t end = name_end(text, at);
    if (end == std::string::npos) return;
    const std::string_view name = std::string_view(text).substr(at + 1, end - at - 1);
    if (name.find('(') != std::string_view::npos) {
      text[at] = text[end] = ' ';
    } else if (!is_given_name(name)) {
      std::fill(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(end), 'x');
      text[at] = text[end] = '\'';
    }
    at = end;
  }
}

}  // namespace

bool is_given_name(std::string_view name) {
  constexpr std::string_view kBetween = "$-. #0123456789";
  const auto fits = [&](char c) { return is_letter(c) || kBetween.find(c) != std::string_view::npos; };
  return std::all_of(name.begin(), name.end(), fits) && std::any_of(name.begin(), name.end(), is_letter);
}

std::string_view lexable(std::string_view text, std::string& scratch) {
  const bool named = text.find('`') != std::string_view::npos;
  if (!named && text.find(kSelect) == std::string_view::npos) return text;
  scratch.assign(text);
  open_numbers(scratch);
  if (named) open_names(scratch);
  return scratch;
}

}  // namespace dbi::planread
