// A snapshot as JSON, one row a line: the form in which baselines are kept.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "collect/json_cursor.hpp"
#include "collect/snapshot.hpp"

namespace dbi::collect {

/// Appends what the next delta needs of a snapshot: server, the marks read before the rows, columns, and of each row
/// key, since and counters. Whole numbers and doubles read back to the same value.
void append_snapshot(std::string& out, const StatementSnapshot& snapshot);

/// Reads it back; the cursor says where it is damaged.
[[nodiscard]] StatementSnapshot read_snapshot(JsonCursor& cursor);

}  // namespace dbi::collect
