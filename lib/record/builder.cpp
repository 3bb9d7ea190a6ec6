// SPDX-License-Identifier: Apache-2.0
#include "record/builder.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "base/time_text.hpp"
#include "record/utf8.hpp"

namespace dbi::record {

namespace {

constexpr std::array<bool, 256> make_plain() {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}
constexpr auto kPlain = make_plain();

bool needs_no_escape(char c) {
  return kPlain[static_cast<unsigned char>(c)];
}

// RFC 8259 section 7: the quote, the backslash and the control characters.
void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
    case '\\':
      out.append({'\\', c});
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

// Appends the first character of `text` and says how many bytes it took.
std::size_t append_character(std::string& out, std::string_view text) {
  if (static_cast<unsigned char>(text[0]) < 0x80) {
    append_escaped(out, text[0]);
    return 1;
  }
  const std::size_t length = utf8_length(text);
  if (length == 0) {
    append_utf8(out, kReplacement);
    return 1;
  }
  out.append(text.substr(0, length));
  return length;
}

template <typename Number>
void append_digits(std::string& out, Number number) {
  std::array<char, 32> digits;  // the longest double has 24
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), written.ptr);
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && needs_no_escape(text[plain])) ++plain;
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (!text.empty()) text.remove_prefix(append_character(out, text));
  }
  out.push_back('"');
}

void append_json_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out.append("null");
    return;
  }
  append_digits(out, number);
}

void Builder::name(std::string_view name) {
  out_->append(",\"").append(name).append("\":");
}

Builder& Builder::begin(std::string_view kind) {
  out_->append("{\"v\":1");
  return text("kind", kind);
}

Builder& Builder::text(std::string_view name, std::string_view value) {
  this->name(name);
  append_json_text(*out_, value);
  return *this;
}

Builder& Builder::time(std::string_view name, Timestamp value) {
  return text(name, format_timestamp(value));
}

Builder& Builder::integer(std::string_view name, std::int64_t value) {
  this->name(name);
  append_digits(*out_, value);
  return *this;
}

Builder& Builder::unsigned_integer(std::string_view name, std::uint64_t value) {
  this->name(name);
  append_digits(*out_, value);
  return *this;
}

Builder& Builder::number(std::string_view name, double value) {
  if (!std::isfinite(value)) return *this;
  this->name(name);
  append_digits(*out_, value);
  return *this;
}

Builder& Builder::boolean(std::string_view name, bool value) {
  return raw(name, value ? "true" : "false");
}

Builder& Builder::texts(std::string_view name, std::span<const std::string> values) {
  this->name(name);
  char separator = '[';
  for (const std::string& value : values) {
    out_->push_back(separator);
    append_json_text(*out_, value);
    separator = ',';
  }
  out_->append(values.empty() ? "[]" : "]");
  return *this;
}

Builder& Builder::raw(std::string_view name, std::string_view json) {
  this->name(name);
  out_->append(json);
  return *this;
}

void Builder::end() {
  out_->append("}\n");
}

}  // namespace dbi::record
