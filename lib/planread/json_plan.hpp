// Reads JSON as the servers print it for a plan, which of MariaDB's is not always JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "planread/document.hpp"

namespace dbi::planread {

/// As read_json. Texts of MariaDB's stand as they are, since it writes an expression into its JSON without escapes:
/// what has a backslash there is SQL's. A quotation mark in a literal ends the text for every reader; such a plan is
/// ErrorKind::Malformed, also where what follows happens to be JSON, because an expression then ends within a literal.
[[nodiscard]] Result<std::size_t> read_json_plan(std::string_view text, Document& document);

}  // namespace dbi::planread
