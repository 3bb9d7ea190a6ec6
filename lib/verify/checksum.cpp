// SPDX-License-Identifier: Apache-2.0
#include "verify/checksum.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace dbi::verify {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_alphanumeric(char c) {
  return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z');
}

// The digits of a text; more than fit are left out, and the count says so.
struct Digits {
  explicit Digits(std::string_view text) {
    for (const char c : text) {
      if (!is_digit(c)) continue;
      if (count < digits.size()) digits[count] = c;
      ++count;
    }
  }
  [[nodiscard]] int first(std::size_t length) const {
    int value = 0;
    for (std::size_t i = 0; i < length; ++i) value = value * 10 + (digits[i] - '0');
    return value;
  }
  std::array<char, 24> digits{};
  std::size_t count = 0;
};

bool within(int value, int low, int high) {
  return value >= low && value <= high;
}

// First digits and lengths of the issuers in use (ISO/IEC 7812-1; the networks' own publications).
bool is_of_an_issuer(const Digits& number) {
  const int two = number.first(2);
  const int four = number.first(4);
  switch (number.count) {
    case 14:  // Diners Club
      return two == 36 || two == 38 || two == 39 || within(four, 3000, 3059) || four == 3095;
    case 15:  // American Express
      return two == 34 || two == 37;
    case 16:
      return two / 10 == 4 || within(two, 51, 55) || within(four, 2221, 2720) ||  // Visa, Mastercard
             four == 6011 || within(four, 6440, 6599) || two == 62 ||
             within(four, 3528, 3589);  // Discover, UnionPay, JCB
    case 19:
      return two / 10 == 4 || two == 62 || four == 6011 || within(four, 6440, 6599);
    default:
      return false;
  }
}

// Of the registry of SWIFT, release 99.
constexpr std::array<std::pair<std::string_view, std::size_t>, 89> kIbanLengths{
    {{"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22}, {"BH", 22},
     {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DJ", 27},
     {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18}, {"FK", 18}, {"FO", 18}, {"FR", 27},
     {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HN", 28}, {"HR", 21}, {"HU", 28},
     {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28},
     {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22},
     {"MK", 19}, {"MN", 20}, {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23},
     {"PK", 24}, {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24},
     {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"SO", 23}, {"ST", 25}, {"SV", 28},
     {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20}, {"YE", 30}}};

std::size_t iban_characters(std::string_view country) {
  const auto* const found =
      std::ranges::lower_bound(kIbanLengths, country, {}, &std::pair<std::string_view, std::size_t>::first);
  return found != kIbanLengths.end() && found->first == country ? found->second : 0;
}

// Area and exchange begin with 2 to 9, and neither is a service's (N11).
bool is_north_american(const Digits& number, std::size_t area) {
  const auto is_code = [&number](std::size_t at) {
    return number.digits[at] >= '2' && (number.digits[at + 1] != '1' || number.digits[at + 2] != '1');
  };
  return is_code(area) && is_code(area + 3);
}

// The remainder once more characters follow; letters count as two digits, A as 10.
std::uint32_t mod97(std::uint32_t remainder, char c) {
  if (is_digit(c)) return (remainder * 10 + static_cast<std::uint32_t>(c - '0')) % 97;
  return (remainder * 100 + static_cast<std::uint32_t>(c - 'A') + 10) % 97;
}

}  // namespace

bool has_luhn_digit(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  bool any = false;
  for (std::size_t i = digits.size(); i-- > 0;) {
    if (!is_digit(digits[i])) continue;
    any = true;
    const int digit = (digits[i] - '0') * (twice ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
    twice = !twice;
  }
  return any && sum % 10 == 0;
}

bool is_card_number(std::string_view digits) {
  const Digits number(digits);
  return is_of_an_issuer(number) && has_luhn_digit(digits);
}

std::size_t iban_length(std::string_view text) {
  if (text.size() < 4 || !is_digit(text[2]) || !is_digit(text[3])) return 0;
  const std::size_t wanted = iban_characters(text.substr(0, 2));
  if (wanted == 0) return 0;
  const bool grouped = text.size() > 4 && text[4] == ' ';  // in fours
  std::uint32_t remainder = 0;
  std::size_t count = 0;
  std::size_t at = 0;
  for (; at < text.size() && count < wanted; ++at) {
    const char c = text[at];
    if (c == ' ' && grouped && count % 4 == 0 && text[at - 1] != ' ') continue;
    if (!is_digit(c) && !is_upper(c)) return 0;
    if (++count > 4) remainder = mod97(remainder, c);
  }
  if (count < wanted || (at < text.size() && (is_alphanumeric(text[at]) || text[at] == '_'))) return 0;
  for (const char c : text.substr(0, 4)) remainder = mod97(remainder, c);
  return remainder == 1 ? at : 0;
}

bool is_social_security_number(std::string_view text) {
  if (text.size() != 11 || text[3] != text[6] || (text[3] != '-' && text[3] != ' ')) return false;
  const Digits number(text);
  if (number.count != 9) return false;
  const int area = number.first(3);
  return area != 0 && area != 666 && area < 900 && text.substr(4, 2) != "00" && text.substr(7, 4) != "0000";
}

bool is_phone_number(std::string_view text) {
  const Digits number(text);
  if (number.count < 9 || number.count > 15) return false;
  const bool plain = std::ranges::all_of(text.substr(1), is_digit);
  if (text.front() == '+') return !plain || number.count >= 10;
  if (plain) return false;
  if (number.digits[0] == '0') return true;
  const std::size_t area = number.count == 11 && number.digits[0] == '1' ? 1 : 0;  // behind the country's own code
  return number.count == 10 + area && is_north_american(number, area);
}

}  // namespace dbi::verify
