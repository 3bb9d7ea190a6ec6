// Names that the original system and its relatives use for what a key of dbi says, so that a refusal can name the key.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace dbi::config {

/// A foreign name of a key. An empty `section` is a section's own name.
struct OldName {
  std::string_view section;  ///< in which it stood, at any depth
  std::string_view name;
  std::string_view key;     ///< what it is called here, its path without the section; empty: there is no such key
  std::string_view remedy;  ///< a sentence for where there is none, or that goes with the key; may be empty
};

/// Every foreign name, once a section.
[[nodiscard]] std::span<const OldName> old_names();

/// The hint for an unknown key of that name in the section (empty: for an unknown section); empty where the name is not
/// a foreign one.
[[nodiscard]] std::string remedy_for(std::string_view section, std::string_view name);

}  // namespace dbi::config
