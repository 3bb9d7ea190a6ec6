// SPDX-License-Identifier: Apache-2.0
#include "extract/pack.hpp"

#include <gtest/gtest.h>

namespace dbi::extract {
namespace {

// The test vectors of RFC 4648, section 10.
TEST(Base64, IsThatOfTheRfc) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    std::string out;
    append_base64(bytes, out);
    EXPECT_EQ(out, text);
  }
}

TEST(Packed, TakesLessRoomAndIsTheSameForTheSame) {
  const std::string plan(10'000, 'x');
  std::string first;
  std::string second;
  append_packed(plan, first);
  append_packed(plan, second);
  EXPECT_EQ(first, second);
  EXPECT_LT(first.size(), 300U);
  EXPECT_TRUE(first.starts_with("BCJNG"));  // the magic number of LZ4 frames
}

}  // namespace
}  // namespace dbi::extract
