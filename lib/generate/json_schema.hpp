// The configuration as a JSON Schema, for editors and for checks by programs that are not dbi.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "generate/tool_table.hpp"

namespace dbi::generate {

/// A JSON Schema of draft 2020-12 for dbi.yaml, made of the tools' tables: every key with its meaning, type, range,
/// words and default; no other keys. A scalar may also be a text with a variable, since what that stands for is known
/// only when the document is read. What a schema cannot say (rules over several keys, which variables are set) only the
/// tools check: they accept no document that the schema refuses for another reason than that. Ends with a line feed.
[[nodiscard]] std::string json_schema(const std::vector<ToolTable>& tables);

}  // namespace dbi::generate
