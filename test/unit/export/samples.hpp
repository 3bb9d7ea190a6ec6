// What the tests of export/ share: records from lines, a clock that is set, a folder, a sink's output.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "export/sink.hpp"
#include "record/record.hpp"
#include "stream/writer.hpp"

namespace dbi::exporting {

class SetClock final : public Clock {
 public:
  Timestamp time{std::chrono::seconds{1'795'593'600}};  // 2026-11-25T08:00:00Z
  MonotonicTime steady{std::chrono::seconds{1000}};
  void pass(microseconds span) {
    time += span;
    steady += span;
  }
  [[nodiscard]] Timestamp now() const override { return time; }
  [[nodiscard]] MonotonicTime monotonic() const override { return steady; }
};

/// A checked record over its own bytes.
class Sample {
 public:
  explicit Sample(const std::string& line) : bytes_(line + std::string(record::kPadding, ' ')) {
    record::Reader reader;
    const Status status = reader.parse(std::string_view(bytes_).substr(0, line.size()), record_);
    EXPECT_TRUE(status) << line;
  }
  const record::Record& operator*() const { return record_; }

 private:
  std::string bytes_;
  record::Record record_;
};

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "dbi-export-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

inline std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

/// A sink's standard output: nothing is read, what is written stays in the buffer.
inline stream::Writer& no_output() {
  static stream::Writer writer(-1);
  return writer;
}

inline Status give(Sink& sink, const std::string& line, stream::Writer& out = no_output()) {
  return sink.accept(*Sample(line), out);
}

inline std::string statement(const std::string& cycle, const std::string& query, double calls, double total_ms,
                             const std::string& more = {}) {
  std::ostringstream line;
  line << R"({"v":1,"kind":"query_stats","ts":"2026-11-25T08:00:00.000000Z","target":"main","database":"app","cycle":")"
       << cycle << R"(","system":"postgresql","query_id":")" << query.size() << R"(","query_signature":")" << query
       << R"(","query":")" << query << R"(","user":"web","toplevel":true,"calls":)" << calls << R"(,"duration_ms":)"
       << total_ms / calls << R"(,"total_ms":)" << total_ms << more
       << (more.find("\"quality\"") == std::string::npos ? R"(,"quality":"exact"})" : "}");
  return line.str();
}

inline std::string scrape(const std::string& cycle, const std::string& outcome = "ok") {
  return R"({"v":1,"kind":"scrape","ts":"2026-11-25T08:00:00.000000Z","target":"main","cycle":")" + cycle +
         R"(","system":"postgresql","outcome":")" + outcome +
         R"(","interval_s":10,"cycle_ms":12.5,"records":0,"server_version":"15.8"})";
}

}  // namespace dbi::exporting
