// Finds passwords in a server's messages, which quote statements in pieces and settings by name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace dbi::sql {

/// Where a message goes on with what follows a password's announcement as a statement has it, or a connection's text:
/// all from there on is to be hidden. npos where there is none.
[[nodiscard]] std::size_t find_password(std::string_view message);

}  // namespace dbi::sql
