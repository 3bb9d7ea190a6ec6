// Keys of tables that are made of several texts: no two lists of texts read alike, whatever bytes they hold.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dbi {

/// Appends a text behind its length, of which a byte holds seven bits, the lowest first (LEB128). One that is absent
/// differs from an empty one.
inline void append_part(std::string& key, std::optional<std::string_view> text) {
  std::uint64_t length = text ? std::uint64_t{text->size()} + 1 : 0;
  for (; length >= 0x80U; length >>= 7U) key.push_back(static_cast<char>(length | 0x80U));
  key.push_back(static_cast<char>(length));
  if (text) key.append(*text);
}

/// Takes the first text off a key that append_part() wrote; a view into it.
inline std::optional<std::string_view> take_part(std::string_view& key) {
  std::uint64_t length = 0;
  std::size_t at = 0;
  for (unsigned shift = 0; at < key.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(key[at++]);
    length |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80U) == 0) break;
  }
  key.remove_prefix(at);
  if (length == 0) return std::nullopt;
  const std::string_view text = key.substr(0, length - 1);
  key.remove_prefix(length - 1);
  return text;
}

}  // namespace dbi
