// A document as YAML text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "config/value.hpp"

namespace dbi::config {

/// A map of sections as YAML in block style, two columns a level; short lists of scalars stand in a line. The same
/// value gives the same bytes. parse_yaml() reads back equal values: kinds, texts, whether they are plain (but for
/// texts that YAML does not take plain). Comments and anchors of what was read are gone.
[[nodiscard]] std::string format_yaml(const Value& root);

/// One scalar as it stands in block style: plain where it is and can be, else in double quotes.
[[nodiscard]] std::string format_scalar(const Value& scalar);

}  // namespace dbi::config
