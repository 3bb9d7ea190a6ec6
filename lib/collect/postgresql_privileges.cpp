// SPDX-License-Identifier: Apache-2.0
#include "collect/postgresql_privileges.hpp"

#include <fmt/format.h>

namespace dbi::collect {

std::string quote_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

SourceError hidden_rows(std::string_view source, std::string_view role) {
  return {.source = std::string(source),
          .kind = ErrorKind::Privilege,
          .sqlstate = {},
          .message = fmt::format("role {} may not see the {} of other roles", quote_name(role), source),
          .hint = fmt::format("GRANT pg_monitor TO {};", quote_name(role))};
}

}  // namespace dbi::collect
