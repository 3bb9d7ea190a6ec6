// Timestamps as text: RFC 3339 in UTC with microseconds, the form of every `ts`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace dbi {

/// "2026-11-23T08:00:00.123456Z".
[[nodiscard]] std::string format_timestamp(Timestamp time);

/// Reads RFC 3339 with any offset and up to nine digits of fraction (those past the sixth are cut).
/// Fails with ErrorKind::Malformed, naming the text.
Result<Timestamp> parse_timestamp(std::string_view text);

}  // namespace dbi
