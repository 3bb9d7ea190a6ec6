// SPDX-License-Identifier: Apache-2.0
#include "verify/canary.hpp"

#include <algorithm>

#include "record/escape.hpp"

namespace dbi::verify {

bool Canaries::in(std::string_view json) {
  const auto is_in = [this](std::string_view text) {
    return std::ranges::any_of(
        strings_, [text](const std::string& canary) { return text.find(canary) != std::string_view::npos; });
  };
  if (strings_.empty()) return false;
  if (is_in(json)) return true;
  if (json.find('\\') == std::string_view::npos) return false;
  // Outside of texts there are no backslashes.
  unescaped_.clear();
  record::unescape(json, record::LoneSurrogate::Replace, unescaped_);
  return is_in(unescaped_);
}

}  // namespace dbi::verify
