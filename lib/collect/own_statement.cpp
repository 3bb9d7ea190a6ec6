// SPDX-License-Identifier: Apache-2.0
#include "collect/own_statement.hpp"

#include "base/text.hpp"

namespace dbi::collect {

bool is_own_statement(std::string_view text) {
  text = trim(text);
  std::size_t keyword = 0;
  while (keyword < text.size() && ((text[keyword] | 0x20) >= 'a' && (text[keyword] | 0x20) <= 'z')) ++keyword;
  if (keyword == 0) return false;
  const auto rest = trim(text.substr(keyword));
  if (!rest.starts_with(kOwnComment)) return false;
  const auto behind = rest.substr(kOwnComment.size());
  return behind.starts_with(' ') || behind.starts_with('*') || behind.starts_with(':');
}

}  // namespace dbi::collect
