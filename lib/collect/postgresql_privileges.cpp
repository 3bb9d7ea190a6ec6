// SPDX-License-Identifier: Apache-2.0
#include "collect/postgresql_privileges.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dbi::collect {

std::string quote_name(std::string_view name) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  const bool escapes = std::ranges::any_of(name, is_control);
  std::string quoted = escapes ? "U&\"" : "\"";
  for (const char c : name) {
    if (is_control(c)) {
      quoted += fmt::format("\\{:04X}", c);
    } else {
      quoted.append(c == '"' || (escapes && c == '\\') ? 2 : 1, c);
    }
  }
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
