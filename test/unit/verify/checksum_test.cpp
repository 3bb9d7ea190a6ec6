// Check digits and rules of issuers: known numbers, and properties over many.
// SPDX-License-Identifier: Apache-2.0
#include "verify/checksum.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace dbi::verify {
namespace {

std::string random_digits(std::mt19937& random, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += static_cast<char>('0' + random() % 10);
  return out;
}

TEST(Luhn, HoldsForOneOfTenLastDigitsAndNoSingleErrorPasses) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string number = random_digits(random, 8 + random() % 12);
    int valid = 0;
    std::string right;
    for (char last = '0'; last <= '9'; ++last) {
      const std::string candidate = number + last;
      if (!has_luhn_digit(candidate)) continue;
      ++valid;
      right = candidate;
    }
    ASSERT_EQ(valid, 1) << number;
    const std::size_t place = random() % right.size();
    std::string wrong = right;
    wrong[place] = static_cast<char>('0' + (right[place] - '0' + 1 + static_cast<int>(random() % 9)) % 10);
    EXPECT_FALSE(has_luhn_digit(wrong)) << right << " " << wrong;
    // Neighbours that change places are seen, but for 09 and 90.
    const std::size_t pair = random() % (right.size() - 1);
    std::string swapped = right;
    std::swap(swapped[pair], swapped[pair + 1]);
    const bool blind = swapped == right ||
                       (right[pair] + right[pair + 1] == '0' + '9' && std::min(right[pair], right[pair + 1]) == '0');
    EXPECT_EQ(has_luhn_digit(swapped), blind) << right << " " << swapped;
  }
  EXPECT_FALSE(has_luhn_digit(""));
  EXPECT_FALSE(has_luhn_digit("--"));
}

TEST(Card, IsOfAnIssuer) {
  for (const auto* number :
       {"4111111111111111", "4012 8888 8888 1881", "5555-5555-5555-4444", "2223003122003222", "378282246310005",
        "371449635398431", "6011111111111117", "3530111333300000", "38520000023237", "6200000000000005"}) {
    EXPECT_TRUE(is_card_number(number)) << number;
  }
  for (const auto* number : {"4111111111111112",  // check digit
                             "1234567812345670",  // no issuer, though the check digit is right
                             "1795593600000003",  // microseconds since 1970
                             "411111111111111", "41111111111111111", "0000000000000000", ""}) {
    EXPECT_FALSE(is_card_number(number)) << number;
  }
}

TEST(Iban, IsKnownByCountryLengthAndRemainder) {
  // Examples of the registry.
  for (const std::string number :
       {"AD1200012030200359100100", "AE070331234567890123456", "AT611904300234573201", "BE68539007547034",
        "CH9300762011623852957", "DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "ES9121000418450200051332",
        "FR1420041010050500013M02606", "GB29NWBK60161331926819", "GB29 NWBK 6016 1331 9268 19",
        "IT60X0542811101000000123456", "MT84MALT011000012345MTLCAST001S", "NL91ABNA0417164300", "NO9386011117947",
        "PL61109010140000071219812874", "SE4550000000058398257466", "LC55HEMM000100010012001200023015"}) {
    EXPECT_EQ(iban_length(number), number.size()) << number;
    EXPECT_EQ(iban_length(number + ", next"), number.size()) << number;
    EXPECT_EQ(iban_length(number + "1"), 0U) << number;
    EXPECT_EQ(iban_length(number.substr(0, number.size() - 1)), 0U) << number;
  }
  EXPECT_EQ(iban_length("XX89370400440532013000"), 0U);
  EXPECT_EQ(iban_length("DE89 3704 0044 0532 0130 00 AND"), 27U);
  EXPECT_EQ(iban_length("DE893704 0044 0532 0130 00"), 0U);
}

TEST(Iban, HoldsForOneOfNinetySevenAndNoSingleErrorPasses) {
  std::mt19937 random(2);
  int valid = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string number = "DE" + random_digits(random, 20);
    if (iban_length(number) == 0) continue;
    ++valid;
    for (std::size_t place = 2; place < number.size(); ++place) {
      std::string wrong = number;
      wrong[place] = static_cast<char>('0' + (number[place] - '0' + 1 + static_cast<int>(random() % 9)) % 10);
      ASSERT_EQ(iban_length(wrong), 0U) << number << " " << wrong;
    }
  }
  EXPECT_NEAR(valid, 20'000 / 97, 50);
}

TEST(SocialSecurityNumber, HasNoNumberThatIsNotGivenOut) {
  for (const auto* number : {"123-45-6789", "001-01-0001", "899-99-9999", "123 45 6789"}) {
    EXPECT_TRUE(is_social_security_number(number)) << number;
  }
  for (const auto* number : {"000-45-6789", "666-45-6789", "900-45-6789", "999-45-6789", "123-00-6789", "123-45-0000",
                             "123-45 6789", "123456789", "123-45-678", "12-345-6789", ""}) {
    EXPECT_FALSE(is_social_security_number(number)) << number;
  }
}

TEST(Phone, IsWrittenAsOne) {
  for (const auto* number : {"+1 415 555 2671", "+14155552671", "+49 (0)30 1234567", "(415) 555-2671", "415-555-2671",
                             "1-415-555-2671", "0171/2345678", "+44 20 7946 0958"}) {
    EXPECT_TRUE(is_phone_number(number)) << number;
  }
  for (const auto* number : {"4155552671", "1795593600", "+1234567", "+12345678", "911-555-2671", "415-911-2671",
                             "115-555-2671", "415-155-2671", "+1234567890123456"}) {
    EXPECT_FALSE(is_phone_number(number)) << number;
  }
}

}  // namespace
}  // namespace dbi::verify
