// Malformed input: told on standard error (not too often), counted, and kept in the rejects file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "base/log.hpp"
#include "base/result.hpp"

namespace dbi::stream {

/// What the rejects file holds of a line: its length and hash, or the line itself.
enum class RejectsContent : std::uint8_t { Redacted, Full };

struct RejectsOptions {
  std::optional<std::filesystem::path> file;  ///< none: nothing is kept
  RejectsContent content = RejectsContent::Redacted;
  std::uint64_t max_bytes = std::uint64_t{64} << 20U;  ///< of the file and its predecessor (FILE.old) together
};

/// A line that is no record.
struct Reject {
  std::string_view input;    ///< "input" or the file's name
  std::uint64_t line = 0;    ///< from 1
  std::string_view reason;   ///< "unexpected byte at 7"
  std::string_view content;  ///< the line; empty where it was too long to be held
  std::uint64_t bytes = 0;   ///< its length
  std::uint64_t xxh3 = 0;    ///< XXH3-64 of it
};

/// Takes rejects of one run. The file is opened with the first one, mode 0600, and appended to as NDJSON: `ts`,
/// `input`, `line`, `reason`, `bytes`, `xxh3`, and `content` where it is kept (bytes that are no UTF-8 as U+FFFD).
class Rejects {
 public:
  Rejects(RejectsOptions options, const Log& log, const Clock& clock);

  /// Fails with ErrorKind::State where the file cannot be written.
  Status add(const Reject& reject);

  /// Tells how many messages were held back; at the end of a run.
  void finish();

  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  void tell(const Reject& reject);
  Status keep(const Reject& reject);
  Status open();
  Status rotate();

  RejectsOptions options_;
  const Log* log_;
  const Clock* clock_;
  Descriptor file_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t held_back_ = 0;  // messages not told
  int told_ = 0;                 // in this interval
  MonotonicTime interval_{};
  std::string line_;
};

}  // namespace dbi::stream
