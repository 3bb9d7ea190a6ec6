// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

namespace dbi {

namespace {

const ErrorKindRow& row(ErrorKind kind) {
  return kErrorKinds.at(static_cast<std::size_t>(kind));
}

constexpr bool rows_follow_the_enumeration() {
  for (std::size_t i = 0; i < kErrorKinds.size(); ++i) {
    if (static_cast<std::size_t>(kErrorKinds[i].kind) != i) return false;
  }
  return true;
}
static_assert(rows_follow_the_enumeration());

}  // namespace

std::string_view error_word(ErrorKind kind) {
  return row(kind).word;
}

ExitStatus exit_status(ErrorKind kind) {
  return row(kind).exit_status;
}

std::string format_error(const Error& error) {
  if (error.hint.empty()) return error.message;
  return error.message + "\n  hint: " + error.hint;
}

}  // namespace dbi
