// SPDX-License-Identifier: Apache-2.0
#include "state/file_mark.hpp"

#include <gtest/gtest.h>

#include "state/atomic_file.hpp"
#include "state/scratch_folder.hpp"

namespace dbi::state {
namespace {

TEST(FileMark, ChangesWithTheFileAndNotWithTheLook) {
  const ScratchFolder folder;
  const auto path = folder / "a.json";
  EXPECT_EQ(mark_of(path), FileMark{});
  ASSERT_TRUE(write_atomic(path, "1", Durability::Fast).has_value());
  const auto first = mark_of(path);
  EXPECT_NE(first, FileMark{});
  EXPECT_EQ(mark_of(path), first);
  ASSERT_TRUE(write_atomic(path, "2", Durability::Fast).has_value());
  EXPECT_NE(mark_of(path), first);
  std::filesystem::remove(path);
  EXPECT_EQ(mark_of(path), FileMark{});
}

}  // namespace
}  // namespace dbi::state
