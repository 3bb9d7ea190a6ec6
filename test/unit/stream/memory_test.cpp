// The memory of a run: nothing is allocated for a record, and nothing is read behind the buffers.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <string>

#include "bench/record_generator.hpp"
#include "stream/filter_run.hpp"
#include "stream/line_reader.hpp"

namespace {

std::atomic<std::uint64_t> allocations{0};  // of this program

// While it is set, allocations of at least so many bytes end at a page that cannot be touched.
std::atomic<std::size_t> guarded_size{0};

struct Mapping {
  void* memory = nullptr;
  void* begin = nullptr;
  std::size_t bytes = 0;
};
std::array<Mapping, 64> mappings;  // touched by one thread, in the tests that set guarded_size
std::atomic<std::size_t> mapped{0};

constexpr std::size_t round_up(std::size_t size, std::size_t unit) {
  return (size + unit - 1) / unit * unit;
}

void* allocate_guarded(std::size_t size) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t bytes = round_up(size, page) + page;
  void* begin = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char* guard = static_cast<char*>(begin) + bytes - page;
  if (begin == MAP_FAILED || ::mprotect(guard, page, PROT_NONE) != 0 || mapped == mappings.size()) std::abort();
  void* memory = guard - round_up(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
  mappings.at(mapped++) = {memory, begin, bytes};
  return memory;
}

void* allocate(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (guarded_size != 0 && size >= guarded_size) return allocate_guarded(size);
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}

void release(void* memory) {
  for (std::size_t i = 0; i < mapped; ++i) {
    if (mappings.at(i).memory != memory || memory == nullptr) continue;
    ::munmap(mappings.at(i).begin, mappings.at(i).bytes);
    mappings.at(i) = {};
    return;
  }
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete[](void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  release(memory);
}

namespace dbi::stream {
namespace {

class MemoryTest : public ::testing::Test {
 protected:
  MemoryTest() : folder_(::testing::TempDir() + "dbi-memory-XXXXXX") { folder_ = ::mkdtemp(folder_.data()); }
  ~MemoryTest() override { std::filesystem::remove_all(folder_); }

  std::string write(std::string_view text) const {
    std::ofstream(folder_ + "/in") << text;
    return folder_ + "/in";
  }

  Result<RunSummary> run(Filter& filter, std::vector<std::string> files) {
    Loop loop = Loop::open().value();
    StreamCounters counters;
    StreamOptions options;
    options.files = std::move(files);
    options.output = nowhere_.get();
    return run_filter(filter, options, {&loop, &clock_, &log_, &counters, {}, {}});
  }

  std::string folder_;
  Descriptor nowhere_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  SystemClock clock_;
  Log log_{"test", LogLevel::Error};
};

// Counts what is allocated between its n-th record and its last one.
class Observing final : public Filter {
 public:
  explicit Observing(std::uint64_t first) : first_(first) {}
  Status on_record(const record::Record& record, Writer& out) override {
    bytes += record.line().size();
    if (++records == first_) begin_ = allocations;
    end_ = allocations;
    return out.append(record.line());
  }
  [[nodiscard]] std::uint64_t allocated() const { return end_ - begin_; }

  std::uint64_t records = 0;
  std::uint64_t bytes = 0;

 private:
  std::uint64_t first_;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

TEST_F(MemoryTest, OnceWarmARunAllocatesNothingForARecord) {
  constexpr std::uint64_t kRecords = 5000;
  std::string text;
  bench::RecordGenerator generator(3);
  for (std::uint64_t i = 0; i < kRecords; ++i) generator.append(text);
  const std::string file = write(text);
  // The second reading of the same file: no record is longer than all before.
  Observing filter(kRecords + 1);
  ASSERT_TRUE(run(filter, {file, file}));
  EXPECT_EQ(filter.records, 2 * kRecords);
  EXPECT_EQ(filter.allocated(), 0U);
}

TEST_F(MemoryTest, TheCounterCounts) {
  class Allocating final : public Filter {
   public:
    Status on_record(const record::Record& record, Writer& out) override {
      const std::uint64_t before = allocations;
      const std::string copy(record.line());
      counted += allocations - before;
      return out.append(copy);
    }
    std::uint64_t counted = 0;
  };
  Allocating filter;
  ASSERT_TRUE(run(filter, {write("{\"a\":\"long enough for the heap\"}\n")}));
  EXPECT_EQ(filter.counted, 1U);
}

// A file whose last byte is at a page's end, and whose last line ends where the block does: behind the reader's buffer
// a guard page begins, so that any byte read too many ends the test.
TEST_F(MemoryTest, NothingIsReadBehindTheBuffersOfARun) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  for (const std::size_t size : {page, 2 * page, LineReader::kBlock, 2 * LineReader::kBlock, 3 * LineReader::kBlock}) {
    for (const std::string_view end : {"\"}\n", "\"}", "\":1}", "\":[1.5e7]}", "\":tru", "\\", "\xf0\x9f", "\":-"}) {
      std::string text = "{}\n{\"";
      text.append(size - text.size() - end.size(), 'a').append(end);
      const std::string file = write(text);
      Observing filter(0);
      guarded_size = LineReader::kBlock;
      const auto summary = run(filter, {file});
      guarded_size = 0;
      EXPECT_GE(mapped.exchange(0), 1U);
      ASSERT_TRUE(summary);
      EXPECT_GE(filter.records, 1U);
    }
  }
}

TEST_F(MemoryTest, TheBufferOfALongLineIsNotLargerThanTheLineAndABlock) {
  constexpr std::size_t kLimit = 5 << 20;
  const std::string file = write("{\"a\":\"" + std::string(kLimit - 8, 'x') + "\"}\n" + std::string(2 * kLimit, 'y'));
  const Descriptor input(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  std::size_t largest = 0;
  {
    guarded_size = LineReader::kBlock;
    LineReader reader(kLimit);
    reader.start(input.get());
    Line line;
    while ((line = reader.next()).kind != Line::Kind::End) {
      if (line.kind == Line::Kind::More) {
        ASSERT_TRUE(reader.fill());
      }
      for (const Mapping& mapping : mappings) largest = std::max(largest, mapping.bytes);
    }
    guarded_size = 0;
  }
  mapped = 0;
  EXPECT_GT(largest, kLimit);
  EXPECT_LE(largest, kLimit + LineReader::kBlock + 3 * 4096);
}

TEST_F(MemoryTest, TheBufferOfALongLineIsGivenBack) {
  const std::string first = "{\"a\":\"" + std::string(4 * LineReader::kBlock, 'x') + "\"}";
  std::string text = first + "\n";
  while (text.size() < 6 * LineReader::kBlock) text += "{\"a\":1}\n";
  const std::string file = write(text);
  const Descriptor input(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  std::string all;
  std::size_t held = 0;
  {
    guarded_size = LineReader::kBlock;
    LineReader reader(16 * LineReader::kBlock);
    guarded_size = 0;
    reader.start(input.get());
    Line line;
    while ((line = reader.next()).kind != Line::Kind::End) {
      if (line.kind == Line::Kind::Whole) all.append(line.text).push_back('\n');
      if (line.kind == Line::Kind::Whole) continue;
      guarded_size = LineReader::kBlock;
      reader.shrink();
      ASSERT_TRUE(reader.fill());
      guarded_size = 0;
    }
    for (const Mapping& mapping : mappings) held += mapping.bytes;
  }
  mapped = 0;
  EXPECT_TRUE(all == text);
  EXPECT_GT(held, 0U);
  EXPECT_LT(held, 2 * LineReader::kBlock);
}

}  // namespace
}  // namespace dbi::stream
