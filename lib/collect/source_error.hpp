// What a read of a source took, or why it gave nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"

namespace dbi::collect {

/// What the reads of one source took.
struct SourceCost {
  double ms = 0;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

/// Something that could not be read.
struct SourceError {
  std::string source;  ///< "server", "statements_info", "statements", "texts", "sessions", "explain"
  ErrorKind kind = ErrorKind::Other;
  std::string sqlstate;  ///< empty where the server was not reached
  std::string message;   ///< redacted already
  std::string hint;      ///< the exact lines that would fix it, or empty
};

}  // namespace dbi::collect
