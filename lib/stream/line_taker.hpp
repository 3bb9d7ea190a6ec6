// For a filter that reads more than records: who looks at the lines before they are read as such.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "stream/writer.hpp"

namespace dbi::stream {

/// All calls come from the loop's thread, between those of the filter. ErrorKind::Malformed says what was wrong with
/// the lines taken so far: they are counted and reported as malformed input at the line at hand, and the run goes on.
/// Any other error ends it.
class LineTaker {
 public:
  virtual ~LineTaker() = default;

  /// An input begins; "-" is standard input.
  virtual void begin_input(std::string_view name) = 0;

  /// A line without its line end, empty ones too. True where it is taken; false: it is read as a record. At least
  /// record::kPadding bytes behind it are readable; valid during the call only.
  virtual Result<bool> take(std::string_view line, Writer& out) = 0;

  /// The input has ended, or a stop ends the run: what was taken is to be written.
  virtual Status end_input(Writer& out) = 0;
};

}  // namespace dbi::stream
