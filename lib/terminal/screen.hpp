// What the terminal at the other end can show, by what it and the environment say.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace dbi::terminal {

/// The value of a variable; nothing where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The window of a terminal.
struct WindowSize {
  std::size_t columns = 80;
  std::size_t lines = 24;

  friend bool operator==(const WindowSize&, const WindowSize&) = default;
};

/// Of the terminal behind the descriptor, as the kernel knows it; nothing where there is none or it does not say.
[[nodiscard]] std::optional<WindowSize> window_of(int descriptor);

enum class Color : std::uint8_t { Auto, Always, Never };

/// Auto: on a terminal, unless NO_COLOR is set and not empty (no-color.org).
[[nodiscard]] bool shows_color(Color color, int descriptor, const Environment& environment);

/// COLUMNS where it is a number, else the terminal's; nothing where neither says.
[[nodiscard]] std::optional<std::size_t> columns_of(int descriptor, const Environment& environment);

/// Whether the locale's characters are those of Unicode: by the first of LC_ALL, LC_CTYPE and LANG that is set. Where
/// none is, as in many a container, they are taken to be.
[[nodiscard]] bool shows_unicode(const Environment& environment);

}  // namespace dbi::terminal
