// Takes the literals out of messages of MySQL and MariaDB.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dbi::sql {

/// For `error` records and diagnostics. `code` is the number (1062), 0 where it is not known; `sqlstate` is empty where
/// it is not known. A text in quotes stays only where it looks like a name, behind words that announce one ("for
/// column"), and so do names in backticks; numbers stay where they count lines and rows. Never copies a value, also
/// where it holds quotes or the message is cut. An application's own words (SIGNAL, RESIGNAL) are replaced by their
/// length and hash.
[[nodiscard]] std::string redact_mysql_message(std::string_view message, unsigned code, std::string_view sqlstate);

}  // namespace dbi::sql
