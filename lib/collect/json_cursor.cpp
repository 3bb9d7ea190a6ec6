// SPDX-License-Identifier: Apache-2.0
#include "collect/json_cursor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/time_text.hpp"
#include "record/record.hpp"

namespace dbi::collect {

namespace {

// The files have four levels; more are damage.
constexpr int kMaxDepth = 16;

constexpr std::string_view kWhiteSpace = " \t\n\r";

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

void JsonCursor::refuse(std::string_view why) {
  if (!ok()) return;
  problem_ = fmt::format("{} at byte {}", why, at_);
  at_ = text_.size();
}

Status JsonCursor::status() {
  if (ok() && peek() != '\0') refuse("something behind the end");
  if (!ok()) return fail(ErrorKind::Malformed, problem_);
  return {};
}

// The next byte that is no white space; NUL at the end, which no JSON text holds outside its strings.
char JsonCursor::peek() {
  while (at_ < text_.size() && kWhiteSpace.find(text_[at_]) != std::string_view::npos) ++at_;
  return at_ < text_.size() ? text_[at_] : '\0';
}

void JsonCursor::expect(char wanted) {
  if (peek() != wanted) return refuse(fmt::format("no '{}'", wanted));
  ++at_;
}

bool JsonCursor::open(char opening, char closing) {
  expect(opening);
  if (!ok()) return false;
  if (peek() != closing) return true;
  ++at_;
  return false;
}

bool JsonCursor::next(char closing) {
  if (peek() == ',') {
    ++at_;
    return true;
  }
  expect(closing);
  return false;
}

std::string_view JsonCursor::quoted() {
  if (peek() != '"') {
    refuse("no text");
    return {};
  }
  const auto begin = at_++;
  while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2U : 1U;
  if (at_ >= text_.size()) {
    refuse("an unfinished text");
    return {};
  }
  ++at_;
  return text_.substr(begin, at_ - begin);
}

std::string JsonCursor::text() {
  const auto raw = quoted();
  if (!ok()) return {};
  std::string scratch;
  return std::string(record::Value(raw).text(scratch).value_or(""));
}

std::string_view JsonCursor::word() {
  peek();
  const auto end = std::min(text_.find_first_of(",]} \t\n\r", at_), text_.size());
  const auto begin = at_;
  at_ = end;
  return text_.substr(begin, end - begin);
}

std::int64_t JsonCursor::integer() {
  std::int64_t value = 0;
  if (!read_number(word(), value)) refuse("no whole number");
  return ok() ? value : 0;
}

double JsonCursor::number() {
  double value = 0;
  if (!read_number(word(), value)) refuse("no number");
  return ok() ? value : 0;
}

bool JsonCursor::boolean() {
  const auto value = word();
  if (value != "true" && value != "false") refuse("neither true nor false");
  return ok() && value == "true";
}

Timestamp JsonCursor::time() {
  const auto value = parse_timestamp(text());
  if (!value) refuse("no timestamp");
  return value.value_or(Timestamp{});
}

bool JsonCursor::null() {
  peek();
  if (text_.substr(at_, 4) != "null") return false;
  at_ += 4;
  return true;
}

void JsonCursor::skip_value(int depth) {
  if (depth > kMaxDepth) return refuse("too deep a nesting");
  switch (peek()) {
    case '{':
      return object([&](std::string_view) { skip_value(depth + 1); });
    case '[':
      return array([&] { skip_value(depth + 1); });
    case '"':
      quoted();
      return;
    default:
      if (word().empty()) refuse("no value");
  }
}

std::string_view JsonCursor::skip() {
  peek();
  const auto begin = at_;
  skip_value(0);
  return ok() ? text_.substr(begin, at_ - begin) : std::string_view{};
}

}  // namespace dbi::collect
