// SPDX-License-Identifier: Apache-2.0
#include "verify/pattern.hpp"

#include <algorithm>
#include <array>

#include "verify/checksum.hpp"

namespace dbi::verify {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

char before(std::string_view text, std::size_t begin, std::size_t back = 1) {
  return begin < back ? '\0' : text[begin - back];
}
char at(std::string_view text, std::size_t place) {
  return place < text.size() ? text[place] : '\0';
}

// A number that stands by itself: not part of a longer one, a name, a version or a fraction, and not negative.
bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  const char left = before(text, begin);
  if (is_word(left) || ((left == '.' || left == '/') && is_digit(before(text, begin, 2)))) return false;
  // "x-4111..." may be a card behind a word, "(-4111...)" is a negative number, "12-4111" part of a longer one.
  if (left == '-' && !(before(text, begin, 2) >= 'A' && before(text, begin, 2) != '\0')) return false;
  const char right = at(text, end);
  const bool goes_on = right == '.' || right == '-' || right == '/';
  return !is_word(right) && !(goes_on && is_word(at(text, end + 1)));
}

std::size_t accept_card(std::string_view text, std::size_t begin, std::size_t end) {
  return stands_alone(text, begin, end) && is_card_number(text.substr(begin, end - begin)) ? end : 0;
}

std::size_t accept_ssn(std::string_view text, std::size_t begin, std::size_t end) {
  return stands_alone(text, begin, end) && is_social_security_number(text.substr(begin, end - begin)) ? end : 0;
}

// Two separators in a row of which none is a parenthesis.
bool has_wide_gap(std::string_view text) {
  constexpr std::string_view kSeparators = " .-/";
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (kSeparators.find(text[i - 1]) != std::string_view::npos &&
        kSeparators.find(text[i]) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

std::size_t accept_phone(std::string_view text, std::size_t begin, std::size_t end) {
  while (end > begin && !is_digit(text[end - 1])) --end;
  const char left = before(text, begin);
  // "x +4915..." is a number, "x+4915..." a sum.
  if (text[begin] == '+' && (left == ')' || left == '+')) return 0;
  if (has_wide_gap(text.substr(begin, end - begin))) return 0;
  return stands_alone(text, begin, end) && is_phone_number(text.substr(begin, end - begin)) ? end : 0;
}

std::size_t accept_iban(std::string_view text, std::size_t begin, std::size_t /*end*/) {
  const std::size_t length = iban_length(text.substr(begin));
  return length == 0 ? 0 : begin + length;
}

// A token has digits; words of a sentence have none.
std::size_t accept_token(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view found = text.substr(begin, end - begin);
  return std::ranges::any_of(found, is_digit) ? end : 0;
}

// "sk-" may begin a word of a sentence.
std::size_t accept_secret_key(std::string_view text, std::size_t begin, std::size_t end) {
  return text[begin + 2] == '_' ? end : accept_token(text, begin, end);
}

// "***" hides one already, and "${NAME}" is none.
std::size_t accept_password(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view found = text.substr(begin, end - begin);
  if (found.starts_with("${") || found.find_first_not_of('*') == std::string_view::npos) return 0;
  return end;
}

// Where an '@' may be written as in a URL, or as JavaScript does.
constexpr std::string_view kEmail =
    R"([A-Za-z0-9\x{80}-\x{10FFFF}][A-Za-z0-9\x{80}-\x{10FFFF}._%+-]*(?:@|%40|\\u0040))"
    R"((?:[A-Za-z0-9\x{80}-\x{10FFFF}][A-Za-z0-9\x{80}-\x{10FFFF}-]*\.)+[A-Za-z\x{80}-\x{10FFFF}]{2,})";

constexpr std::string_view kCard =
    R"(\b(?:[1-6]\d{13,15}|[1-6]\d{3}[ -]\d{4}[ -]\d{4}[ -]\d{4}(?:[ -]\d{3})?|[1-6]\d{3}[ -]\d{6}[ -]\d{4,5})\b)";

// International; of the North American plan; national with a leading 0, in two parts, in pairs, in three.
constexpr std::string_view kPhone =
    R"(\+[1-9]\d{0,3}[ .()/-]{0,2}\d{1,14}(?:[ .()/-]{1,2}\d{1,10}){0,5})"
    R"(|\b00[1-9]\d{0,2}[ -]\d{1,5}(?:[ -]\d{2,8}){1,4}\b)"
    R"(|(?:\b1[ .-])?(?:\([2-9]\d{2}\) ?|\b[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}\b)"
    R"(|\b0[1-9]\d{1,3}[ /-]\d{6,8}\b|\b0[1-9](?:[ .]\d{2}){4}\b|\b0\d{2,4} \d{3,4} \d{3,4}\b)";

constexpr std::array kPatterns{
    Pattern{"url_password", "passwords in URLs", kAt,
            R"([A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@"']{0,64}:([^\s/@"']{1,128})@)", accept_password},
    Pattern{"email", "addresses of e-mail", kAt, kEmail, nullptr},
    Pattern{"card", "payment cards, by issuer and Luhn digit", kDigits, kCard, accept_card},
    Pattern{"iban", "bank accounts (IBAN), by country and remainder", kDigits | kToken, R"(\b[A-Z]{2}\d{2})",
            accept_iban},
    Pattern{"ssn", "social security numbers of the United States", kDigits, R"(\b\d{3}[ -]\d{2}[ -]\d{4}\b)",
            accept_ssn},
    Pattern{"phone", "telephone numbers", kDigits, kPhone, accept_phone},
    Pattern{"jwt", "JSON web tokens", kToken, R"(\beyJ[A-Za-z0-9_-]{13,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?)",
            nullptr},
    Pattern{"aws_key", "access keys of AWS", kToken, R"(\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b)", nullptr},
    Pattern{"github_token", "tokens of GitHub", kToken,
            R"(\bgh[pousr]_[A-Za-z0-9]{20,}\b|\bgithub_pat_[A-Za-z0-9_]{22,}\b)", nullptr},
    Pattern{"gitlab_token", "tokens of GitLab", kToken, R"(\bglpat-[A-Za-z0-9_-]{20,})", nullptr},
    Pattern{"slack_token", "tokens of Slack", kToken | kDigits, R"(\bxox[abeoprs]-[A-Za-z0-9-]{11,})", accept_token},
    Pattern{"secret_key", "secret keys that begin with sk, rk or pk (Stripe, OpenAI)", kToken,
            R"(\b(?:[srp]k_(?:live|test)_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_-]{20,}))", accept_secret_key},
    Pattern{"google_key", "keys of Google's interfaces", kToken, R"(\bAIza[A-Za-z0-9_-]{35})", nullptr},
    Pattern{"npm_token", "tokens of npm", kToken, R"(\bnpm_[A-Za-z0-9]{36}\b)", nullptr},
    Pattern{"bearer_token", "what stands behind Bearer", kBearer, R"(\b[Bb]earer[ :]{1,3}([A-Za-z0-9._~+/=-]{16,}))",
            accept_token},
    Pattern{
        "private_key", "private keys in PEM", kDashes,
        R"((?s)-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----|\z))",
        nullptr},
};

}  // namespace

std::span<const Pattern> patterns() {
  return kPatterns;
}

}  // namespace dbi::verify
