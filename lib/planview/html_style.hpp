// The style sheet of HtmlView.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace dbi::planview {

/// CSS without anything that XML would take for markup; light, dark and printed, from a phone's width on.
[[nodiscard]] std::string_view html_style();

}  // namespace dbi::planview
