// What the mysql and mariadb clients put around a plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dbi::planread {

/// Whether a line is the heading of a plan: "EXPLAIN", "| ANALYZE |" within a frame, "*** 1. row ***" of \G.
[[nodiscard]] bool is_mysql_heading(std::string_view line);

/// The plan without its heading, without frames, "EXPLAIN: " of \G and the count of rows, and with the line ends that
/// the client writes as "\n" in a batch (without --raw). A view of `text` where it has no line to be opened, else of
/// `scratch`.
[[nodiscard]] std::string_view without_mysql_decoration(std::string_view text, std::string& scratch);

}  // namespace dbi::planread
