// What a divert file holds, and what it refuses.
// SPDX-License-Identifier: Apache-2.0
#include "stream/divert_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace dbi::stream {
namespace {

class DivertFileTest : public ::testing::Test {
 protected:
  DivertFileTest() : folder_(::testing::TempDir() + "dbi-divert-XXXXXX") { folder_ = ::mkdtemp(folder_.data()); }
  ~DivertFileTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string file(const std::string& name = "over") const { return folder_ + "/" + name; }
  static std::string read(const std::filesystem::path& path) {
    std::ostringstream content;
    content << std::ifstream(path).rdbuf();
    return content.str();
  }

  std::string folder_;
};

TEST_F(DivertFileTest, HoldsTheRecordsInTheirOrderForItsOwnerAlone) {
  auto diverted = DivertFile::open(file(), {});
  ASSERT_TRUE(diverted) << diverted.error().message;
  ASSERT_TRUE(diverted->append(R"({"a":1})"));
  ASSERT_TRUE(diverted->append(R"({"a":2})"));
  EXPECT_EQ(read(file()), "");
  ASSERT_TRUE(diverted->flush());
  EXPECT_EQ(read(file()), "{\"a\":1}\n{\"a\":2}\n");
  EXPECT_EQ(std::filesystem::status(file()).permissions(), std::filesystem::perms(0600));
}

TEST_F(DivertFileTest, IsWrittenOutOnceItHoldsAChunk) {
  auto diverted = DivertFile::open(file(), {});
  ASSERT_TRUE(diverted);
  const std::string record = "{\"a\":\"" + std::string(DivertFile::kChunk, 'x') + "\"}";
  ASSERT_TRUE(diverted->append(record));
  EXPECT_EQ(read(file()), record + "\n");
}

TEST_F(DivertFileTest, GoesOnBehindWhatIsThere) {
  std::ofstream(file()) << "{\"a\":1}\n";
  auto diverted = DivertFile::open(file(), {});
  ASSERT_TRUE(diverted);
  ASSERT_TRUE(diverted->append(R"({"a":2})"));
  ASSERT_TRUE(diverted->flush());
  EXPECT_EQ(read(file()), "{\"a\":1}\n{\"a\":2}\n");
}

TEST_F(DivertFileTest, ATornLineOfACrashTakesNoRecordWithIt) {
  std::ofstream(file()) << "{\"a\":1}\n{\"a\":";
  auto diverted = DivertFile::open(file(), {});
  ASSERT_TRUE(diverted);
  ASSERT_TRUE(diverted->append(R"({"a":3})"));
  ASSERT_TRUE(diverted->flush());
  EXPECT_EQ(read(file()), "{\"a\":1}\n{\"a\":\n{\"a\":3}\n");
}

TEST_F(DivertFileTest, IsNoFileThatTheRunReads) {
  std::ofstream(file("in")) << "{}\n";
  std::filesystem::create_symlink(file("in"), file("link"));
  for (const auto& name : {"in", "link"}) {
    const auto diverted = DivertFile::open(file(name), {{"-", file("in")}, -1, {}});
    ASSERT_FALSE(diverted);
    EXPECT_EQ(diverted.error().kind, ErrorKind::Usage);
    EXPECT_EQ(diverted.error().message, file(name) + " is an input, too");
  }
  EXPECT_EQ(read(file("in")), "{}\n");
}

TEST_F(DivertFileTest, IsNoFileThatTheRunWritesElseways) {
  const Descriptor output(::open(file("out").c_str(), O_WRONLY | O_CREAT, 0600));
  const RunFiles others{{"-"}, output.get(), file("rejects")};
  EXPECT_EQ(DivertFile::open(file("out"), others).error().message, file("out") + " is the output, too");
  EXPECT_EQ(DivertFile::open(file("rejects"), others).error().message, file("rejects") + " is the rejects file, too");
  EXPECT_TRUE(DivertFile::open(file(), others));
}

TEST_F(DivertFileTest, GoesOnWithANewFileOnceTheOldOneWasMovedAway) {
  auto diverted = DivertFile::open(file(), {});
  ASSERT_TRUE(diverted->append(R"({"a":1})"));
  ASSERT_TRUE(diverted->reopen());
  ASSERT_TRUE(diverted->append(R"({"a":2})"));
  std::filesystem::rename(file(), file("old"));
  ASSERT_TRUE(diverted->reopen());
  ASSERT_TRUE(diverted->append(R"({"a":3})"));
  ASSERT_TRUE(diverted->flush());
  EXPECT_EQ(read(file("old")), "{\"a\":1}\n{\"a\":2}\n");
  EXPECT_EQ(read(file()), "{\"a\":3}\n");
}

TEST_F(DivertFileTest, AFullDeviceIsAFaultOfTheOutputThatStays) {
  auto diverted = DivertFile::open("/dev/full", {});
  ASSERT_TRUE(diverted);
  ASSERT_TRUE(diverted->append("{}"));
  for (int i = 0; i < 2; ++i) {
    const Status flushed = diverted->flush();
    ASSERT_FALSE(flushed);
    EXPECT_EQ(flushed.error().kind, ErrorKind::Output);
    EXPECT_EQ(flushed.error().message, "/dev/full: No space left on device");
  }
  EXPECT_FALSE(diverted->append("{}"));
}

TEST_F(DivertFileTest, AFolderThatIsNotThereIsTold) {
  const auto diverted = DivertFile::open(file("none/over"), {});
  ASSERT_FALSE(diverted);
  EXPECT_EQ(diverted.error().kind, ErrorKind::Output);
  EXPECT_EQ(diverted.error().message, file("none/over") + ": No such file or directory");
}

}  // namespace
}  // namespace dbi::stream
