// SPDX-License-Identifier: Apache-2.0
#include "planread/document.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace dbi::planread {

void Document::clear(std::size_t source_bytes) {
  items_.clear();
  text_.clear();
  text_.reserve(source_bytes);
}

std::uint32_t Document::find(std::uint32_t container, std::string_view name) const {
  const std::uint32_t end = items_[container].end;
  for (std::uint32_t place = first(container); place < end; place = items_[place].end) {
    if (items_[place].name == name) return place;
  }
  return end;
}

std::uint32_t Document::open(std::string_view name, ItemKind kind) {
  items_.push_back({.name = name, .text = {}, .end = 0, .kind = kind});
  return static_cast<std::uint32_t>(items_.size() - 1);
}

void Document::add(std::string_view name, ItemKind kind, std::string_view text) {
  const auto end = static_cast<std::uint32_t>(items_.size() + 1);
  items_.push_back({.name = name, .text = text, .end = end, .kind = kind});
}

void Document::make_text(std::uint32_t container, std::string_view text) {
  items_[container].kind = ItemKind::Text;
  items_[container].text = text;
  close(container);
}

double number_of(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range)
    return text.starts_with('-') ? std::numeric_limits<double>::lowest() : std::numeric_limits<double>::max();
  return number;
}

std::string line_of(std::string_view text, std::size_t place) {
  const auto lines =
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(place, text.size())), '\n');
  return "line " + std::to_string(lines + 1);
}

}  // namespace dbi::planread
