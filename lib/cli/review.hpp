// Checks over a whole option tree: what a reviewer would look for in every flag table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/option.hpp"

namespace dbi::cli {

/// What is wrong with the declarations, a sentence each: names used twice, keys in each other's way, missing or
/// ill-formed texts, defaults that the option itself refuses, secrets as flags. Empty for a good tree. For tests.
[[nodiscard]] std::vector<std::string> review(const Tree& tree);

}  // namespace dbi::cli
