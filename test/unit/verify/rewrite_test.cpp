// What is not changed keeps its bytes, whatever is taken out beside it.
// SPDX-License-Identifier: Apache-2.0
#include "verify/rewrite.hpp"

#include <gmock/gmock.h>

#include <bit>

#include "support/parsed.hpp"

namespace dbi::verify {
namespace {

std::string rewritten(const record::Record& record, const Rewrite& rewrite) {
  std::string out;
  rewrite.write(record, out);
  return out;
}

TEST(Rewrite, ReplacesRemovesAndAdds) {
  const Parsed parsed(R"( { "a" : 1 , "b" : "x" ,"c":[2] } )");
  const auto& members = parsed.record().members();
  Rewrite rewrite;
  EXPECT_EQ(rewritten(parsed.record(), rewrite), parsed.record().line());
  rewrite.replace(members[1]) = "\"y\"";
  rewrite.set(parsed.record(), "d") = "true";
  EXPECT_EQ(rewritten(parsed.record(), rewrite), R"( { "a" : 1 , "b" : "y" ,"c":[2],"d":true } )");
  rewrite.clear();
  rewrite.remove(members[0]);
  EXPECT_EQ(rewritten(parsed.record(), rewrite), R"( {"b" : "x" ,"c":[2] } )");
  rewrite.set(parsed.record(), "b") = "3";
  EXPECT_EQ(rewritten(parsed.record(), rewrite), R"( {"b" : 3 ,"c":[2] } )");
}

TEST(Rewrite, LeavesARecordWhateverIsTakenOut) {
  const Parsed parsed(R"({"a":1,"b":"x","c":[2],"d":{}})");
  const auto& members = parsed.record().members();
  Parsed again;
  for (unsigned out = 0; out < 16; ++out) {
    Rewrite rewrite;
    for (unsigned i = 0; i < 4; ++i) {
      if ((out >> i & 1U) != 0) rewrite.remove(members[i]);
    }
    EXPECT_EQ(again.parse(rewritten(parsed.record(), rewrite)).members().size(),
              4U - static_cast<unsigned>(std::popcount(out)));
    rewrite.set(parsed.record(), "e") = "null";
    const auto& record = again.parse(rewritten(parsed.record(), rewrite));
    EXPECT_EQ(record.members().size(), 5U - static_cast<unsigned>(std::popcount(out)));
    for (unsigned i = 0; i < 4; ++i) {
      const auto* member = record.find(members[i].raw_name);
      EXPECT_EQ(member == nullptr, (out >> i & 1U) != 0);
      if (member != nullptr) {
        EXPECT_EQ(member->value.raw(), members[i].value.raw());
      }
    }
  }
}

}  // namespace
}  // namespace dbi::verify
