// A plan's flame graph as a file of its own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plan/analysis.hpp"
#include "planview/heading.hpp"

namespace dbi::planview {

/// Appends one SVG document.
void write_svg(const plan::Analysis& analysis, const Heading& heading, std::string& out);

}  // namespace dbi::planview
