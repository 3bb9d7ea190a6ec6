// overrides.json reads back what operators said.
// SPDX-License-Identifier: Apache-2.0
#include "state/overrides.hpp"

#include <gmock/gmock.h>

#include "state/scratch_folder.hpp"

namespace dbi::state {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + 12h};

TEST(Overrides, ReadsBackWhatWasStored) {
  const ScratchFolder folder;
  const Overrides given{{"main", {Override::Order::Open, kNoon, kNoon + 1h, "upgrade of \"main\""}},
                        {"main/app", {Override::Order::Open, kNoon, std::nullopt, ""}},
                        {"other", {Override::Order::Close, kNoon + 1us, std::nullopt, ""}}};
  for (const auto& overrides : {Overrides{}, given}) {
    ASSERT_TRUE(store_overrides(folder / "o", overrides));
    const auto loaded = load_overrides(folder / "o");
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->overrides, overrides);
    EXPECT_FALSE(loaded->damage);
  }
}

TEST(Overrides, NoFileHasNone) {
  const ScratchFolder folder;
  const auto loaded = load_overrides(folder / "o");
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->overrides.empty());
}

TEST(Overrides, DamageIsSetAside) {
  for (const auto* body :
       {R"({"a":{}})", R"({"a":{"order":"ajar","at":"2026-11-25T12:00:00Z"}})", R"({"a":{"order":"open"}})",
        R"({"a":{"order":"open","at":"noon"}})", R"({"a":{"order":"open","at":"2026-11-25T12:00:00Z","until":1}})"}) {
    const ScratchFolder folder;
    write_plainly(folder / "o", R"({"format":"overrides","version":1,"overrides":)" + std::string(body) + "}");
    const auto loaded = load_overrides(folder / "o");
    ASSERT_TRUE(loaded) << body;
    EXPECT_TRUE(loaded->overrides.empty()) << body;
    EXPECT_TRUE(loaded->damage) << body;
  }
}

}  // namespace
}  // namespace dbi::state
