// What a circuit is named after: a target, one database of a target, or the host that the pipeline runs on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dbi::circuit {

/// The circuit of the host's own CPU and memory; it blocks every target. A record's target may be called so, but has no
/// circuit then (breaker/circuit_table.hpp).
inline constexpr std::string_view kHostKey = "@host";

/// "main" for a target, "main/app" for a database. A target's name has no '/', a database's may have some.
[[nodiscard]] inline std::string make_key(std::string_view target, std::string_view database) {
  std::string key(target);
  key += '/';
  key += database;
  return key;
}

/// The parts of a key; views into it.
struct KeyParts {
  std::string_view target;
  std::string_view database;
  bool has_database = false;
};

[[nodiscard]] inline KeyParts split_key(std::string_view key) {
  const auto slash = key.find('/');
  if (slash == std::string_view::npos) return {key, {}, false};
  return {key.substr(0, slash), key.substr(slash + 1), true};
}

}  // namespace dbi::circuit
