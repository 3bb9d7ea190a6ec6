// What a text might hold of personal data, told at the speed of memory: most texts hold nothing, and no expression has
// to read them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace dbi::verify {

/// Signs of personal data, as bits.
enum Sign : unsigned {
  kNoSign = 0,
  kAt = 1,       ///< '@', "%40" or "\u0040"
  kDigits = 2,   ///< nine digits in a row, single separators among them
  kToken = 4,    ///< a word of 16 characters and more that begins like a key or an IBAN, or one in groups
  kBearer = 8,   ///< "earer"
  kDashes = 16,  ///< "-----BEGIN"
  kEscape = 32,  ///< "\u"
};

/// The signs in a text, which may be one with JSON's escapes: signs that an escape hides are not seen, which kEscape
/// tells of; other escapes hide none. Never misses one otherwise; may see more than there are. Linear.
[[nodiscard]] unsigned signs_of(std::string_view text);

}  // namespace dbi::verify
