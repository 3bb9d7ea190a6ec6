// Numbers and the literals true, false, null by the grammar of RFC 8259.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace dbi::record {

namespace detail {

/// What is_number asks where a number is not plain.
[[nodiscard]] bool follows_number_grammar(std::string_view text);

#if defined(__SSE2__)

/// A bit for each of 16 bytes that is no digit.
inline std::uint32_t other_bits(const char* bytes) {
  const __m128i value = _mm_sub_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)), _mm_set1_epi8('0'));
  const __m128i digits = _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value);
  return ~static_cast<std::uint32_t>(_mm_movemask_epi8(digits)) & 0xFFFFU;
}

/// True for digits with at most one point among them, which nearly all numbers are; false says nothing.
inline bool is_plain_number(std::string_view text) {
  constexpr std::size_t kLanes = 32;
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

inline bool is_plain_number(std::string_view) {
  return false;
}

#endif

}  // namespace detail

/// True for a number of any size. At least 32 bytes behind `text` must be readable; what they hold does not matter.
[[nodiscard]] inline bool is_number(std::string_view text) {
  return !text.empty() && (detail::is_plain_number(text) || detail::follows_number_grammar(text));
}

/// True for "true", "false" and "null".
[[nodiscard]] bool is_literal(std::string_view text);

}  // namespace dbi::record
