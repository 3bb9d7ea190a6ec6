// plans.db: the history as a SQLite database that a person can query.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "history/history.hpp"
#include "sqlite/database.hpp"

namespace dbi::history {

/// Fails with ErrorKind::State. Not shared between threads.
class Store {
 public:
  /// See History::open().
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& path, std::string& warning);

  /// All statements, the one seen longest ago first. Of a trial only what it is about is there.
  Result<std::vector<StatementEntry>> load();

  /// Replaces what stands of these statements and deletes those of the keys, in one transaction.
  Status write(const std::vector<StatementEntry*>& entries, const std::vector<std::string>& gone);

 private:
  explicit Store(sqlite::Database database) : database_(std::move(database)) {}
  static Result<std::unique_ptr<Store>> try_open(const std::filesystem::path& path, bool& is_damaged);
  Status write_all(const std::vector<StatementEntry*>& entries, const std::vector<std::string>& gone);
  Status write_statement(const StatementEntry& entry);
  Status remove(const std::string& target, const std::string& database, const std::string& statement,
                const std::string& source);

  sqlite::Database database_;
};

}  // namespace dbi::history
