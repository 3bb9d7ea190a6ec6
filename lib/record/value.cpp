// Reads values and finds members.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <limits>

#include "record/escape.hpp"
#include "record/record.hpp"

namespace dbi::record {

namespace {

// The exponent behind 'e' or 'E', kept within a range that no line's digits can make up for.
std::int64_t read_exponent(std::string_view raw, std::size_t e) {
  constexpr std::int64_t kLimit = 1'000'000'000'000;
  if (e == std::string_view::npos) return 0;
  std::string_view digits = raw.substr(e + 1);
  const bool negative = digits.front() == '-';
  if (negative || digits.front() == '+') digits.remove_prefix(1);
  std::int64_t value = kLimit;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (read.ec != std::errc{} || value > kLimit) value = kLimit;
  return negative ? -value : value;
}

// What stands for a number outside the range of doubles: infinity, or 0 where it is nearer to that than any other
// double. Such a number is not 0, so it has a first digit; where that stands tells which.
double out_of_range(std::string_view raw) {
  const bool negative = raw.front() == '-';
  const std::size_t e = raw.find_first_of("eE");
  const std::string_view mantissa =
      raw.substr(negative ? 1 : 0, e == std::string_view::npos ? e : e - (negative ? 1 : 0));
  const auto first_digit = static_cast<std::int64_t>(mantissa.find_first_of("123456789"));
  const auto point = static_cast<std::int64_t>(std::min(mantissa.find('.'), mantissa.size()));
  const double size = point - first_digit + read_exponent(raw, e) > 0 ? std::numeric_limits<double>::infinity() : 0.0;
  return negative ? -size : size;
}

}  // namespace

ValueKind Value::kind() const {
  switch (raw_.empty() ? 'n' : raw_.front()) {
    case '{':
      return ValueKind::Object;
    case '[':
      return ValueKind::Array;
    case '"':
      return ValueKind::Text;
    case 't':
      return ValueKind::True;
    case 'f':
      return ValueKind::False;
    case 'n':
      return ValueKind::Null;
    default:
      return ValueKind::Number;
  }
}

std::optional<std::string_view> Value::text(std::string& scratch) const {
  if (kind() != ValueKind::Text) return std::nullopt;
  const std::string_view inside = raw_.substr(1, raw_.size() - 2);
  if (inside.find('\\') == std::string_view::npos) return inside;
  scratch.clear();
  unescape(inside, LoneSurrogate::Replace, scratch);
  return scratch;
}

std::optional<double> Value::number() const {
  if (kind() != ValueKind::Number) return std::nullopt;
  double value = 0;
  const auto read = std::from_chars(raw_.data(), raw_.data() + raw_.size(), value);
  return read.ec == std::errc::result_out_of_range ? out_of_range(raw_) : value;
}

std::optional<std::int64_t> Value::integer() const {
  if (kind() != ValueKind::Number) return std::nullopt;
  std::int64_t value = 0;
  const char* end = raw_.data() + raw_.size();
  const auto read = std::from_chars(raw_.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return value;
}

std::optional<bool> Value::boolean() const {
  if (kind() == ValueKind::True) return true;
  if (kind() == ValueKind::False) return false;
  return std::nullopt;
}

const Member* Record::find(std::string_view name) const {
  for (const Member& member : members_) {
    if (member.raw_name == name) {
      if (!escaped_names_ || name.find('\\') == std::string_view::npos) return &member;
    } else if (escaped_names_ && equals_unescaped(member.raw_name, name)) {
      return &member;
    }
  }
  return nullptr;
}

}  // namespace dbi::record
