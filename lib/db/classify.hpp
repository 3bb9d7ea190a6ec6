// From what a PostgreSQL server, a pooler or libpq says to an error kind. Pure functions of text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "db/failure.hpp"

namespace dbi::db {

/// The kind of an SQLSTATE (PostgreSQL manual, appendix A); Other where the class says nothing about the collector.
[[nodiscard]] ErrorKind kind_of(std::string_view sqlstate);

/// A message of a failed connect, taken apart. libpq has no function that gives the SQLSTATE of a refusal at connect,
/// but puts it into the message where the verbosity is PQERRORS_VERBOSE ("FATAL:  28P01: password ...").
struct ConnectMessage {
  std::string sqlstate;  ///< empty where the server sent none
  std::string text;      ///< the primary message alone, on one line: no host, severity, DETAIL, HINT, LOCATION
};
[[nodiscard]] ConnectMessage parse_connect_message(std::string_view message);

/// The failure of a connect: by SQLSTATE, but where a pooler gives the same one for everything, and where libpq itself
/// failed, by the text. The message is redacted; `where` ("db1:5432") stands in front of it.
[[nodiscard]] Failure classify_connect(std::string_view message, std::string_view where);

/// True where a server or pooler refused the startup packet's `options`, so that a connect without them may succeed.
[[nodiscard]] bool refuses_options(const ConnectMessage& message);

/// The failure of a statement: `primary` is the primary message field only, redacted here.
[[nodiscard]] Failure classify_statement(std::string_view sqlstate, std::string_view primary);

}  // namespace dbi::db
