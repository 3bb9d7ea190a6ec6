// Names of machines and people as numbers that stay the same: a keyed hash.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dbi::verify {

/// SipHash-2-4 (Aumasson and Bernstein, 2012): without the key nothing can be said of the text but by trying all keys.
[[nodiscard]] std::uint64_t sip_hash(std::uint64_t key0, std::uint64_t key1, std::string_view text);

/// Hashes with one key. Immutable.
class IdentityHash {
 public:
  /// `key` is any text; an empty one is a key that everybody knows.
  explicit IdentityHash(std::string_view key) : key0_(sip_hash(0, 0, key)), key1_(sip_hash(0, 1, key)) {}

  /// Appends 16 hex digits as a JSON text.
  void append(std::string& json, std::string_view text) const;

 private:
  std::uint64_t key0_;
  std::uint64_t key1_;
};

}  // namespace dbi::verify
