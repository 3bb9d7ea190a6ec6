// What is kept of malformed lines, and how much.
// SPDX-License-Identifier: Apache-2.0
#include "stream/rejects.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace dbi::stream {
namespace {

class RejectsTest : public ::testing::Test {
 protected:
  RejectsTest() : folder_(::testing::TempDir() + "dbi-rejects-XXXXXX") { folder_ = ::mkdtemp(folder_.data()); }
  ~RejectsTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::filesystem::path file(const std::string& name = "rejects") const { return folder_ + "/" + name; }
  static std::string read(const std::filesystem::path& path) {
    std::ostringstream content;
    content << std::ifstream(path).rdbuf();
    return content.str();
  }

  std::string folder_;
  SystemClock clock_;
  Log log_{"test", LogLevel::Error};
};

TEST_F(RejectsTest, ContentIsKeptOnlyWhereAskedFor) {
  Rejects redacted({file("redacted")}, log_, clock_);
  Rejects full({file("full"), RejectsContent::Full}, log_, clock_);
  const Reject reject{"input", 7, "not a JSON object", "sec\"ret\xff", 8, 0xAB};
  ASSERT_TRUE(redacted.add(reject));
  ASSERT_TRUE(full.add(reject));
  const std::string told =
      R"("input":"input","line":7,"reason":"not a JSON object","bytes":8,"xxh3":"00000000000000ab")";
  EXPECT_NE(read(file("redacted")).find(told + "}\n"), std::string::npos) << read(file("redacted"));
  EXPECT_NE(read(file("full")).find(told + R"(,"content":"sec\"ret�"})"), std::string::npos) << read(file("full"));
  EXPECT_EQ(std::filesystem::status(file("full")).permissions(), std::filesystem::perms(0600));
}

TEST_F(RejectsTest, TheFileAndItsPredecessorStayWithinTheirSize) {
  Rejects rejects({file(), RejectsContent::Full, 20000}, log_, clock_);
  for (std::uint64_t line = 1; line <= 1000; ++line) {
    ASSERT_TRUE(rejects.add({"input", line, "junk", "content of some length", 22, 1}));
  }
  EXPECT_EQ(rejects.count(), 1000U);
  for (const auto* name : {"rejects", "rejects.old"}) {
    EXPECT_LE(std::filesystem::file_size(file(name)), 10000U);
    EXPECT_GT(std::filesystem::file_size(file(name)), 0U);
  }
  EXPECT_NE(read(file()).find("\"line\":1000,"), std::string::npos);
}

TEST_F(RejectsTest, ALineLongerThanTheFileIsKeptWithoutItsContent) {
  Rejects rejects({file(), RejectsContent::Full, 2000}, log_, clock_);
  ASSERT_TRUE(rejects.add({"input", 1, "junk", std::string(5000, 'x'), 5000, 1}));
  EXPECT_LE(std::filesystem::file_size(file()), 1000U);
  EXPECT_NE(read(file()).find("\"bytes\":5000"), std::string::npos);
}

TEST_F(RejectsTest, AFileThatCannotBeWrittenIsAStateFault) {
  Rejects rejects({file("nowhere/rejects")}, log_, clock_);
  EXPECT_EQ(rejects.add({"input", 1, "junk", "x", 1, 1}).error().kind, ErrorKind::State);
}

}  // namespace
}  // namespace dbi::stream
