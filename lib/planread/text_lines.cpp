// SPDX-License-Identifier: Apache-2.0
#include "planread/text_lines.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "planread/plan_key.hpp"

namespace dbi::planread {

namespace {

constexpr std::string_view kArrow = "->  ";

// A name of a subplan is whatever the user wrote, so only what follows tells.
bool is_label(std::string_view line, std::string_view following) {
  const bool named = line.starts_with("InitPlan ") || line.starts_with("SubPlan ") || line.starts_with("CTE ");
  return named && following.starts_with(kArrow);
}

bool ends_within_quotes(std::string_view expression) {
  char quote = 0;
  bool escapes = false;  // E'...': a backslash takes the byte behind it
  for (std::size_t at = 0; at < expression.size(); ++at) {
    const char c = expression[at];
    if (quote == 0) {
      if (c != '\'' && c != '"') continue;
      quote = c;
      escapes = c == '\'' && at > 0 && expression[at - 1] == 'E';
    } else if (escapes && c == '\\') {
      ++at;
    } else if (c == quote) {
      quote = 0;  // a doubled one begins again at once
    }
  }
  return quote != 0;
}

// Of these the value is no expression, so a quotation mark in it means nothing.
bool is_expression(std::string_view label) {
  const PlanKeyRow* key = find_plan_key(label);
  if (key == nullptr) return label == "Sampling" || label == "Settings";
  return key->key_class == KeyClass::Condition || key->key_class == KeyClass::Masked;
}

}  // namespace

bool TextLines::next(TextLine& line) {
  while (at_ < text_.size()) {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    const std::string_view whole = text_.substr(at_, end - at_);
    line = TextLine();
    line.indent = std::min(whole.find_first_not_of(' '), whole.size());
    line.text = trim(whole);
    line.begin = at_;
    at_ = end + 1;
    if (line.text.empty()) continue;
    if (line.text.starts_with(kArrow) || first_) {
      line.kind = LineKind::Node;
      if (line.text.starts_with(kArrow)) line.text.remove_prefix(kArrow.size());
    } else if (is_label(line.text, peek())) {
      line.kind = LineKind::Label;
    } else {
      read_property(line);
    }
    first_ = false;
    return true;
  }
  return false;
}

void TextLines::read_property(TextLine& line) {
  // The names of a trigger may hold a colon; its figures do not.
  const bool trigger = line.text.starts_with("Trigger ");
  const std::size_t colon = trigger ? line.text.rfind(':') : line.text.find(':');
  if (colon == std::string_view::npos) return;
  line.kind = LineKind::Property;
  line.label = line.text.substr(0, colon);
  line.value = trim(line.text.substr(colon + 1));
  if (!is_expression(line.label)) return;
  const char* const begin = line.value.data();
  while (ends_within_quotes(line.value) && at_ < text_.size()) {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    line.value = std::string_view(begin, static_cast<std::size_t>(text_.data() + end - begin));
    at_ = end + 1;
  }
}

// The next line that is not empty.
std::string_view TextLines::peek() const {
  for (std::size_t at = at_; at < text_.size();) {
    const std::size_t end = std::min(text_.find('\n', at), text_.size());
    const std::string_view line = trim(text_.substr(at, end - at));
    if (!line.empty()) return line;
    at = end + 1;
  }
  return {};
}

}  // namespace dbi::planread
