// Cycle ids: the 32 hex digits of a UUIDv7 (RFC 9562 section 5.7), so that later cycles sort behind earlier ones.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace dbi {

/// An id for the moment `now` that sorts strictly behind `newest` (the empty text sorts before all): where the clock
/// stands still or went back, the id that follows `newest` is returned. Random bits come from the kernel.
[[nodiscard]] std::string next_cycle_id(Timestamp now, std::string_view newest);

/// True for 32 lower-case hex digits.
[[nodiscard]] bool is_cycle_id(std::string_view text);

}  // namespace dbi
