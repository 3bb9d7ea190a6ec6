// Tells the collector's own statements on PostgreSQL from everybody else's, by the comment that they carry.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace dbi::collect {

/// What stands behind the first keyword of every statement of ours, closed by " */" or more words: pg_stat_statements
/// keeps comments there, while leading ones are cut off (collector-checks.md C).
inline constexpr std::string_view kOwnComment = "/* dbi-collect";

/// True for "select /* dbi-collect ...": the comment directly behind the first keyword. The caller has made sure that
/// the statement's role is the collector's own.
[[nodiscard]] bool is_own_statement(std::string_view text);

}  // namespace dbi::collect
