// A plan as lines that tests compare: what every format has to say alike.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "planread/plan.hpp"

namespace dbi::planread {

/// What two executions of one plan need not have in common.
enum class Measured : std::uint8_t { Show, Hide };

/// A node a line: depth, edge, label, properties in the order of the table; then its groups, and those of the
/// statement. Left out are properties that not every format has (KeyClass::Ignored but Alias and Disabled; names of
/// triggers). With Hide times, and what depends on the state of caches, too.
std::string describe(const Plan& plan, Measured measured);

}  // namespace dbi::planread
