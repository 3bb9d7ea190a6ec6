// What nlohmann throws, in words of ours. Only sources of state/ that parse JSON include this.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.hpp"

namespace dbi::state {

inline tl::unexpected<Error> malformed(const nlohmann::json::exception& error) {
  if (const auto* no_json = dynamic_cast<const nlohmann::json::parse_error*>(&error)) {
    return fail(ErrorKind::Malformed, "no JSON from byte " + std::to_string(no_json->byte) + " on");
  }
  return fail(ErrorKind::Malformed, "a member is not there, or of another type");
}

}  // namespace dbi::state
