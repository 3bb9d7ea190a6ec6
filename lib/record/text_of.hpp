// Members as values of their own, where a view and its scratch would only be in the way: of lines that a filter saved
// and reads back, and of what is read rarely.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time_text.hpp"
#include "record/record.hpp"

namespace dbi::record {

/// Empty where the member is not there or no text. Allocates: for what is kept, or read rarely.
[[nodiscard]] inline std::string text_of(const Record& record, std::string_view name) {
  std::string scratch;
  return std::string(record.text(name, scratch).value_or(std::string_view()));
}

/// Nothing where the member is not there or no RFC 3339 time.
[[nodiscard]] inline std::optional<Timestamp> time_of(const Record& record, std::string_view name) {
  const auto time = parse_timestamp(text_of(record, name));
  return time ? std::optional(*time) : std::nullopt;
}

/// 0 where the member is not there, no whole number or negative.
[[nodiscard]] inline std::uint64_t count_of(const Record& record, std::string_view name) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, record.integer(name).value_or(0)));
}

}  // namespace dbi::record
