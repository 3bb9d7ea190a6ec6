// SPDX-License-Identifier: Apache-2.0
#include "verify/identity.hpp"

#include <array>
#include <bit>

namespace dbi::verify {

namespace {

struct SipState {
  std::uint64_t a, b, c, d;

  void rounds(int count) {
    for (; count > 0; --count) {
      a += b;
      b = std::rotl(b, 13) ^ a;
      a = std::rotl(a, 32);
      c += d;
      d = std::rotl(d, 16) ^ c;
      a += d;
      d = std::rotl(d, 21) ^ a;
      c += b;
      b = std::rotl(b, 17) ^ c;
      c = std::rotl(c, 32);
    }
  }
  void take(std::uint64_t word) {
    d ^= word;
    rounds(2);
    a ^= word;
  }
};

// Up to 8 bytes, the first one lowest.
std::uint64_t word_of(std::string_view bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return word;
}

}  // namespace

std::uint64_t sip_hash(std::uint64_t key0, std::uint64_t key1, std::string_view text) {
  SipState state{key0 ^ 0x736f6d6570736575U, key1 ^ 0x646f72616e646f6dU, key0 ^ 0x6c7967656e657261U,
                 key1 ^ 0x7465646279746573U};
  const std::uint64_t length = std::uint64_t{text.size()} << 56U;
  for (; text.size() >= 8; text.remove_prefix(8)) state.take(word_of(text.substr(0, 8)));
  state.take(length | word_of(text));
  state.c ^= 0xFFU;
  state.rounds(4);
  return state.a ^ state.b ^ state.c ^ state.d;
}

void IdentityHash::append(std::string& json, std::string_view text) const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::uint64_t hash = sip_hash(key0_, key1_, text);
  json.push_back('"');
  for (int shift = 60; shift >= 0; shift -= 4) json.push_back(kDigits[hash >> shift & 0xFU]);
  json.push_back('"');
}

}  // namespace dbi::verify
