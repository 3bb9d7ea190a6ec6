// SPDX-License-Identifier: Apache-2.0
#include "db/own_statement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dbi::db {

namespace {

std::size_t keyword_length(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && ((text[length] | 0x20) >= 'a' && (text[length] | 0x20) <= 'z')) ++length;
  return length;
}

}  // namespace

OwnStatement::OwnStatement(std::string_view name, std::string_view text, std::vector<std::size_t> open_columns)
    : open_columns_(std::move(open_columns)) {
  const auto keyword = keyword_length(text);
  text_ = fmt::format("{} {}{}{} */{}", text.substr(0, keyword), kOwnComment, name.empty() ? "" : " ", name,
                      text.substr(keyword));
}

OwnStatement OwnStatement::select(std::string_view name, std::string_view rest, std::vector<std::size_t> open_columns) {
  return {name, fmt::format("SELECT 1 AS {}, {}", kOwnAlias, rest), std::move(open_columns)};
}

bool OwnStatement::is_open(std::size_t column) const {
  return std::ranges::find(open_columns_, column) != open_columns_.end();
}

bool is_own_statement(std::string_view text) {
  constexpr std::string_view kEnd = " */";
  const auto keyword = keyword_length(text);
  if (keyword == 0) return false;
  text.remove_prefix(keyword);
  if (!text.starts_with(' ') || !text.substr(1).starts_with(kOwnComment)) return false;
  text.remove_prefix(1 + kOwnComment.size());
  const auto end = text.find(kEnd);
  if (end == std::string_view::npos) return false;
  const auto behind = text.substr(end + kEnd.size());
  if (!behind.empty() && !behind.starts_with(' ')) return false;
  return end == 0 ||
         (text.starts_with(' ') && std::ranges::find(kOwnNames, text.substr(1, end - 1)) != kOwnNames.end());
}

}  // namespace dbi::db
