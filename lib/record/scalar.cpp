// SPDX-License-Identifier: Apache-2.0
#include "record/scalar.hpp"

#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace dbi::record {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes the digits that `text` begins with and says how many.
std::size_t take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  text.remove_prefix(count);
  return count;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// number = [ minus ] int [ frac ] [ exp ], RFC 8259 section 6.
bool follows_grammar(std::string_view text) {
  take(text, "-");
  const bool zero = text.starts_with('0');
  const std::size_t whole = take_digits(text);
  if (whole == 0 || (zero && whole > 1)) return false;
  if (take(text, ".") && take_digits(text) == 0) return false;
  if (take(text, "eE")) {
    take(text, "+-");
    if (take_digits(text) == 0) return false;
  }
  return text.empty();
}

#if defined(__SSE2__)

constexpr std::size_t kLanes = 32;

std::uint32_t other_bits(const char* bytes) {
  const __m128i value = _mm_sub_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)), _mm_set1_epi8('0'));
  const __m128i digits = _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value);
  return ~static_cast<std::uint32_t>(_mm_movemask_epi8(digits)) & 0xFFFFU;
}

// True for digits with at most one point among them, which nearly all numbers are; false says nothing.
bool is_plain(std::string_view text) {
  if (text.size() >= kLanes) return false;
  std::uint32_t others = other_bits(text.data());
  if (text.size() > 16) others |= other_bits(text.data() + 16) << 16U;
  others &= (std::uint32_t{1} << text.size()) - 1;
  const bool leading_zero = text[0] == '0';
  if (others == 0) return !leading_zero || text.size() == 1;
  const auto point = static_cast<std::size_t>(__builtin_ctz(others));
  const bool one = (others & (others - 1)) == 0 && text[point] == '.';
  return one && point != 0 && point + 1 != text.size() && (!leading_zero || point == 1);
}

#else

bool is_plain(std::string_view) {
  return false;
}

#endif

}  // namespace

bool is_number(std::string_view text) {
  return !text.empty() && (is_plain(text) || follows_grammar(text));
}

bool is_literal(std::string_view text) {
  return text == "true" || text == "false" || text == "null";
}

}  // namespace dbi::record
