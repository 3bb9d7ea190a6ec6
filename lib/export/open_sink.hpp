// From the words of --to to sinks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "export/ndjson_sink.hpp"
#include "export/sink.hpp"
#include "export/sqlite_sink.hpp"
#include "export/table_sink.hpp"

namespace dbi::exporting {

struct SinkOptions {
  TableOptions table;
  RotationOptions rotation;
  SqliteOptions sqlite;
  const Log* log = nullptr;  ///< told what is cut off or left out; not owned
};

/// Checks the words without opening anything: ErrorKind::Usage for an unknown sink, a missing path, or one given twice.
Status check_sinks(const std::vector<std::string>& words);

/// True where one SQLite database is the only sink that keeps something: whose acknowledgement stands for all.
[[nodiscard]] bool can_acknowledge(const std::vector<std::string>& words);

/// Opens them in their order; the words have been checked. Fails with what the first sink that cannot be
/// opened says, behind its word.
Result<std::vector<std::unique_ptr<Sink>>> open_sinks(const std::vector<std::string>& words, const SinkOptions& options,
                                                      const Clock& clock);

}  // namespace dbi::exporting
