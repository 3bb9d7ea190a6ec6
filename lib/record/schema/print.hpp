// The member tables as text for people and programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace dbi::record::schema {

/// The part of dbi-record(5) that lists every kind with its members, in scdoc(5) form: a "## KIND" section each.
[[nodiscard]] std::string print_scdoc();

/// The part of dbi-record(5) that lists the aliases (alias.hpp).
[[nodiscard]] std::string print_alias_scdoc();

/// The same tables as one JSON object on one line: {"routing":[MEMBER ...],"common":[...],"kinds":[{"kind":...}]}.
[[nodiscard]] std::string print_json();

}  // namespace dbi::record::schema
