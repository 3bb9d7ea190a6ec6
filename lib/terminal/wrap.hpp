// Text over several lines.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dbi::terminal {

/// The text as one_line() makes it, broken at blanks into lines of at most `width` columns, a word that is wider within
/// it; at most `most` lines (at least 1), the last of which then ends in " ...". A width below 5 counts as 5. No line
/// for an empty text. Takes time by what is shown, not by the length of the text.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t width, std::size_t most);

}  // namespace dbi::terminal
