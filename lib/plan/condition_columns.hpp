// The columns that a condition of a plan compares: what an index for it would be made of.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbi::plan {

/// Names of columns, each once, those that are compared by equality first, else in the order of the condition; as they
/// are written, without qualifiers. At most `most`. Nothing of a literal. Empty where the condition cannot be read.
[[nodiscard]] std::vector<std::string> condition_columns(std::string_view condition, std::size_t most = 5);

}  // namespace dbi::plan
