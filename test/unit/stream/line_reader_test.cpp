// Lines as they are, however the input is cut into reads; lines that are too long; a line before a guard page.
// SPDX-License-Identifier: Apache-2.0
#include "stream/line_reader.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#include <cstring>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "record/record.hpp"

namespace dbi::stream {
namespace {

struct Pipe {
  Pipe() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe(ends), 0);
    input = Descriptor(ends[0]);
    output = Descriptor(ends[1]);
  }
  void write(std::string_view text) const {
    EXPECT_EQ(::write(output.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  Descriptor input, output;
};

std::string told(const Line& line) {
  return line.kind == Line::Kind::TooLong ? "<" + std::to_string(line.bytes) + ">" : std::string(line.text);
}

// The lines of a text that comes in pieces of so many bytes.
std::vector<std::string> read_in_pieces(std::string_view text, std::size_t piece, std::size_t limit,
                                        LineReader& reader) {
  Pipe pipe;
  reader.start(pipe.input.get());
  std::vector<std::string> lines;
  const auto drain = [&] {
    for (Line line = reader.next(); line.kind != Line::Kind::More && line.kind != Line::Kind::End;
         line = reader.next()) {
      if (line.kind == Line::Kind::TooLong) {
        EXPECT_GT(line.bytes, limit);
      }
      lines.push_back(told(line));
    }
  };
  for (std::size_t at = 0; at < text.size(); at += piece) {
    pipe.write(text.substr(at, piece));
    EXPECT_TRUE(reader.fill());
    drain();
  }
  pipe.output = Descriptor();
  EXPECT_TRUE(reader.fill());
  drain();
  EXPECT_EQ(reader.bytes_taken(), text.size());
  EXPECT_EQ(reader.line_number(), lines.size());
  return lines;
}

TEST(LineReader, LinesDoNotDependOnTheCutOfReads) {
  const std::string text =
      "one\n\n" + std::string(10, 'x') + "\n" + std::string(11, 'y') + "\n" + std::string(50, 'z') + "\nlast\r\nno end";
  const std::vector<std::string> expected{"one", "", "xxxxxxxxxx", "<11>", "<50>", "last\r", "no end"};
  LineReader reader(10);
  for (std::size_t piece = 1; piece < text.size() + 1; ++piece) {
    EXPECT_EQ(read_in_pieces(text, piece, 10, reader), expected) << piece;
  }
}

TEST(LineReader, ALastLineThatIsTooLongIsToldWithoutItsEnd) {
  LineReader reader(4);
  EXPECT_EQ(read_in_pieces("1234\n12345", 3, 4, reader), (std::vector<std::string>{"1234", "<5>"}));
}

TEST(LineReader, TheHashOfALongLineIsThatOfItsBytes) {
  const std::string text(100, 'q');
  for (const std::size_t piece : {1U, 7U, 200U}) {
    Pipe pipe;
    LineReader reader(10);
    reader.start(pipe.input.get());
    Line line;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      pipe.write(text.substr(at, piece));
      ASSERT_TRUE(reader.fill());
      ASSERT_EQ(reader.next().kind, Line::Kind::More);
    }
    pipe.write("\n");
    ASSERT_TRUE(reader.fill());
    line = reader.next();
    EXPECT_EQ(line.kind, Line::Kind::TooLong);
    EXPECT_EQ(line.xxh3, XXH3_64bits(text.data(), text.size()));
  }
}

TEST(LineReader, AReadFaultIsAnInputError) {
  LineReader reader(10);
  reader.start(-1);
  EXPECT_EQ(reader.fill().error().kind, ErrorKind::Input);
}

// The check reads at most kPadding bytes behind a line: with a guard page there any further byte would end the test.
TEST(LineReader, TheCheckStaysWithinThePaddingBeforeAGuardPage) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* mapped = ::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(mapped, MAP_FAILED);
  char* guard = static_cast<char*>(mapped) + page;
  ASSERT_EQ(::mprotect(guard, page, PROT_NONE), 0);
  record::Reader reader;
  record::Record record;
  for (std::size_t filler = 0; filler < 130; ++filler) {
    for (const char* end : {"\"}", "\":1}", "\":[1.5e7]}", "", "\\", "\xf0\x9f", "\":1", "\":tru", "\":-"}) {
      const std::string line = "{\"" + std::string(filler, 'a') + end;
      char* begin = guard - record::kPadding - line.size();
      std::memcpy(begin, line.data(), line.size());
      std::memset(guard - record::kPadding, '"', record::kPadding);
      (void)reader.parse({begin, line.size()}, record);
    }
  }
  ::munmap(mapped, 2 * page);
}

}  // namespace
}  // namespace dbi::stream
