// Acknowledgements read back, and what is no acknowledgement is set aside.
// SPDX-License-Identifier: Apache-2.0
#include "state/ack.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "state/scratch_folder.hpp"

namespace dbi::state {
namespace {

const std::string kFirst(32, '1');
const std::string kSecond(32, '2');

TEST(Ack, ReadsBackWhatWasStored) {
  const ScratchFolder folder;
  for (const auto& ack : {Ack{}, Ack{"", kFirst}, Ack{kFirst, kSecond}}) {
    ASSERT_TRUE(store_ack(folder / "dbi-export", ack));
    EXPECT_EQ(load_ack(folder / "dbi-export")->ack, ack);
  }
}

TEST(Ack, NoFileSaysNothing) {
  const ScratchFolder folder;
  const auto loaded = load_ack(folder / "dbi-export");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->ack, Ack{});
  EXPECT_FALSE(loaded->damage);
}

TEST(Ack, DamageIsSetAsideAndSaysNothing) {
  const ScratchFolder folder;
  const std::vector<std::string> bodies{R"("held":"x")", R"("held":7)", R"("held":)",
                                        fmt::format(R"("held":"{}","seen":"{}")", kSecond, kFirst)};
  for (const auto& body : bodies) {
    write_plainly(folder / "dbi-export", R"({"format":"ack","version":1,)" + body + "}");
    const auto loaded = load_ack(folder / "dbi-export");
    ASSERT_TRUE(loaded) << body;
    EXPECT_EQ(loaded->ack, Ack{}) << body;
    EXPECT_TRUE(loaded->damage) << body;
  }
}

TEST(Ack, ANewerVersionIsLeftAlone) {
  const ScratchFolder folder;
  const std::string newer = R"({"format":"ack","version":2,"held":{}})";
  write_plainly(folder / "dbi-export", newer);
  EXPECT_EQ(load_ack(folder / "dbi-export").error().kind, ErrorKind::State);
  EXPECT_EQ(content_of(folder / "dbi-export"), newer);
}

}  // namespace
}  // namespace dbi::state
