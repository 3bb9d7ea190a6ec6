// What a role of a PostgreSQL server may not see, with the line that lets it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "collect/source_error.hpp"

namespace dbi::collect {

/// An identifier as SQL reads it, always in double quotes.
[[nodiscard]] std::string quote_name(std::string_view name);

/// The error for a source ("statements", "sessions") that hides the rows of other roles from this one.
[[nodiscard]] SourceError hidden_rows(std::string_view source, std::string_view role);

}  // namespace dbi::collect
