// How grave a finding is, on a terminal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "plan/finding.hpp"
#include "terminal/ink.hpp"

namespace dbi::planview {

[[nodiscard]] inline terminal::Style severity_style(plan::Severity severity) {
  if (severity == plan::Severity::Critical) return terminal::Style::BoldRed;
  return severity == plan::Severity::Warning ? terminal::Style::Yellow : terminal::Style::Cyan;
}

/// Two columns.
[[nodiscard]] inline std::string_view severity_mark(plan::Severity severity) {
  if (severity == plan::Severity::Critical) return "!!";
  return severity == plan::Severity::Warning ? "! " : "i ";
}

}  // namespace dbi::planview
