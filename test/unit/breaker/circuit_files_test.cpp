// Files are read where they have changed, and only then; damage is told once, and nobody else writes meanwhile.
// SPDX-License-Identifier: Apache-2.0
#include "breaker/circuit_files.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "state/scratch_folder.hpp"

namespace dbi::breaker {
namespace {

class CircuitFilesTest : public ::testing::Test {
 protected:
  CircuitFilesTest() : folder_(*state::StateFolder::open({scratch_.path().string(), "default"})) {}

  state::ScratchFolder scratch_;
  state::StateFolder folder_;
  CircuitFiles files_{folder_, "dbi-breaker"};
};

TEST_F(CircuitFilesTest, AreReadTheFirstTimeAndWhereAnotherHasWritten) {
  ASSERT_TRUE(files_.changed_circuits()->has_value());  // no file is one without circuits
  EXPECT_FALSE(files_.changed_circuits()->has_value());
  ASSERT_TRUE(state::store_circuits(folder_.circuits(), {{"main", {}}}));
  EXPECT_EQ(files_.changed_circuits()->value().size(), 1U);
  EXPECT_FALSE(files_.changed_circuits()->has_value());
  auto file = files_.write();
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->add("other", {}));
  ASSERT_TRUE(file->commit());
  files_.stored();
  EXPECT_FALSE(files_.changed_circuits()->has_value());  // its own word
  EXPECT_EQ(state::load_circuits(folder_.circuits())->circuits.count("other"), 1U);
  ASSERT_TRUE(files_.changed_overrides()->has_value());
  ASSERT_TRUE(state::store_overrides(folder_.overrides(), {{"main", {}}}));
  EXPECT_EQ(files_.changed_overrides()->value().size(), 1U);
  EXPECT_FALSE(files_.changed_overrides()->has_value());
}

TEST_F(CircuitFilesTest, WhatIsNotWrittenToItsEndNeverWas) {
  ASSERT_TRUE(state::store_circuits(folder_.circuits(), {{"main", {}}}));
  const auto before = state::content_of(folder_.circuits());
  {
    auto file = files_.write();
    ASSERT_TRUE(file);
    for (int i = 0; i < 2000; ++i) ASSERT_TRUE(file->add("db" + std::to_string(i), {}));  // more than one piece
  }
  EXPECT_EQ(state::content_of(folder_.circuits()), before);
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    EXPECT_NE(entry.path().extension(), ".tmp");
  }
}

TEST_F(CircuitFilesTest, DamageIsToldOnce) {
  state::write_plainly(folder_.circuits(), "{");
  state::write_plainly(folder_.overrides(), "{");
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(files_.changed_circuits()->has_value());
  EXPECT_TRUE(files_.changed_overrides()->value().empty());
  EXPECT_EQ(files_.take_damages().size(), 2U);
  EXPECT_TRUE(files_.take_damages().empty());
  ASSERT_TRUE(state::store_circuits(folder_.circuits(), {{"main", {}}}));
  ASSERT_TRUE(files_.reject("on purpose"));
  EXPECT_THAT(files_.take_damages()[0].message, ::testing::HasSubstr("on purpose"));
  EXPECT_FALSE(std::filesystem::exists(folder_.circuits()));
  EXPECT_FALSE(files_.changed_circuits()->has_value());
  EXPECT_FALSE(files_.reject("again"));
}

TEST_F(CircuitFilesTest, ANewerVersionIsRefusedEachTimeAndLeftAlone) {
  state::write_plainly(folder_.circuits(), R"({"format":"circuits","version":2})");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(files_.changed_circuits().error().kind, ErrorKind::State);
  EXPECT_TRUE(std::filesystem::exists(folder_.circuits()));
}

TEST_F(CircuitFilesTest, OneHoldsTheLockAtATime) {
  const auto held = files_.lock(true);
  ASSERT_TRUE(held);
  EXPECT_EQ(CircuitFiles(folder_, "another").lock(false).error().kind, ErrorKind::Owned);
}

}  // namespace
}  // namespace dbi::breaker
