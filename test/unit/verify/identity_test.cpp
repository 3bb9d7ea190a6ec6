// The keyed hash is SipHash-2-4, and what it gives depends on the key.
// SPDX-License-Identifier: Apache-2.0
#include "verify/identity.hpp"

#include <gtest/gtest.h>

namespace dbi::verify {
namespace {

// Of the paper's appendix A and of the reference implementation (vectors.h): key 00 01 ... 0f, text 00 01 ...
TEST(SipHash, GivesTheReferencesValues) {
  constexpr std::uint64_t kKey0 = 0x0706050403020100U;
  constexpr std::uint64_t kKey1 = 0x0f0e0d0c0b0a0908U;
  std::string text;
  EXPECT_EQ(sip_hash(kKey0, kKey1, text), 0x726fdb47dd0e0e31U);
  text.push_back('\0');
  EXPECT_EQ(sip_hash(kKey0, kKey1, text), 0x74f839c593dc67fdU);
  for (char c = 1; c < 15; ++c) text.push_back(c);
  EXPECT_EQ(sip_hash(kKey0, kKey1, text), 0xa129ca6149be45e5U);
}

TEST(IdentityHash, DependsOnTextAndKey) {
  const auto hash = [](std::string_view key, std::string_view text) {
    std::string json;
    IdentityHash(key).append(json, text);
    return json;
  };
  EXPECT_EQ(hash("k", "ann").size(), 18U);
  EXPECT_EQ(hash("k", "ann"), hash("k", "ann"));
  EXPECT_NE(hash("k", "ann"), hash("k", "bob"));
  EXPECT_NE(hash("k", "ann"), hash("l", "ann"));
}

}  // namespace
}  // namespace dbi::verify
