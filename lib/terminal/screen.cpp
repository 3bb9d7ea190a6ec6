// SPDX-License-Identifier: Apache-2.0
#include "terminal/screen.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <string_view>

#include "base/text.hpp"

namespace dbi::terminal {

namespace {

// Empty where it is not set.
std::string variable(const Environment& environment, const char* name) {
  return environment(name).value_or(std::string());
}

std::optional<std::size_t> positive(std::string_view text) {
  std::size_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

}  // namespace

std::optional<WindowSize> window_of(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return std::nullopt;
  return WindowSize{size.ws_col, size.ws_row};
}

bool shows_color(Color color, int descriptor, const Environment& environment) {
  if (color != Color::Auto) return color == Color::Always;
  return ::isatty(descriptor) == 1 && variable(environment, "NO_COLOR").empty();
}

std::optional<std::size_t> columns_of(int descriptor, const Environment& environment) {
  if (const auto columns = positive(variable(environment, "COLUMNS"))) return columns;
  const auto window = window_of(descriptor);
  return window ? std::optional(window->columns) : std::nullopt;
}

bool shows_unicode(const Environment& environment) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string locale = lower_case(variable(environment, name));
    if (!locale.empty()) return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return true;
}

}  // namespace dbi::terminal
