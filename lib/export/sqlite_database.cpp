// SPDX-License-Identifier: Apache-2.0
#include "export/sqlite_database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/descriptor.hpp"
#include "base/time_text.hpp"
#include "export/sink.hpp"
#include "record/escape.hpp"
#include "record/text_of.hpp"

namespace dbi::exporting {

namespace {

using record::text_of;
using record::ValueKind;
using record::schema::MemberType;

constexpr int kBusyTimeoutMs = 10'000;

// SQLite gives the files beside a database (-wal, -shm) the mode of the database.
void make_file(const std::string& path) {
  if (path != ":memory:") Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kSinkFileMode));
}

std::string column_text(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return text == nullptr ? std::string() : std::string(text);
}

int bind_text(sqlite3_stmt* statement, int parameter, std::string_view text) {
  return sqlite3_bind_text64(statement, parameter, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

}  // namespace

void SqliteDatabase::CloseDatabase::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

void SqliteDatabase::FinalizeStatement::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

tl::unexpected<Error> SqliteDatabase::fault(std::string_view what) const {
  return fail(ErrorKind::Output,
              fmt::format("{}: {}", what, database_ ? sqlite3_errmsg(database_.get()) : "out of memory"));
}

Status SqliteDatabase::execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return fault(sql.substr(0, sql.find(' ')));
}

Result<SqliteDatabase::Statement> SqliteDatabase::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) return fault("prepare");
  return Statement(statement);
}

// One integer.
Result<std::int64_t> SqliteDatabase::ask(const std::string& sql) {
  DBI_TRY_ASSIGN(const Statement question, prepare(sql));
  if (sqlite3_step(question.get()) != SQLITE_ROW) return fault(sql);
  return sqlite3_column_int64(question.get(), 0);
}

Result<SqliteDatabase> SqliteDatabase::open(const std::string& path) {
  make_file(path);
  sqlite3* handle = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  SqliteDatabase database{Handle(handle)};
  if (opened != SQLITE_OK) return database.fault("open");
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  DBI_TRY(database.check_owner());
  DBI_TRY(database.execute("PRAGMA journal_mode = WAL"));
  // dbi-collect goes on from what an exporter says that it holds, so that has to be on the disk.
  DBI_TRY(database.execute("PRAGMA synchronous = FULL"));
  DBI_TRY(database.migrate());
  DBI_TRY(database.prepare_inserts());
  return database;
}

Status SqliteDatabase::check_owner() {
  DBI_TRY_ASSIGN(const auto id, ask("PRAGMA application_id"));
  if (id == kApplicationId) return {};
  DBI_TRY_ASSIGN(const auto objects, ask("SELECT count(*) FROM sqlite_schema"));
  if (objects == 0 && id == 0) return {};
  return fail(ErrorKind::Output, "the database is not one of dbi-export's; it stays as it is",
              "Name another file; a new one is made where there is none.");
}

// Tables, columns, indexes and views in one transaction: another process sees the old schema or the new one.
Status SqliteDatabase::migrate() {
  DBI_TRY(begin());
  DBI_TRY(execute(fmt::format("PRAGMA application_id = {}", kApplicationId)));
  for (const SqliteTable& table : sqlite_tables()) {
    DBI_TRY(execute(create_table_sql(table)));
    DBI_TRY(add_missing_columns(table));
    DBI_TRY(execute(create_indexes_sql(table)));
  }
  DBI_TRY(execute(create_holdings_sql()));
  DBI_TRY(execute(create_views_sql()));
  return commit();
}

Status SqliteDatabase::add_missing_columns(const SqliteTable& table) {
  DBI_TRY_ASSIGN(const Statement info, prepare(fmt::format("SELECT name FROM pragma_table_info('{}')", table.name)));
  std::vector<std::string> present;
  int step = sqlite3_step(info.get());
  for (; step == SQLITE_ROW; step = sqlite3_step(info.get())) {
    present.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(info.get(), 0)));
  }
  if (step != SQLITE_DONE) return fault("PRAGMA table_info");
  for (const auto& column : table.columns) {
    if (std::ranges::find(present, column.name) != present.end()) continue;
    DBI_TRY(execute(
        fmt::format("ALTER TABLE \"{}\" ADD COLUMN \"{}\" {}", table.name, column.name, column_type(column.type))));
  }
  return {};
}

Status SqliteDatabase::prepare_inserts() {
  for (SqliteTable& table : sqlite_tables()) {
    DBI_TRY_ASSIGN(Statement statement, prepare(insert_sql(table)));
    std::string name = table.name;
    Target& target = targets_[name];
    target.table = std::move(table);
    target.insert = std::move(statement);
    int column = 0;
    for (const auto& row : target.table.columns) target.columns.emplace(row.name, ++column);
  }
  return {};
}

void SqliteDatabase::wait_with(WaitOn wait_on) {
  wait_on_ = std::make_unique<WaitOn>(std::move(wait_on));
  const auto ask = [](void* wait, int /*times*/) { return (*static_cast<WaitOn*>(wait))() ? 1 : 0; };
  sqlite3_busy_handler(database_.get(), ask, wait_on_.get());
}

Status SqliteDatabase::begin() {
  return execute("BEGIN IMMEDIATE");
}

Status SqliteDatabase::commit() {
  return execute("COMMIT");
}

Status SqliteDatabase::close() {
  targets_.clear();
  if (sqlite3_close(database_.get()) != SQLITE_OK) return fault("close");
  static_cast<void>(database_.release());
  return {};
}

void SqliteDatabase::release_memory() {
  sqlite3_db_release_memory(database_.get());
}

Status SqliteDatabase::insert(const record::Record& record) {
  const auto known = targets_.find(text_of(record, "kind"));
  Target& target = known == targets_.end() ? targets_.at(std::string(kUnknownKind)) : known->second;
  sqlite3_stmt* statement = target.insert.get();
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  extra_.clear();
  for (const record::Member& member : record.members()) {
    std::string name;
    record::unescape(member.raw_name, record::LoneSurrogate::Replace, name);
    if ((name == "kind" && known != targets_.end()) || (name == "v" && member.value.raw() == "1")) continue;
    const auto column = target.columns.find(name);
    const bool exact = column != target.columns.end() && member.value.kind() != ValueKind::Null &&
                       (member.value.kind() != ValueKind::Number || member.value.integer() ||
                        member.value.raw().find_first_of(".eE") != std::string_view::npos);
    if (column != target.columns.end()) {
      const auto& row = target.table.columns[static_cast<std::size_t>(column->second) - 1];
      if (bind(statement, column->second, row.type, member.value) != SQLITE_OK) return fault("bind");
    }
    if (exact) continue;
    // No column, null, or an integer too long for one: kept as it stands.
    extra_ += fmt::format("{}\"{}\":{}", extra_.empty() ? "{" : ",", member.raw_name, member.value.raw());
  }
  if (!extra_.empty()) {
    extra_ += '}';
    const int column = static_cast<int>(target.table.columns.size()) + 1;
    if (sqlite3_bind_text64(statement, column, extra_.data(), extra_.size(), SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK) {
      return fault("bind");
    }
  }
  if (sqlite3_step(statement) != SQLITE_DONE) return fault("INSERT");
  return {};
}

int SqliteDatabase::bind(sqlite3_stmt* statement, int column, MemberType type, const record::Value& value) {
  std::string_view text = value.raw();
  switch (value.kind()) {
    case ValueKind::Null:
      return SQLITE_OK;
    case ValueKind::True:
    case ValueKind::False:
      return sqlite3_bind_int(statement, column, value.kind() == ValueKind::True ? 1 : 0);
    case ValueKind::Number:
      if (const auto integer = value.integer()) return sqlite3_bind_int64(statement, column, *integer);
      return sqlite3_bind_double(statement, column, value.number().value_or(0));
    case ValueKind::Text:
      text = value.text(scratch_).value_or(text);
      break;
    case ValueKind::Object:
    case ValueKind::Array:
      break;
  }
  std::string canonical;
  // Times compare as text, so they all have the one form.
  if (type == MemberType::Time && (text.size() != 27 || text.back() != 'Z')) {
    if (const auto time = parse_timestamp(text)) text = canonical = format_timestamp(*time);
  }
  return sqlite3_bind_text64(statement, column, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

Status SqliteDatabase::delete_older(std::string_view ts) {
  for (const auto& [name, target] : targets_) {
    DBI_TRY(execute(fmt::format("DELETE FROM \"{}\" WHERE ts < '{}'", name, ts)));
  }
  return {};
}

Result<std::map<std::string, state::Ack>> SqliteDatabase::holdings(std::string_view exporter) {
  DBI_TRY_ASSIGN(const Statement rows, prepare("SELECT target, held, seen FROM holding WHERE exporter = ?"));
  if (bind_text(rows.get(), 1, exporter) != SQLITE_OK) return fault("bind");
  std::map<std::string, state::Ack> holdings;
  int step = sqlite3_step(rows.get());
  for (; step == SQLITE_ROW; step = sqlite3_step(rows.get())) {
    holdings[column_text(rows.get(), 0)] = {column_text(rows.get(), 1), column_text(rows.get(), 2)};
  }
  if (step != SQLITE_DONE) return fault("SELECT");
  return holdings;
}

Result<std::optional<state::Ack>> SqliteDatabase::holding(std::string_view exporter, std::string_view target) {
  DBI_TRY_ASSIGN(const Statement row, prepare("SELECT held, seen FROM holding WHERE exporter = ? AND target = ?"));
  if (bind_text(row.get(), 1, exporter) != SQLITE_OK || bind_text(row.get(), 2, target) != SQLITE_OK) {
    return fault("bind");
  }
  const int step = sqlite3_step(row.get());
  if (step == SQLITE_ROW) return std::optional(state::Ack{column_text(row.get(), 0), column_text(row.get(), 1)});
  if (step != SQLITE_DONE) return fault("SELECT");
  return std::nullopt;
}

Status SqliteDatabase::store_holding(std::string_view exporter, std::string_view target, const state::Ack& holding) {
  DBI_TRY_ASSIGN(const Statement row,
                 prepare("INSERT INTO holding (exporter, target, held, seen) VALUES (?, ?, ?, ?) "
                         "ON CONFLICT (exporter, target) DO UPDATE SET held = excluded.held, seen = excluded.seen"));
  const std::array<std::string_view, 4> values{exporter, target, holding.held, holding.seen};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (bind_text(row.get(), static_cast<int>(i) + 1, values.at(i)) != SQLITE_OK) return fault("bind");
  }
  return sqlite3_step(row.get()) == SQLITE_DONE ? Status{} : fault("INSERT");
}

}  // namespace dbi::exporting
