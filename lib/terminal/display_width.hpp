// How wide text is on a terminal, and cutting it to a width.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dbi::terminal {

/// Columns that UTF-8 text takes: 2 for East Asian wide characters and emoji, 0 for combining ones.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// The text on one line: runs of white space and control characters become one space, so that nothing in it moves the
/// cursor; format characters that reorder text are left out.
[[nodiscard]] std::string one_line(std::string_view text);

/// The longest beginning that takes at most `width` columns.
[[nodiscard]] std::string_view beginning(std::string_view text, std::size_t width);

/// At most `width` columns; where something was cut, the last one is an ellipsis.
[[nodiscard]] std::string fit(std::string_view text, std::size_t width);

/// fit() and then filled with spaces to `width`, at the right or (numbers) at the left.
[[nodiscard]] std::string pad_right(std::string_view text, std::size_t width);
[[nodiscard]] std::string pad_left(std::string_view text, std::size_t width);

}  // namespace dbi::terminal
