// Keeps the raw rows of every read of a cycle (--record DIR), so that records can be recomputed from them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "db/own_statement.hpp"
#include "db/result_set.hpp"
#include "sql/statement.hpp"

namespace dbi::db {

/// One file a cycle, DIR/<target>/<cycle>.ndjson.lz4 (an lz4 frame; folders 0700, file 0600): a line a read,
/// {"read":"statements","sql":"...","columns":[...],"rows":[["10",null],...]}, values as libpq gives them. Of text only
/// what the statement says to be open (OwnStatement) is kept as it is; all else may hold a statement and is kept
/// without literals (sql::normalize). Not shared between threads.
class RowRecorder {
 public:
  /// Fails with ErrorKind::Output. `target` and `cycle` are names that records carry.
  static Result<RowRecorder> open(const std::filesystem::path& folder, std::string_view target, std::string_view cycle,
                                  sql::Dialect dialect = {});

  RowRecorder(RowRecorder&&) noexcept;
  RowRecorder& operator=(RowRecorder&&) noexcept;
  ~RowRecorder();

  /// A fault is kept for close(); nothing more is written after it.
  void record(std::string_view source, const OwnStatement& statement, const ResultSet& rows);

  /// Ends the frame and closes the file. Fails with ErrorKind::Output, also for an earlier fault.
  Status close();

 private:
  class Frame;
  explicit RowRecorder(std::unique_ptr<Frame> frame, sql::Dialect dialect);
  std::unique_ptr<Frame> frame_;
  sql::Dialect dialect_;
  std::string line_;
};

}  // namespace dbi::db
