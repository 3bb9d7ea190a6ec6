// SPDX-License-Identifier: Apache-2.0
#include "limit/key_name.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace dbi::limit {

// The last '*' takes one byte more whenever what follows it does not match; earlier ones never have to.
bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

KeyName::KeyName(std::string text) : text_(std::move(text)) {
  const auto slash = text_.find('/');
  if (slash != std::string::npos) target_ = text_.substr(0, slash);
  database_ = slash == std::string::npos ? text_ : text_.substr(slash + 1);
  const auto is_wild = [](char c) { return c == '*' || c == '?'; };
  const auto wild = static_cast<std::size_t>(std::ranges::count_if(text_, is_wild));
  exact_ = wild == 0;
  literal_bytes_ = text_.size() - wild;
}

bool KeyName::matches(const KeyParts& key) const {
  return (!target_ || matches_glob(*target_, key.target)) && matches_glob(database_, key.database);
}

bool operator<(const KeyName& a, const KeyName& b) {
  const auto rank = [](const KeyName& name) {
    return std::tuple(name.exact_, name.target_.has_value(), name.literal_bytes_);
  };
  return rank(a) != rank(b) ? rank(a) < rank(b) : a.text_ > b.text_;
}

std::string show_key(const KeyParts& key) {
  std::string text(key.target);
  if (!key.database.empty()) text.append("/").append(key.database);
  return text;
}

}  // namespace dbi::limit
