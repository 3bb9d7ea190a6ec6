// Keys made of several texts, such that no two sets of texts read alike on any machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dbi::sampling {

/// Appends eight bytes, the lowest first.
inline void append_number(std::string& key, std::uint64_t number) {
  for (unsigned shift = 0; shift < 64; shift += 8) key.push_back(static_cast<char>(number >> shift & 0xFFU));
}

/// Appends a text behind its length; one that is absent differs from an empty one.
inline void append_part(std::string& key, std::optional<std::string_view> text) {
  append_number(key, text ? text->size() + 1 : 0);
  if (text) key.append(*text);
}

}  // namespace dbi::sampling
