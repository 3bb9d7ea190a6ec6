// A line below a node in EXPLAIN's TEXT: "Sort Method: quicksort  Memory: 25kB".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "planread/plan.hpp"

namespace dbi::planread {

/// Adds the properties that JSON would have for "Label: value" to the node or group that was begun last; groups of an
/// incremental sort are begun for `node`. A label that is not known is noted as such.
void read_property_line(std::string_view label, std::string_view value, std::uint32_t node, Plan& plan);

/// "fk for constraint c on t: time=1.2 calls=3", behind "Trigger ".
void read_trigger_line(std::string_view text, Plan& plan);

/// "Generation 1.2 ms (Deform 0.3 ms), Inlining 0.0 ms, ..." of JIT, behind "Timing: ".
void read_jit_timing(std::string_view text, Plan& plan);

}  // namespace dbi::planread
