// Numbers in the lines of plans that servers print as text: " rows=3".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "planread/plan.hpp"

namespace dbi::planread {

/// Takes `word` and the number behind it off the front; false, and nothing taken, where they are not there. Of
/// "0.29..8.30" the first number is 0.29.
bool take_number(std::string_view& text, std::string_view word, double& number);

/// The same, and adds the number to the node or group that was begun last.
void read_number(std::string_view& text, std::string_view word, PlanKey key, Plan& plan);

}  // namespace dbi::planread
