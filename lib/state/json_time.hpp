// Times and durations as members of documents. Only sources of state/ that parse JSON include this.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/time_text.hpp"

namespace dbi::state {

/// An RFC 3339 text, where the member is there. Fails with ErrorKind::Malformed; throws like nlohmann for other types.
inline Result<std::optional<Timestamp>> read_time(const nlohmann::ordered_json& body, std::string_view name) {
  const auto member = body.find(name);
  if (member == body.end()) return std::optional<Timestamp>();
  DBI_TRY_ASSIGN(const Timestamp time, parse_timestamp(member->get<std::string>()));
  return std::optional(time);
}

/// Milliseconds, where the member is there. Fails with ErrorKind::Malformed for what is no duration up to a century.
inline Result<std::optional<microseconds>> read_milliseconds(const nlohmann::ordered_json& body,
                                                             std::string_view name) {
  const auto member = body.find(name);
  if (member == body.end()) return std::optional<microseconds>();
  const auto value = member->get<double>();
  constexpr double kCentury = 100 * 366 * 86'400'000.0;
  if (!(value >= 0 && value <= kCentury)) {
    return fail(ErrorKind::Malformed, "'" + std::string(name) + "' is no duration");
  }
  return std::optional(microseconds(std::llround(value * 1000)));
}

inline double milliseconds_of(microseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace dbi::state
