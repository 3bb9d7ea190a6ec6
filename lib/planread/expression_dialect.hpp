// How PostgreSQL writes the expressions of its plans.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql/statement.hpp"

namespace dbi::planread {

/// ruleutils.c doubles a backslash where a string would take it for an escape, so a literal ends at one place whatever
/// standard_conforming_strings is.
[[nodiscard]] inline sql::Dialect expression_dialect() {
  sql::Dialect dialect;
  dialect.standard_conforming_strings = true;
  return dialect;
}

}  // namespace dbi::planread
