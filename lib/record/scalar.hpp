// Numbers and the literals true, false, null by the grammar of RFC 8259.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace dbi::record {

/// True for a number of any size. At least 32 bytes behind `text` must be readable; what they hold does not matter.
[[nodiscard]] bool is_number(std::string_view text);

/// True for "true", "false" and "null".
[[nodiscard]] bool is_literal(std::string_view text);

}  // namespace dbi::record
