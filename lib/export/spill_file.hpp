// Lines that wait outside of memory, in one temporary file that has no name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <string_view>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace dbi::exporting {

/// However many texts wait, one file and one descriptor hold them; the first write makes the file. What was given back
/// takes no room on the disk. Fails with ErrorKind::Output.
class SpillFile {
 public:
  /// Where a text stands.
  struct Extent {
    off_t offset = 0;
    std::size_t bytes = 0;
  };

  /// Writes lines, each with its line end.
  Result<Extent> write(std::string_view lines);

  /// Calls `use` with the lines, a block of whole ones at a time.
  [[nodiscard]] Status read(const Extent& extent, const std::function<Status(std::string_view lines)>& use) const;

  /// The text is not wanted any more.
  void give_back(const Extent& extent);

  /// Bytes that wait.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  Descriptor file_;
  off_t end_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace dbi::exporting
