// The output of a filter under test: a writer into memory, and what came out of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.hpp"
#include "stream/writer.hpp"

namespace dbi {

/// The lines of a text.
inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return out;
}

class WrittenOutput {
 public:
  stream::Writer& writer() { return writer_; }

  /// What was written since the last call.
  std::string take() {
    EXPECT_TRUE(writer_.flush().has_value());
    std::string text(static_cast<std::size_t>(::lseek(file_.get(), 0, SEEK_CUR)), '\0');
    EXPECT_EQ(::pread(file_.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    EXPECT_EQ(::lseek(file_.get(), 0, SEEK_SET), 0);
    EXPECT_EQ(::ftruncate(file_.get(), 0), 0);
    return text;
  }

 private:
  Descriptor file_{::memfd_create("out", MFD_CLOEXEC)};
  stream::Writer writer_{file_.get()};
};

}  // namespace dbi
