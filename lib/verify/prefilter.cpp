// Classes of bytes as masks of 64 bits, and runs found in the masks by shifts: a run of n bytes leaves a bit in
// m & m >> 1 & ... & m >> (n - 1). Blocks overlap by 16 bytes, so that a run of up to 16 lies whole in one of them.
// SPDX-License-Identifier: Apache-2.0
#include "verify/prefilter.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace dbi::verify {

namespace {

constexpr std::size_t kBlock = 64;
constexpr std::size_t kStep = 48;
constexpr std::size_t kLongWord = 16;
constexpr std::size_t kShortestKey = 10;  // of Slack's, beside digits that have a sign of their own
constexpr int kPersonalDigits = 9;        // of a social security number; all else has more

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_gap(char c) {
  return c == ' ' || c == '(' || c == ')' || c == '-' || c == '.' || c == '/';
}
bool is_word(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '_' || c == '-';
}

bool begins_like_an_iban(std::string_view word) {
  return is_upper(word[0]) && is_upper(word[1]) && is_digit(word[2]) && is_digit(word[3]);
}

// A bit for each byte of a block that is of the class.
struct Masks {
  std::uint64_t digit = 0;
  std::uint64_t gap = 0;
  std::uint64_t word = 0;
  std::uint64_t dash = 0;
  std::uint64_t at = 0;
  std::uint64_t percent = 0;
  std::uint64_t backslash = 0;
  std::uint64_t earer = 0;  // where that begins
  std::uint64_t iban = 0;   // where "AB12 " begins
};

#if defined(__SSE2__)

std::uint64_t bits(__m128i equal, unsigned shift) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(equal))) << shift;
}
__m128i is(__m128i bytes, char c) {
  return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c));
}
// Whether a byte is one of the `count` ones from `first` on.
__m128i among(__m128i bytes, char first, char count) {
  const __m128i from = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
  return _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8(static_cast<char>(count - 1))), from);
}

Masks masks_of(const char* block) {
  Masks out;
  std::uint64_t e = 0;
  std::uint64_t a = 0;
  std::uint64_t r = 0;
  std::uint64_t upper = 0;
  std::uint64_t space = 0;
  for (unsigned part = 0; part < kBlock; part += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + part));
    const __m128i digit = among(bytes, '0', 10);
    const __m128i dash = is(bytes, '-');
    const __m128i letter = among(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 26);
    const __m128i blank = is(bytes, ' ');
    const __m128i gap = _mm_or_si128(_mm_or_si128(blank, among(bytes, '(', 2)), among(bytes, '-', 3));
    out.digit |= bits(digit, part);
    out.gap |= bits(gap, part);
    out.dash |= bits(dash, part);
    out.word |= bits(_mm_or_si128(_mm_or_si128(digit, letter), _mm_or_si128(dash, is(bytes, '_'))), part);
    out.at |= bits(is(bytes, '@'), part);
    out.percent |= bits(is(bytes, '%'), part);
    out.backslash |= bits(is(bytes, '\\'), part);
    e |= bits(is(bytes, 'e'), part);
    a |= bits(is(bytes, 'a'), part);
    r |= bits(is(bytes, 'r'), part);
    upper |= bits(among(bytes, 'A', 26), part);
    space |= bits(blank, part);
  }
  out.iban = upper & upper >> 1U & out.digit >> 2U & out.digit >> 3U & space >> 4U;
  out.earer = e & a >> 1U & r >> 2U & e >> 3U & r >> 4U;
  return out;
}

#else

Masks masks_of(const char* block) {
  Masks out;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const char c = block[i];
    const std::uint64_t bit = std::uint64_t{1} << i;
    if (is_digit(c)) out.digit |= bit;
    if (is_gap(c)) out.gap |= bit;
    if (is_word(c)) out.word |= bit;
    if (c == '-') out.dash |= bit;
    if (c == '@') out.at |= bit;
    if (c == '%') out.percent |= bit;
    if (c == '\\') out.backslash |= bit;
    if (i + 5 <= kBlock && std::memcmp(block + i, "earer", 5) == 0) out.earer |= bit;
    if (i + 5 <= kBlock && begins_like_an_iban(std::string_view(block + i, 4)) && block[i + 4] == ' ') out.iban |= bit;
  }
  return out;
}

#endif

// Whether a word begins like a key that some service gives out, or like an IBAN.
bool begins_like_a_key(std::string_view word) {
  switch (word[0]) {
    case 'e':
      if (word.starts_with("eyJ")) return true;
      break;
    case 'g':
      if (word.starts_with("glpat-") || word.starts_with("github_pat_")) return true;
      if (word[1] == 'h' && word[3] == '_') return true;
      break;
    case 'n':
      if (word.starts_with("npm_")) return true;
      break;
    case 'p':
    case 'r':
    case 's':
      if (word[1] == 'k' && (word[2] == '_' || word[2] == '-')) return true;
      break;
    case 'x':
      if (word.starts_with("xox")) return true;
      break;
    case 'A':
      if (word.starts_with("AKIA") || word.starts_with("ASIA") || word.starts_with("ABIA")) return true;
      if (word.starts_with("ACCA") || word.starts_with("AIza")) return true;
      break;
    default:
      break;
  }
  return begins_like_an_iban(word);
}

class Search {
 public:
  explicit Search(std::string_view text) : text_(text) {}

  unsigned run() {
    for (std::size_t base = 0; base < text_.size(); base += kStep) {
      const std::size_t size = text_.size() - base;
      if (size >= kBlock) {
        look_at(base, masks_of(text_.data() + base));
      } else {
        std::array<char, kBlock> rest{};
        std::memcpy(rest.data(), text_.data() + base, size);
        look_at(base, masks_of(rest.data()));
        break;
      }
    }
    return signs_;
  }

 private:
  void look_at(std::size_t base, const Masks& masks) {
    if (masks.at != 0) signs_ |= kAt;
    if (masks.earer != 0) signs_ |= kBearer;
    if (masks.iban != 0) signs_ |= kToken;
    look_for_words(base, masks.word);
    look_for_digits(base, masks.digit | masks.gap);
    if ((masks.percent | masks.backslash) != 0) look_for_escapes(base, masks);
    const std::uint64_t two = masks.dash & masks.dash >> 1U;
    if ((two & two >> 2U & masks.dash >> 4U) != 0 && text_.find("-----BEGIN") != std::string_view::npos) {
      signs_ |= kDashes;
    }
  }

  void look_for_escapes(std::size_t base, const Masks& masks) {
    for (std::uint64_t bits = masks.percent; bits != 0; bits &= bits - 1) {
      if (text_.substr(base + static_cast<std::size_t>(std::countr_zero(bits)) + 1).starts_with("40")) signs_ |= kAt;
    }
    for (std::uint64_t bits = masks.backslash; bits != 0; bits &= bits - 1) {
      const auto escape = text_.substr(base + static_cast<std::size_t>(std::countr_zero(bits)) + 1);
      if (escape.starts_with('u')) signs_ |= kEscape;
      if (escape.starts_with("u0040")) signs_ |= kAt;
    }
  }

  void look_for_words(std::size_t base, std::uint64_t word) {
    std::uint64_t runs = word & word >> 1U;
    runs &= runs >> 2U;
    runs &= runs >> 4U;
    runs &= runs >> 8U;
    while (runs != 0 && (signs_ & kToken) == 0) {
      const std::size_t at = base + static_cast<std::size_t>(std::countr_zero(runs));
      if (at >= words_until_) look_at_word(at);
      runs = beyond(runs, base, words_until_);
    }
  }

  void look_at_word(std::size_t at) {
    std::size_t begin = at;
    while (begin > words_until_ && is_word(text_[begin - 1])) --begin;
    words_until_ = at + kLongWord;
    while (words_until_ < text_.size() && is_word(text_[words_until_])) ++words_until_;
    const std::string_view word = text_.substr(begin, words_until_ - begin);
    // Behind a backslash the first letter is the escape's; a dash may join a key to what stands before it.
    std::size_t next = begin > 0 && text_[begin - 1] == '\\' ? 1 : 0;
    if (next == 1 && begins_like_a_key(word)) signs_ |= kToken;
    while (next != std::string_view::npos && word.size() - next >= kShortestKey) {
      if (begins_like_a_key(word.substr(next))) signs_ |= kToken;
      next = word.find('-', next);
      if (next != std::string_view::npos) ++next;
    }
  }

  void look_for_digits(std::size_t base, std::uint64_t mask) {
    std::uint64_t runs = mask & mask >> 1U;
    runs &= runs >> 2U;
    runs &= runs >> 4U;
    runs &= mask >> 8U;
    while (runs != 0 && (signs_ & kDigits) == 0) {
      const std::size_t at = base + static_cast<std::size_t>(std::countr_zero(runs));
      if (at >= digits_until_) look_at_digits(at);
      runs = beyond(runs, base, digits_until_);
    }
  }

  // Counts digits with at most one separator between two of them, or two where one is a parenthesis.
  void look_at_digits(std::size_t at) {
    while (at > digits_until_ && (is_digit(text_[at - 1]) || is_gap(text_[at - 1]))) --at;
    int digits = 0;
    int gaps = 0;
    bool parenthesis = false;
    for (; at < text_.size(); ++at) {
      const char c = text_[at];
      if (is_digit(c)) {
        if (gaps > (parenthesis ? 2 : 1)) digits = 0;
        gaps = 0;
        parenthesis = false;
        if (++digits >= kPersonalDigits) {
          signs_ |= kDigits;
          return;
        }
      } else if (is_gap(c)) {
        ++gaps;
        parenthesis = parenthesis || c == '(' || c == ')';
      } else {
        break;
      }
    }
    digits_until_ = at;
  }

  // The bits of what lies at or behind a place.
  static std::uint64_t beyond(std::uint64_t bits, std::size_t base, std::size_t until) {
    if (until <= base) return bits & (bits - 1);
    const std::size_t shift = until - base;
    return shift >= kBlock ? 0 : bits & ~std::uint64_t{0} << shift;
  }

  std::string_view text_;
  unsigned signs_ = kNoSign;
  std::size_t words_until_ = 0;   // end of the word looked at last
  std::size_t digits_until_ = 0;  // likewise
};

}  // namespace

unsigned signs_of(std::string_view text) {
  return Search(text).run();
}

}  // namespace dbi::verify
