// SPDX-License-Identifier: Apache-2.0
#include "planread/text_figures.hpp"

#include <algorithm>
#include <charconv>

namespace dbi::planread {

bool take_number(std::string_view& text, std::string_view word, double& number) {
  if (!text.starts_with(word)) return false;
  const char* const begin = text.data() + word.size();
  // "0." would be a number, too.
  const std::size_t range = std::min(text.find("..", word.size()), text.size());
  const auto [end, error] = std::from_chars(begin, text.data() + range, number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

void read_number(std::string_view& text, std::string_view word, PlanKey key, Plan& plan) {
  double number = 0;
  if (take_number(text, word, number)) plan.add_number(key, number);
}

}  // namespace dbi::planread
