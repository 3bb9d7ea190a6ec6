// Original lines, rotation, keep limits, repair of torn ends, lz4 frames.
// SPDX-License-Identifier: Apache-2.0
#include "export/ndjson_sink.hpp"

#include <algorithm>
#include <vector>

#include "export/lz4_frame.hpp"
#include "export/samples.hpp"

namespace dbi::exporting {
namespace {

std::vector<std::string> names(const Folder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

std::string unpack(const std::string& path) {
  const std::string out = path + ".out";
  EXPECT_EQ(std::system(("lz4 -dc '" + path + "' > '" + out + "' 2>/dev/null").c_str()), 0);  // NOLINT: a test's path
  return read_file(out);
}

TEST(NdjsonSink, WritesTheOriginalBytesAndAppends) {
  const Folder folder;
  const SetClock clock;
  for (const std::string line : {R"({ "a" : 1.0e0, "b":"\u0041" })", "{}"}) {
    auto sink = open_ndjson_sink(folder.file("x.ndjson"), {}, clock);
    ASSERT_TRUE(sink) << sink.error().message;
    ASSERT_TRUE(give(**sink, line));
    ASSERT_TRUE((*sink)->finish(no_output()));
  }
  EXPECT_EQ(read_file(folder.file("x.ndjson")), "{ \"a\" : 1.0e0, \"b\":\"\\u0041\" }\n{}\n");
}

TEST(NdjsonSink, LinesLeaveBeforeTheNextWait) {
  const Folder folder;
  const SetClock clock;
  auto sink = open_ndjson_sink(folder.file("x.ndjson"), {}, clock);
  ASSERT_TRUE(sink);
  EXPECT_FALSE((*sink)->next_deadline());
  ASSERT_TRUE(give(**sink, "{}"));
  ASSERT_TRUE((*sink)->next_deadline());
  EXPECT_LE(*(*sink)->next_deadline(), clock.monotonic());
  ASSERT_TRUE((*sink)->on_deadline(clock.monotonic(), no_output()));
  EXPECT_EQ(read_file(folder.file("x.ndjson")), "{}\n");
}

TEST(NdjsonSink, RotatesBySizeAndKeepsTheNewest) {
  const Folder folder;
  SetClock clock;
  RotationOptions rotation;
  rotation.size = 16;
  rotation.keep_files = 2;
  auto sink = open_ndjson_sink(folder.file("x.ndjson"), rotation, clock);
  ASSERT_TRUE(sink);
  for (int i = 0; i < 9; ++i) {
    ASSERT_TRUE(give(**sink, "{\"n\":" + std::to_string(i) + "}"));  // 8 bytes with LF: two a file
    clock.pass(std::chrono::seconds{1});
  }
  ASSERT_TRUE((*sink)->finish(no_output()));
  EXPECT_EQ(names(folder), (std::vector<std::string>{"x-20261125T080006.000000Z.ndjson",
                                                     "x-20261125T080008.000000Z.ndjson", "x.ndjson"}));
  EXPECT_EQ(read_file(folder.file("x-20261125T080008.000000Z.ndjson")), "{\"n\":6}\n{\"n\":7}\n");
  EXPECT_EQ(read_file(folder.file("x.ndjson")), "{\"n\":8}\n");
}

TEST(NdjsonSink, ARotationHandsTheModeOn) {
  const Folder folder;
  SetClock clock;
  RotationOptions rotation;
  rotation.size = 16;
  const std::filesystem::path path = folder.file("x.ndjson");
  auto sink = open_ndjson_sink(path, rotation, clock);
  ASSERT_TRUE(sink);
  ASSERT_TRUE(give(**sink, R"({"number":"one"})"));
  std::filesystem::permissions(path, std::filesystem::perms{0640});
  ASSERT_TRUE(give(**sink, R"({"number":"two"})"));
  ASSERT_TRUE((*sink)->finish(no_output()));
  EXPECT_EQ(read_file(path), "{\"number\":\"two\"}\n");
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms{0640});
}

TEST(NdjsonSink, RotatesByAgeAndKeepsByBytes) {
  const Folder folder;
  SetClock clock;
  RotationOptions rotation;
  rotation.age = std::chrono::minutes{1};
  rotation.keep_bytes = 9;
  auto sink = open_ndjson_sink(folder.file("x.ndjson"), rotation, clock);
  ASSERT_TRUE(sink);
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(give(**sink, "{}"));
    clock.pass(std::chrono::seconds{61});
  }
  EXPECT_EQ(names(folder).size(), 4U);  // three of 3 bytes, and the current one
}

TEST(NdjsonSink, ATornEndIsCutAndAWholeLastLineCompleted) {
  const SetClock clock;
  for (const auto& [before, after] : std::vector<std::pair<std::string, std::string>>{
           {"{\"a\":1}\n{\"b\":", "{\"a\":1}\n{}\n"}, {"{\"a\":1}", "{\"a\":1}\n{}\n"}, {"{\"tor", "{}\n"}}) {
    const Folder folder;
    std::ofstream(folder.file("x.ndjson")) << before;
    auto sink = open_ndjson_sink(folder.file("x.ndjson"), {}, clock);
    ASSERT_TRUE(sink);
    ASSERT_TRUE(give(**sink, "{}"));
    ASSERT_TRUE((*sink)->finish(no_output()));
    EXPECT_EQ(read_file(folder.file("x.ndjson")), after);
  }
}

TEST(NdjsonSink, TwoWritersOfOneFileAreRefused) {
  const Folder folder;
  const SetClock clock;
  auto first = open_ndjson_sink(folder.file("x.ndjson"), {}, clock);
  ASSERT_TRUE(first);
  const auto second = open_ndjson_sink(folder.file("x.ndjson"), {}, clock);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::Owned);
}

TEST(NdjsonSink, FramesAreReadableUpToATornOneAndGoOnBehindIt) {
  const Folder folder;
  SetClock clock;
  const std::string path = folder.file("x.ndjson.lz4");
  auto sink = open_ndjson_sink(path, {}, clock);
  ASSERT_TRUE(sink);
  ASSERT_TRUE(give(**sink, "{\"a\":1}"));
  EXPECT_GT(*(*sink)->next_deadline(), clock.monotonic());
  clock.pass(std::chrono::seconds{1});
  ASSERT_TRUE((*sink)->on_deadline(clock.monotonic(), no_output()));
  EXPECT_EQ(unpack(path), "{\"a\":1}\n");
  const auto whole = std::filesystem::file_size(path);
  ASSERT_TRUE(give(**sink, "{\"b\":2}"));
  ASSERT_TRUE((*sink)->finish(no_output()));
  for (auto bytes = std::filesystem::file_size(path) - 1; bytes > whole; bytes -= 3) {
    std::filesystem::copy_file(path, folder.file("torn.lz4"), std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(folder.file("torn.lz4"), bytes);
    auto again = open_ndjson_sink(folder.file("torn.lz4"), {}, clock);
    ASSERT_TRUE(again);
    ASSERT_TRUE(give(**again, "{\"c\":3}"));
    ASSERT_TRUE((*again)->finish(no_output()));
    EXPECT_EQ(unpack(folder.file("torn.lz4")), "{\"a\":1}\n{\"c\":3}\n");
  }
}

TEST(NdjsonSink, AFileOfAnotherFormStaysAsItIs) {
  const SetClock clock;
  for (const auto& [name, content] :
       std::vector<std::pair<std::string, std::string>>{{"x.lz4", "something else"},
                                                        {"x.lz4", "ab"},
                                                        {"x.txt", "a note"},
                                                        {"x.txt", "a note\n"},
                                                        {"x.txt", "{}\nand a note"},
                                                        {"x.txt", "\n"},
                                                        {"x.json", "{\n  \"a\": 1\n}\n"},
                                                        {"x.json", "{\n  \"a\":\n{\"b\":"}}) {
    const Folder folder;
    std::ofstream(folder.file(name)) << content;
    EXPECT_FALSE(open_ndjson_sink(folder.file(name), {}, clock)) << content;
    EXPECT_EQ(read_file(folder.file(name)), content);
  }
}

std::string frame(std::string_view text) {
  std::string out;
  EXPECT_TRUE(append_lz4_frame(text, out));
  return out;
}

TEST(NdjsonSink, FramesThatSomebodyElseWroteStayAsTheyAre) {
  const SetClock clock;
  const auto record = frame("{\"a\":1}\n");
  const std::string skippable("\x50\x2A\x4D\x18\x02\0\0\0ab", 10);
  const auto archive = frame("name of a file" + std::string(100000, '\0'));
  for (const auto& content : {archive, archive.substr(0, archive.size() - 5), record + skippable, skippable + record,
                              frame("{\n \"a\": 1}\n"), record + "something else"}) {
    const Folder folder;
    std::ofstream(folder.file("x.lz4")) << content;
    EXPECT_FALSE(open_ndjson_sink(folder.file("x.lz4"), {}, clock)) << content;
    EXPECT_EQ(read_file(folder.file("x.lz4")), content);
  }
}

TEST(NdjsonSink, ATornFirstFrameIsCut) {
  const Folder folder;
  const SetClock clock;
  std::ofstream(folder.file("x.lz4")) << "\x04\x22";
  EXPECT_TRUE(open_ndjson_sink(folder.file("x.lz4"), {}, clock));
  EXPECT_EQ(read_file(folder.file("x.lz4")), "");
}

}  // namespace
}  // namespace dbi::exporting
