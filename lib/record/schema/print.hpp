// The member tables as text for people and programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbi::record::schema {

/// One section of dbi-record(5) in scdoc(5) form.
struct Section {
  std::string_view kind;  ///< empty for the members that are not of one kind
  std::string text;       ///< "## KIND", its meaning, its members; ends with an empty line
};

/// The sections that list the members: routing, common, then every kind.
[[nodiscard]] std::vector<Section> scdoc_sections();

/// The same as one text.
[[nodiscard]] std::string print_scdoc();

/// The part of dbi-record(5) that lists the aliases (alias.hpp).
[[nodiscard]] std::string print_alias_scdoc();

/// The same tables as one JSON object on one line: {"routing":[MEMBER ...],"common":[...],"kinds":[{"kind":...}]}.
[[nodiscard]] std::string print_json();

}  // namespace dbi::record::schema
