// YAML text into a document. The only door to yaml-cpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/value.hpp"

namespace dbi::config {

/// Bounds of a document; aliases count as often as they are used.
inline constexpr std::size_t kMaxValues = 100'000;
inline constexpr int kMaxDepth = 64;

/// What a document is read for.
enum class Role : std::uint8_t {
  Whole,   ///< it stands for itself
  Overlay  ///< it changes another one, and may take things away: !remove
};

/// Reads one document whose root is a map (or nothing). What cannot be read past (bad syntax, keys that are no scalars,
/// an alias within its own anchor, a second document, a bound) is an error of kind Configuration that names file, line
/// and column; duplicate keys, `<<` and tags are such errors in the document's `faults`. `file` is what messages call
/// it.
Result<Document> parse_yaml(std::string_view text, std::string file, Role role = Role::Whole);

}  // namespace dbi::config
