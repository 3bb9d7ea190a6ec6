// What differs between two texts, line by line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dbi::generate {

/// A unified diff with three lines of context, as diff -u writes it and patch(1) reads it; empty where the texts are
/// equal. The fewest lines change (Myers, "An O(ND) difference algorithm and its variations", 1986), up to 2000 of
/// them; beyond, the differing middle is shown as taken away and added whole. A last line without a line feed is said
/// to be one.
[[nodiscard]] std::string unified_diff(std::string_view before, std::string_view after, std::string_view before_name,
                                       std::string_view after_name);

}  // namespace dbi::generate
