// The door to SQLite: a database, its statements, what they give.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace dbi::sqlite {

class Database;

/// A prepared statement; parameters count from 1, columns from 0. The database must outlive it.
class Statement {
 public:
  Statement& bind(int parameter, std::string_view text);
  Statement& bind(int parameter, double number);
  Statement& bind_integer(int parameter, std::int64_t number);
  Statement& bind_null(int parameter);

  /// True: a row is there; false: done, and the statement can be bound and run again. Also says what bind() could not.
  Result<bool> step();

  /// Begins anew; a row that is there goes.
  void reset();
  /// The same, and every parameter is NULL.
  void clear();

  [[nodiscard]] bool is_null(int column) const;
  /// Valid until the next step().
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] double number(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3_stmt* statement, ErrorKind kind) : statement_(statement), kind_(kind) {}
  [[nodiscard]] tl::unexpected<Error> fault() const;

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  ErrorKind kind_;
  int bound_ = 0;  // the first fault of bind(), or 0
};

/// Not shared between threads; other processes may use the same file, and a call waits ten seconds for them. Calls fail
/// with the kind given to open(), and say what was done and what SQLite said: "INSERT: database or disk is full".
class Database {
 public:
  /// Opens or makes the file, mode 0600; ":memory:" is none.
  static Result<Database> open(const std::string& path, ErrorKind kind);

  /// Asked while another process keeps the database from being written; false: the call fails.
  using WaitOn = std::function<bool()>;
  /// In place of the ten seconds.
  void wait_with(WaitOn wait_on);

  Status execute(const std::string& sql);
  Result<Statement> prepare(const std::string& sql);
  /// One integer.
  Result<std::int64_t> ask(const std::string& sql);
  /// The last fault says that the file is no database or a broken one.
  [[nodiscard]] bool is_damaged() const;

  /// Statements must be gone.
  Status close();
  void release_memory();

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  Database(sqlite3* database, ErrorKind kind) : database_(database), kind_(kind) {}
  [[nodiscard]] tl::unexpected<Error> fault(std::string_view what) const;

  std::unique_ptr<WaitOn> wait_on_;  // where it stands is known to the database
  std::unique_ptr<sqlite3, Close> database_;
  ErrorKind kind_;
};

}  // namespace dbi::sqlite
