// Words of MySQL and MariaDB as their plans print them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace dbi::plan {

/// Whether it is a word of SQL, and neither a name nor a function: "and", "between", "desc"; in any case.
[[nodiscard]] bool is_mysql_keyword(std::string_view word);

/// The name without its backticks.
[[nodiscard]] std::string_view without_backticks(std::string_view name);

}  // namespace dbi::plan
