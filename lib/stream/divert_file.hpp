// Where a filter puts the records that it takes out of the stream without losing them (--over divert, --open divert).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace dbi::stream {

/// What else the run reads and writes, where the diverted records must not go as well.
struct RunFiles {
  std::vector<std::string> inputs;  ///< StreamOptions::files
  int output = -1;
  std::optional<std::filesystem::path> rejects;
};

/// Appends records to an NDJSON file (or a pipe or device that is there), in batches that a filter writes out in its
/// Filter::flush(). Whole records only; a half one that a crash left at the end of the file stays a line of its own.
/// What is diverted counts as dropped: it is counted first, so that a fault of the file loses no count. Not shared
/// between threads; movable.
class DivertFile {
 public:
  /// Bytes in the buffer from which on it is written out.
  static constexpr std::size_t kChunk = std::size_t{64} << 10U;

  /// Opens the file, made with mode 0600 where it is missing. Fails with ErrorKind::Usage where it is one of `others`:
  /// to append to what is read would never end, and two writers of one file tear each other's lines. Fails with
  /// ErrorKind::Output where it cannot be opened.
  static Result<DivertFile> open(const std::filesystem::path& path, const RunFiles& others);

  DivertFile(DivertFile&&) noexcept = default;
  DivertFile& operator=(DivertFile&&) noexcept = default;
  DivertFile(const DivertFile&) = delete;
  DivertFile& operator=(const DivertFile&) = delete;
  /// What was not flushed is lost.
  ~DivertFile() = default;

  /// A record without its line end; LF is added. Fails with ErrorKind::Output, which names the file and ends the run;
  /// after a fault every later call fails the same way.
  Status append(std::string_view line);

  /// Writes out all that is buffered. Fails like append().
  Status flush();

  /// Writes out all that is buffered, and goes on with a new file where the old one was moved away (log rotation).
  /// Fails with ErrorKind::Output, and goes on with the old one then.
  Status reopen();

 private:
  DivertFile(std::filesystem::path path, Descriptor file);
  Status end_torn_line();
  [[nodiscard]] tl::unexpected<Error> fault(int error_number);

  std::filesystem::path path_;
  Descriptor file_;
  std::string buffer_;
  int error_ = 0;  // errno of the first fault
};

}  // namespace dbi::stream
