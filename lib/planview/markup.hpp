// Text and numbers as they may stand in HTML and XML.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dbi::planview {

/// Appends text for elements and quoted attributes, of HTML and XML alike: markup is escaped, line breaks stay, what is
/// no UTF-8, no character of XML, or reorders text becomes U+FFFD.
void append_escaped(std::string_view text, std::string& out);
[[nodiscard]] std::string escaped(std::string_view text);

/// With two digits behind the point, the same in every locale.
[[nodiscard]] std::string fixed(double value);

}  // namespace dbi::planview
