// Whole records, faults that stay, and giving up.
// SPDX-License-Identifier: Apache-2.0
#include "stream/writer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>

#include "base/descriptor.hpp"

namespace dbi::stream {
namespace {

struct Pipe {
  Pipe() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe(ends), 0);
    input = Descriptor(ends[0]);
    output = Descriptor(ends[1]);
  }
  Descriptor input, output;
};

std::string all_of(int descriptor) {
  std::string text(1 << 20, '\0');
  const auto got = ::read(descriptor, text.data(), text.size());
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

TEST(Writer, HoldsRecordsUntilItIsFlushed) {
  const Pipe pipe;
  Writer writer(pipe.output.get());
  ASSERT_TRUE(writer.append("{}"));
  EXPECT_EQ(writer.records_written(), 0U);
  ASSERT_TRUE(writer.flush());
  EXPECT_EQ(all_of(pipe.input.get()), "{}\n");
  EXPECT_EQ(writer.records_written(), 1U);
  EXPECT_EQ(writer.bytes_written(), 3U);
  EXPECT_TRUE(writer.empty());
}

TEST(Writer, AFaultStays) {
  const Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  Writer writer(full.get());
  ASSERT_TRUE(writer.append("{}"));
  EXPECT_EQ(writer.flush().error().kind, ErrorKind::Output);
  EXPECT_FALSE(writer.flush());
  EXPECT_FALSE(writer.reader_gone());
  EXPECT_EQ(writer.take_unwritten(), "{}\n");
  EXPECT_FALSE(writer.flush());
}

TEST(Writer, ALongRecordLeavesAtOnceBehindWhatIsBuffered) {
  const Descriptor file(::memfd_create("out", MFD_CLOEXEC));
  Writer writer(file.get());
  const std::string long_one(Writer::kChunk, 'x');
  ASSERT_TRUE(writer.append("{}"));
  ASSERT_TRUE(writer.append(long_one));
  EXPECT_TRUE(writer.empty());
  EXPECT_LT(writer.buffer().capacity(), 3 * Writer::kChunk) << "no copy of it";
  ASSERT_TRUE(writer.append("{}"));
  ASSERT_TRUE(writer.flush());
  EXPECT_EQ(writer.records_written(), 3U);
  ASSERT_EQ(::lseek(file.get(), 0, SEEK_SET), 0);
  EXPECT_EQ(all_of(file.get()), "{}\n" + long_one + "\n{}\n");
}

// Wherever a long record is cut: what did not leave whole is there to be counted, no more and no less.
TEST(Writer, GivesBackTheRoomOfALongRecordThatWasBuiltInIt) {
  const Pipe pipe;
  Writer writer(pipe.output.get());
  ASSERT_TRUE(writer.append("{}"));
  writer.buffer().reserve(10 * Writer::kChunk);
  writer.shrink();
  EXPECT_LE(writer.buffer().capacity(), 4 * Writer::kChunk);
  ASSERT_TRUE(writer.flush());
  EXPECT_EQ(all_of(pipe.input.get()), "{}\n");
}

TEST(Writer, ALongRecordThatDoesNotLeaveIsUnwritten) {
  const std::string long_one(Writer::kChunk + 10, 'x');
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  for (const std::size_t room :
       {std::size_t{1}, std::size_t{3}, std::size_t{5}, long_one.size() + 3, long_one.size() + 4}) {
    const Descriptor file(::memfd_create("out", MFD_CLOEXEC));
    Writer writer(file.get());
    ASSERT_TRUE(writer.append("{}"));
    const rlimit limit{room, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    (void)writer.append(long_one);
    EXPECT_FALSE(writer.append("{\"next\":1}") && writer.flush());
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::string expected = room < 3 ? "{}\n" : "";
    if (room < long_one.size() + 3) expected += long_one + "\n";
    EXPECT_EQ(writer.take_unwritten(), expected + "{\"next\":1}\n") << room;
  }
}

TEST(Writer, AReaderThatIsGoneIsToldApart) {
  std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.input = Descriptor();
  Writer writer(pipe.output.get());
  ASSERT_TRUE(writer.append("{\"a\":1}"));
  EXPECT_FALSE(writer.flush());
  EXPECT_TRUE(writer.reader_gone());
}

TEST(Writer, ARecordThatLeftButForItsLineEndDidLeave) {
  const Pipe pipe;
  const int room = ::fcntl(pipe.output.get(), F_SETPIPE_SZ, 4096);
  ::fcntl(pipe.output.get(), F_SETFL, O_NONBLOCK);
  // The pipe has room for all of two records but the last line end.
  for (const int missing : {0, 1, 2}) {
    const std::string second = "{\"b\":\"" + std::string(static_cast<std::size_t>(room + missing - 17), 'x') + "\"}";
    Writer writer(pipe.output.get());
    writer.set_give_up([] { return true; });
    ASSERT_TRUE(writer.append("{\"a\":1}"));
    ASSERT_TRUE(writer.append(second));
    EXPECT_EQ(writer.flush().has_value(), missing == 0);
    EXPECT_EQ(writer.take_unwritten(), missing < 2 ? "" : second + "\n");
    EXPECT_EQ(writer.records_written(), missing < 2 ? 2U : 1U);
    (void)all_of(pipe.input.get());
  }
}

TEST(Writer, ShutItTakesRecordsForTheirCounting) {
  std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.input = Descriptor();
  Writer writer(pipe.output.get());
  const std::string record = "{\"a\":\"" + std::string(Writer::kChunk, 'x') + "\"}";
  ASSERT_TRUE(writer.append(record));
  EXPECT_TRUE(writer.is_shut());
  ASSERT_TRUE(writer.append("{}"));
  EXPECT_FALSE(writer.flush());
  EXPECT_EQ(writer.take_unwritten(), record + "\n{}\n");
}

// A pipe that somebody else made non-blocking stands for one that blocks and is interrupted.
TEST(Writer, GivingUpLeavesWholeRecordsOnly) {
  const Pipe pipe;
  Writer writer(pipe.output.get());
  writer.write_records_whole();
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    const std::string record = "{\"n\":" + std::to_string(i) + ",\"x\":\"" + std::string(300, 'x') + "\"}";
    expected += record + "\n";
    writer.buffer() += record + "\n";
  }
  ::fcntl(pipe.output.get(), F_SETPIPE_SZ, 4096);
  ::fcntl(pipe.output.get(), F_SETFL, O_NONBLOCK);
  std::string left;
  int asked = 0;
  writer.set_give_up([&] {
    left += all_of(pipe.input.get());
    return ++asked == 3;
  });
  // The wait for room ends as soon as the test's reader took what is there: it must have room before the wait.
  struct sigaction interrupting {};
  interrupting.sa_handler = [](int) {};
  ::sigaction(SIGALRM, &interrupting, nullptr);
  const itimerval every{{0, 10000}, {0, 10000}};
  ::setitimer(ITIMER_REAL, &every, nullptr);
  const Status status = writer.flush();
  const itimerval never{};
  ::setitimer(ITIMER_REAL, &never, nullptr);
  ASSERT_FALSE(status);
  EXPECT_TRUE(writer.gave_up());
  EXPECT_EQ(left.back(), '\n');
  EXPECT_EQ(left + writer.take_unwritten(), expected);
}

}  // namespace
}  // namespace dbi::stream
