// The reader touches no byte beyond the padding: behind it stands a page that cannot be read.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "record/record.hpp"

namespace dbi::record {
namespace {

// Two pages of which the second cannot be touched.
class GuardedPage {
 public:
  GuardedPage() : size_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    void* pages = mmap(nullptr, 2 * size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(pages, MAP_FAILED);
    bytes_ = static_cast<char*>(pages);
    EXPECT_EQ(mprotect(bytes_ + size_, size_, PROT_NONE), 0);
  }
  GuardedPage(const GuardedPage&) = delete;
  GuardedPage& operator=(const GuardedPage&) = delete;
  ~GuardedPage() { munmap(bytes_, 2 * size_); }

  // The text with its padding just before the guarded page; the padding holds `fill`.
  std::string_view put(std::string_view text, char fill) {
    char* begin = bytes_ + size_ - kPadding - text.size();
    std::memset(bytes_, fill, size_);
    std::memcpy(begin, text.data(), text.size());
    return {begin, text.size()};
  }

 private:
  std::size_t size_;
  char* bytes_ = nullptr;
};

TEST(GuardPage, AParseEndsBeforeIt) {
  GuardedPage page;
  Reader reader;
  Record record;
  for (std::size_t length = 0; length < 300; ++length) {
    const std::string filling(length, 'x');
    for (const char fill : {'"', '\\', '}', '0', '\x80', ' '}) {
      EXPECT_TRUE(reader.parse(page.put("{\"" + filling + "\":\"" + filling + "\"}", fill), record)) << length;
      EXPECT_TRUE(reader.parse(page.put("{\"a\":1" + std::string(length, '0') + "}", fill), record)) << length;
      EXPECT_FALSE(reader.parse(page.put("{\"a\":\"" + filling, fill), record)) << length;
      EXPECT_FALSE(reader.parse(page.put("{\"a\":\"" + filling + "\\", fill), record)) << length;
      EXPECT_FALSE(reader.parse(page.put("{\"a\":\"" + filling + "\\u00\"}", fill), record)) << length;
      EXPECT_FALSE(reader.parse(page.put("{\"a\":\"" + filling + "\xE2\x82\"}", fill), record)) << length;
      EXPECT_FALSE(reader.parse(page.put("{\"a\":1" + std::string(length, '0'), fill), record)) << length;
    }
  }
}

TEST(GuardPage, ValuesAreReadWithoutPadding) {
  GuardedPage page;
  Reader reader;
  Record record;
  ASSERT_TRUE(reader.parse(page.put(R"({"a":"\ud83d","b":12,"c":-1.5e3,"d":[1]})", 'u'), record));
  std::string scratch;
  EXPECT_EQ(record.find("a")->value.text(scratch), "\xEF\xBF\xBD");
  EXPECT_EQ(record.find("b")->value.integer(), 12);
  EXPECT_EQ(record.find("c")->value.number(), -1500);
}

}  // namespace
}  // namespace dbi::record
