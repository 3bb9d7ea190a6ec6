// A SQLite database with a table a kind: opened, marked as ours, brought up to date, written to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/result.hpp"
#include "export/sqlite_schema.hpp"
#include "record/record.hpp"
#include "sqlite/database.hpp"
#include "state/ack.hpp"

namespace dbi::exporting {

/// `PRAGMA application_id` of a database of dbi-export: "dbi1".
inline constexpr int kApplicationId = 0x64626931;

/// Every call fails with ErrorKind::Output and says what SQLite said. Not shared between threads; other processes may
/// read and write the same database.
class SqliteDatabase {
 public:
  /// Opens or makes the database (WAL; a transaction is on the disk once it is committed), adds the tables and columns
  /// that it lacks and makes the views anew. Refuses a database that holds something and is not marked as ours,
  /// without having touched it.
  static Result<SqliteDatabase> open(const std::string& path);

  /// Without it a call waits for ten seconds, as open() does.
  void wait_with(sqlite::Database::WaitOn wait_on) { database_.wait_with(std::move(wait_on)); }

  Status begin();
  Status commit();

  Status insert(const record::Record& record);

  /// Deletes the rows of all kinds whose `ts` is older (27 characters, canonical).
  Status delete_older(std::string_view ts);

  /// What an exporter of that name holds, by target.
  Result<std::map<std::string, state::Ack>> holdings(std::string_view exporter);
  /// Nothing where that exporter never decided on a cycle of the target.
  Result<std::optional<state::Ack>> holding(std::string_view exporter, std::string_view target);
  Status store_holding(std::string_view exporter, std::string_view target, const state::Ack& holding);

  Status close();
  void release_memory() { database_.release_memory(); }

 private:
  /// A table with its statement and where each member goes.
  struct Target {
    SqliteTable table;
    sqlite::Statement insert;
    std::unordered_map<std::string_view, int> columns{};  ///< parameter numbers, from 1
  };

  explicit SqliteDatabase(sqlite::Database database) : database_(std::move(database)) {}

  Status check_owner();
  Status migrate();
  Status add_missing_columns(const SqliteTable& table);
  Status prepare_inserts();
  void bind(sqlite::Statement& row, int column, record::schema::MemberType type, const record::Value& value);

  sqlite::Database database_;
  std::unordered_map<std::string, Target> targets_;
  std::string scratch_;
  std::string extra_;
};

}  // namespace dbi::exporting
