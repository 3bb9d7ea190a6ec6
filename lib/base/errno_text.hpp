// The one way from an errno to words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace dbi {

/// What the system says about a value of errno, "No such file or directory". Any thread may call it.
[[nodiscard]] std::string errno_text(int error_number);

}  // namespace dbi
