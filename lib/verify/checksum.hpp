// What tells a number that means a person from one that only looks like it: check digits and rules of the issuers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace dbi::verify {

/// The check digit of ISO/IEC 7812-1, annex B (Luhn). What is no digit is passed over; false without digits.
[[nodiscard]] bool has_luhn_digit(std::string_view digits);

/// A payment card's number: length and first digits of an issuer, and the check digit. What is no digit is passed over.
[[nodiscard]] bool is_card_number(std::string_view digits);

/// Characters of the IBAN that `text` begins with, its spaces included, or 0 where it begins with none. All in a
/// row or in groups of four; country and length by the registry of ISO 13616, remainder 1 by ISO 7064 (mod 97-10),
/// nothing behind it that would belong to it.
[[nodiscard]] std::size_t iban_length(std::string_view text);

/// A social security number of the United States, "AAA-GG-SSSS" with two like separators: no area 000, 666 or 900 to
/// 999, no group 00, no serial 0000 (SSA, POMS RM 10201.035).
[[nodiscard]] bool is_social_security_number(std::string_view text);

/// A telephone number that is written as one: 9 to 15 digits (ITU-T E.164); without separators at least 10; of ten
/// digits without a leading 0 or +, an area and an exchange of the North American plan (no N11).
[[nodiscard]] bool is_phone_number(std::string_view text);

}  // namespace dbi::verify
