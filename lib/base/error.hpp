// The one list of error kinds, each with its word and the exit status it leads to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace dbi {

/// Exit statuses of every tool (DESIGN.md section 3, dbi(7)).
enum class ExitStatus : int {
  Done = 0,
  AnswerIsNo = 1,
  Usage = 2,
  MalformedInput = 3,
  Unreachable = 4,
  InputOutput = 5,
  Bug = 70,
};

/// What went wrong. The kinds from Timeout to Other are also the `error_class` words of `error` records.
enum class ErrorKind : std::uint8_t {
  Usage,
  Configuration,
  Malformed,
  Timeout,
  Connection,
  TooManyConnections,
  Authentication,
  Privilege,
  MissingFeature,
  Unsupported,
  Other,
  Input,
  Output,
  State,
  Owned,
  Internal,
};

/// A row of the table of kinds.
struct ErrorKindRow {
  ErrorKind kind;
  std::string_view word;
  ExitStatus exit_status;
};

/// Every kind once, in the order of the enumeration; dbi(7) prints it and a test compares the two.
inline constexpr std::array kErrorKinds = {
    ErrorKindRow{ErrorKind::Usage, "usage", ExitStatus::Usage},
    ErrorKindRow{ErrorKind::Configuration, "configuration", ExitStatus::Usage},
    ErrorKindRow{ErrorKind::Malformed, "malformed", ExitStatus::MalformedInput},
    ErrorKindRow{ErrorKind::Timeout, "timeout", ExitStatus::Unreachable},
    ErrorKindRow{ErrorKind::Connection, "connection", ExitStatus::Unreachable},
    ErrorKindRow{ErrorKind::TooManyConnections, "too_many_connections", ExitStatus::Unreachable},
    ErrorKindRow{ErrorKind::Authentication, "authentication", ExitStatus::Unreachable},
    ErrorKindRow{ErrorKind::Privilege, "privilege", ExitStatus::Unreachable},
    ErrorKindRow{ErrorKind::MissingFeature, "missing_feature", ExitStatus::Unreachable},
    ErrorKindRow{ErrorKind::Unsupported, "unsupported", ExitStatus::Unreachable},
    ErrorKindRow{ErrorKind::Other, "other", ExitStatus::Unreachable},
    ErrorKindRow{ErrorKind::Input, "input", ExitStatus::InputOutput},
    ErrorKindRow{ErrorKind::Output, "output", ExitStatus::InputOutput},
    ErrorKindRow{ErrorKind::State, "state", ExitStatus::InputOutput},
    ErrorKindRow{ErrorKind::Owned, "owned", ExitStatus::InputOutput},
    ErrorKindRow{ErrorKind::Internal, "internal", ExitStatus::Bug},
};

/// The word of a kind, as it stands in messages and in `error_class`.
[[nodiscard]] std::string_view error_word(ErrorKind kind);

/// The exit status that a run ends with when an error of this kind ends it.
[[nodiscard]] ExitStatus exit_status(ErrorKind kind);

/// An error as a value: lower case, no full stop; `hint` is a whole sentence or empty.
struct Error {
  ErrorKind kind = ErrorKind::Internal;
  std::string message;
  std::string hint;
};

/// The message, and where there is a hint a second, indented line "hint: ..."; stands on standard error behind "tool:
/// ".
[[nodiscard]] std::string format_error(const Error& error);

}  // namespace dbi
