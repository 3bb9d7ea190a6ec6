// A SQLite database with a table a kind: opened, marked as ours, brought up to date, written to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "export/sqlite_schema.hpp"
#include "record/record.hpp"
#include "state/ack.hpp"

struct sqlite3;
struct sqlite3_stmt;

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

  /// Asked while another process keeps the database from being written; false: the call fails.
  using WaitOn = std::function<bool()>;

  /// Without it a call waits for ten seconds, as open() does.
  void wait_with(WaitOn wait_on);

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
  void release_memory();

 private:
  struct CloseDatabase {
    void operator()(sqlite3* database) const;
  };
  struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const;
  };
  using Handle = std::unique_ptr<sqlite3, CloseDatabase>;
  using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

  /// A table with its statement and where each member goes.
  struct Target {
    SqliteTable table;
    Statement insert;
    std::unordered_map<std::string_view, int> columns;  ///< parameter numbers, from 1
  };

  explicit SqliteDatabase(Handle database) : database_(std::move(database)) {}

  [[nodiscard]] tl::unexpected<Error> fault(std::string_view what) const;
  Status execute(const std::string& sql);
  Result<Statement> prepare(const std::string& sql);
  Result<std::int64_t> ask(const std::string& sql);
  Status check_owner();
  Status migrate();
  Status add_missing_columns(const SqliteTable& table);
  Status prepare_inserts();
  int bind(sqlite3_stmt* statement, int column, record::schema::MemberType type, const record::Value& value);

  std::unique_ptr<WaitOn> wait_on_;  ///< where it stands is known to the database
  Handle database_;
  std::unordered_map<std::string, Target> targets_;
  std::string scratch_;
  std::string extra_;
};

}  // namespace dbi::exporting
