// Why a database did not answer: the error of `error` records, with the server's SQLSTATE.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "base/error.hpp"

namespace dbi::db {

/// `kind` is one of those from Timeout to Other. `message` is redacted: no literal, DETAIL, CONTEXT or QUERY text, no
/// password; host and user may show.
struct Failure {
  ErrorKind kind = ErrorKind::Other;
  std::string sqlstate;  ///< empty where the server gave none (it was not reached, or a limit of ours ran out)
  std::string message;
  std::string hint;
  bool stopped = false;    ///< the caller's stop request ended it, nothing is wrong with the server
  bool too_large = false;  ///< the answer was given up at the caller's limit of bytes
};

/// A value or the Failure that stood in its way.
template <typename T>
using Outcome = tl::expected<T, Failure>;

/// The same without its SQLSTATE.
[[nodiscard]] Error to_error(Failure failure);

}  // namespace dbi::db
