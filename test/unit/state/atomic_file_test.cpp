// A file is replaced whole or not at all, and is private from its first moment.
// SPDX-License-Identifier: Apache-2.0
#include "state/atomic_file.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "state/scratch_folder.hpp"

namespace dbi::state {
namespace {

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(AtomicFile, WritesAndReadsBackWhatWasWritten) {
  const ScratchFolder folder;
  for (const auto durability : {Durability::Durable, Durability::Fast}) {
    const std::string bytes("a\0b\n", 4);
    ASSERT_TRUE(write_atomic(folder / "file", bytes, durability));
    EXPECT_EQ(read_whole(folder / "file").value(), bytes);
    ASSERT_TRUE(write_atomic(folder / "file", "", durability));
    EXPECT_EQ(read_whole(folder / "file").value(), "");
  }
  EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(AtomicFile, IsWrittenInPiecesAndNotThereBeforeTheEnd) {
  const ScratchFolder folder;
  ASSERT_TRUE(write_atomic(folder / "file", "before", Durability::Fast));
  {
    auto file = AtomicFile::create(folder / "file", Durability::Fast);
    ASSERT_TRUE(file && file->append("lost"));
  }
  EXPECT_EQ(files_in(folder.path()), 1U);
  EXPECT_EQ(read_whole(folder / "file").value(), "before");
  auto file = AtomicFile::create(folder / "file", Durability::Durable);
  ASSERT_TRUE(file && file->append("a") && file->append("b"));
  EXPECT_EQ(read_whole(folder / "file").value(), "before");
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(read_whole(folder / "file").value(), "ab");
  EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(AtomicFile, AFileOfTheCurrentFolderNeedsNoFolderInItsName) {
  const ScratchFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  EXPECT_TRUE(write_atomic("file", "here", Durability::Durable));
  std::filesystem::current_path(before);
  EXPECT_EQ(read_whole(folder / "file").value(), "here");
}

TEST(AtomicFile, AMissingFileIsNoError) {
  const ScratchFolder folder;
  const auto content = read_whole(folder / "absent");
  ASSERT_TRUE(content);
  EXPECT_FALSE(*content);
}

TEST(AtomicFile, IsReadableByItsOwnerAloneWhateverTheUmask) {
  const ScratchFolder folder;
  const auto old = ::umask(0);
  ASSERT_TRUE(write_atomic(folder / "file", "secret", Durability::Fast));
  ::umask(old);
  EXPECT_EQ(std::filesystem::status(folder / "file").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(AtomicFile, AFailedWriteKeepsTheOldContentAndLeavesNothingBehind) {
  const ScratchFolder folder;
  ASSERT_TRUE(write_atomic(folder / "file", "old", Durability::Durable));
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // A file may not grow beyond 4 bytes here: the write comes up short as on a full disk.
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4, 4};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto written = write_atomic(folder / "file", "new and too long", Durability::Durable);
    ::_exit(!written && written.error().kind == ErrorKind::State ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(content_of(folder / "file"), "old");
  EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(AtomicFile, NamesTheFileThatCannotBeWritten) {
  const ScratchFolder folder;
  const auto written = write_atomic(folder / "no/such/file", "x", Durability::Fast);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::State);
  EXPECT_THAT(written.error().message, testing::HasSubstr("no/such/file"));
}

TEST(AtomicFile, AKilledWriterLeavesTheOldOrTheNewContent) {
  const ScratchFolder folder;
  const std::string old_bytes(std::size_t{1} << 20U, 'o');
  const std::string new_bytes(std::size_t{1} << 20U, 'n');
  for (useconds_t delay = 0; delay < 3000; delay += 150) {
    ASSERT_TRUE(write_atomic(folder / "file", old_bytes, Durability::Fast));
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      while (true) (void)write_atomic(folder / "file", new_bytes, Durability::Fast);
    }
    ::usleep(delay);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const auto content = content_of(folder / "file");
    EXPECT_TRUE(content == old_bytes || content == new_bytes);
  }
}

}  // namespace
}  // namespace dbi::state
