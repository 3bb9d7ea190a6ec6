// The columns that a condition of a plan compares: what an index for it would be made of.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbi::plan {

/// Names of columns, each once, those that are compared by equality first, else in the order of the condition; as they
/// are written, without qualifiers. At most `most`. Nothing of a literal. Empty where the condition cannot be read.
[[nodiscard]] std::vector<std::string> condition_columns(std::string_view condition, std::size_t most = 5);

/// The same of a condition of MySQL or MariaDB, which are qualified there: only those of the table, by its name in the
/// statement.
[[nodiscard]] std::vector<std::string> mysql_condition_columns(std::string_view condition, std::string_view table,
                                                               std::size_t most = 5);

/// Whether it may compare two columns or expressions by equality, so that rows can be looked for by a hash: an equals
/// sign has no literal on either side. True where the condition cannot be read.
[[nodiscard]] bool mysql_may_hash(std::string_view condition);

}  // namespace dbi::plan
