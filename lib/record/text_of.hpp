// A member's text as a value of its own, where a view and its scratch would only be in the way.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "record/record.hpp"

namespace dbi::record {

/// Empty where the member is not there or no text. Allocates: for what is kept, or read rarely.
[[nodiscard]] inline std::string text_of(const Record& record, std::string_view name) {
  std::string scratch;
  return std::string(record.text(name, scratch).value_or(std::string_view()));
}

}  // namespace dbi::record
