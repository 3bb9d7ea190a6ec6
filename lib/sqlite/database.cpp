// SPDX-License-Identifier: Apache-2.0
#include "sqlite/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>

#include <utility>

#include "base/descriptor.hpp"

namespace dbi::sqlite {

namespace {

constexpr int kBusyTimeoutMs = 10'000;
constexpr int kFileMode = 0600;

// "INSERT", for messages.
std::string verb_of(std::string_view sql) {
  return std::string(sql.substr(0, sql.find(' ')));
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

tl::unexpected<Error> Statement::fault() const {
  return fail(kind_,
              verb_of(sqlite3_sql(statement_.get())) + ": " + sqlite3_errmsg(sqlite3_db_handle(statement_.get())));
}

Statement& Statement::bind(int parameter, std::string_view text) {
  // A null pointer would be NULL.
  const char* bytes = text.data() == nullptr ? "" : text.data();
  const int result =
      sqlite3_bind_text64(statement_.get(), parameter, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (bound_ == SQLITE_OK) bound_ = result;
  return *this;
}

Statement& Statement::bind(int parameter, double number) {
  const int result = sqlite3_bind_double(statement_.get(), parameter, number);
  if (bound_ == SQLITE_OK) bound_ = result;
  return *this;
}

Statement& Statement::bind_integer(int parameter, std::int64_t number) {
  const int result = sqlite3_bind_int64(statement_.get(), parameter, number);
  if (bound_ == SQLITE_OK) bound_ = result;
  return *this;
}

Statement& Statement::bind_null(int parameter) {
  const int result = sqlite3_bind_null(statement_.get(), parameter);
  if (bound_ == SQLITE_OK) bound_ = result;
  return *this;
}

Result<bool> Statement::step() {
  if (bound_ != SQLITE_OK) return fail(kind_, std::string("bind: ") + sqlite3_errstr(bound_));
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) return fault();
  sqlite3_reset(statement_.get());
  return false;
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

void Statement::clear() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  bound_ = SQLITE_OK;
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::string_view Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

double Statement::number(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

tl::unexpected<Error> Database::fault(std::string_view what) const {
  return fail(kind_, std::string(what) + ": " + (database_ ? sqlite3_errmsg(database_.get()) : "out of memory"));
}

Result<Database> Database::open(const std::string& path, ErrorKind kind) {
  // SQLite gives the files beside a database (-wal, -shm) the mode of the database.
  if (path != ":memory:") {
    // Closed before SQLite opens it: a close takes away the locks that the process holds on a file.
    const Descriptor made(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
  }
  sqlite3* handle = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(handle, kind);
  if (opened != SQLITE_OK) return database.fault("open");
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  return database;
}

Status Database::execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return fault(verb_of(sql));
}

Result<Statement> Database::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) return fault("prepare");
  return Statement(statement, kind_);
}

Result<std::int64_t> Database::ask(const std::string& sql) {
  DBI_TRY_ASSIGN(Statement question, prepare(sql));
  DBI_TRY_ASSIGN(const bool row, question.step());
  if (!row) return fail(kind_, sql + ": no row");
  return question.integer(0);
}

bool Database::is_damaged() const {
  const int code = sqlite3_errcode(database_.get());
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

void Database::wait_with(WaitOn wait_on) {
  wait_on_ = std::make_unique<WaitOn>(std::move(wait_on));
  const auto ask = [](void* wait, int /*times*/) { return (*static_cast<WaitOn*>(wait))() ? 1 : 0; };
  sqlite3_busy_handler(database_.get(), ask, wait_on_.get());
}

Status Database::close() {
  if (sqlite3_close(database_.get()) != SQLITE_OK) return fault("close");
  static_cast<void>(database_.release());
  return {};
}

void Database::release_memory() {
  sqlite3_db_release_memory(database_.get());
}

}  // namespace dbi::sqlite
