// Draws a target's view as lines of text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "export/table_model.hpp"

namespace dbi::exporting {

struct LayoutOptions {
  std::size_t width = 120;      ///< columns; no line is wider
  std::size_t lines = 0;        ///< at most that many; 0: as many as it takes
  std::size_t statements = 20;  ///< rows at most, besides the rest
  std::size_t sessions = 20;    ///< rows at most
  bool color = false;
};

/// The lines without line ends: heading, errors with their hints, sessions with the blocking tree, top statements.
[[nodiscard]] std::vector<std::string> draw(const TargetView& view, const LayoutOptions& options);

/// "0.12ms", "12.3ms", "1.23s", "2m03s", "3h12m", "5d04h".
[[nodiscard]] std::string show_ms(double ms);

/// "987", "12345", "123k", "1.23M".
[[nodiscard]] std::string show_count(double count);

}  // namespace dbi::exporting
