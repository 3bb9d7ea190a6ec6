// YAML text into a document. The only door to yaml-cpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/value.hpp"

namespace dbi::config {

/// Bounds of a document; aliases count as often as they are used.
inline constexpr std::size_t kMaxValues = 100'000;
inline constexpr int kMaxDepth = 64;

/// Reads one document whose root is a map (or nothing). Duplicate keys, keys that are no scalars, `<<`, an alias within
/// its own anchor and a second document are errors of kind Configuration that name file, line and column; `file` is
/// what messages call it.
Result<Document> parse_yaml(std::string_view text, std::string file);

}  // namespace dbi::config
