// Other names of members: those that the original system and its receivers gave them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace dbi::record::schema {

/// A name that rules and configuration may use for a member. Records never carry it.
struct Alias {
  std::string_view name;
  std::string_view member;
};

/// Every alias, sorted by name (as bytes).
[[nodiscard]] std::span<const Alias> aliases();

/// The member that the name stands for; the name itself where it is no alias. Thread safe.
[[nodiscard]] std::string_view resolve_alias(std::string_view name);

}  // namespace dbi::record::schema
