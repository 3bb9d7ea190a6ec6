// The memory file of an instance: what is written when, and what is told.
// SPDX-License-Identifier: Apache-2.0
#include "run/instance_memory.hpp"

#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/descriptor.hpp"

namespace dbi::run {
namespace {

using std::chrono::seconds;

class Remembers final : public stream::Filter {
 public:
  Status on_record(const record::Record& /*record*/, stream::Writer& /*out*/) override { return {}; }
  void save_memory(stream::Lines& lines) const override {
    for (int i = 0; i < keys; ++i) {
      lines.text() += "{\"key\":" + std::to_string(i) + "}\n";
      longest = std::max(longest, lines.text().size());
      lines.commit();
    }
  }
  int keys = 1;
  mutable std::size_t longest = 0;
};

class InstanceMemoryTest : public ::testing::Test {
 protected:
  InstanceMemoryTest() : folder_(::testing::TempDir() + "dbi-memory-XXXXXX") {
    folder_ = ::mkdtemp(folder_.data());
    context_.tool = "dbi-test";
    context_.common.state_dir = folder_;
    context_.clock = &clock_;
    context_.log = &log_;
    held_.folder = state::StateFolder::open(context_.folder_request()).value();
    held_.file = folder_ + "/memory";
  }
  ~InstanceMemoryTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string told() const {
    std::string text(10'000, '\0');
    text.resize(static_cast<std::size_t>(::pread(told_.get(), text.data(), text.size(), 0)));
    return text;
  }
  [[nodiscard]] long lines_told() const { return std::ranges::count(told(), '\n'); }
  [[nodiscard]] std::string file() const {
    std::ifstream in(folder_ + "/memory");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string folder_;
  SystemClock clock_;
  Descriptor told_{::memfd_create("told", MFD_CLOEXEC)};
  Log log_{"dbi-test", LogLevel::Warning, told_.get()};
  Context context_;
  InstanceState held_;
  Remembers filter_;
};

TEST_F(InstanceMemoryTest, IsWrittenInPieces) {
  InstanceMemory memory(context_, held_, true);
  filter_.keys = 100'000;
  ASSERT_TRUE(memory.store(filter_));
  EXPECT_LE(filter_.longest, stream::Lines::kPiece + 100);
  const std::string text = file();
  EXPECT_EQ(std::ranges::count(text, '\n'), 100'001);
  EXPECT_THAT(text, ::testing::EndsWith("{\"key\":99999}\n"));
}

TEST_F(InstanceMemoryTest, IsReplacedWhereItChanges) {
  InstanceMemory memory(context_, held_, true);
  ASSERT_TRUE(memory.store(filter_));
  std::ofstream(held_.file) << "mine";
  ASSERT_TRUE(memory.store(filter_));
  EXPECT_EQ(file(), "mine");
  filter_.keys = 2;
  ASSERT_TRUE(memory.store(filter_));
  EXPECT_THAT(file(), ::testing::EndsWith("{\"key\":1}\n"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 2) << "no temporary file is left";
}

TEST_F(InstanceMemoryTest, WhatWasWrittenUnsyncedIsSyncedAtTheEnd) {
  InstanceMemory memory(context_, held_, true);
  memory.store_when_due(filter_, clock_.monotonic() + seconds{11});
  std::ofstream(held_.file) << "mine";
  memory.store_when_due(filter_, clock_.monotonic() + seconds{22});
  EXPECT_EQ(file(), "mine");
  ASSERT_TRUE(memory.store(filter_));
  EXPECT_THAT(file(), ::testing::EndsWith("{\"key\":0}\n"));
}

TEST_F(InstanceMemoryTest, AFaultIsToldOnceUntilItIsOver) {
  InstanceMemory memory(context_, held_, true);
  held_.file = folder_ + "/gone/memory";
  InstanceMemory gone(context_, held_, true);
  auto now = clock_.monotonic();
  const auto store = [&] { gone.store_when_due(filter_, now += seconds{11}); };
  store();
  store();
  EXPECT_EQ(lines_told(), 1) << told();
  std::filesystem::create_directory(folder_ + "/gone");
  store();
  EXPECT_EQ(lines_told(), 1);
  std::filesystem::remove_all(folder_ + "/gone");
  filter_.keys = 2;
  store();
  EXPECT_EQ(lines_told(), 2) << told();
}

}  // namespace
}  // namespace dbi::run
