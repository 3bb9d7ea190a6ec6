// SPDX-License-Identifier: Apache-2.0
#include "export/sqlite_database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/time_text.hpp"
#include "record/escape.hpp"
#include "record/text_of.hpp"

namespace dbi::exporting {

namespace {

using record::text_of;
using record::ValueKind;
using record::schema::MemberType;

}  // namespace

Result<SqliteDatabase> SqliteDatabase::open(const std::string& path) {
  DBI_TRY_ASSIGN(auto opened, sqlite::Database::open(path, ErrorKind::Output));
  SqliteDatabase database(std::move(opened));
  DBI_TRY(database.check_owner());
  DBI_TRY(database.database_.execute("PRAGMA journal_mode = WAL"));
  // dbi-collect goes on from what an exporter says that it holds, so that has to be on the disk.
  DBI_TRY(database.database_.execute("PRAGMA synchronous = FULL"));
  DBI_TRY(database.migrate());
  DBI_TRY(database.prepare_inserts());
  return database;
}

Status SqliteDatabase::check_owner() {
  DBI_TRY_ASSIGN(const auto id, database_.ask("PRAGMA application_id"));
  if (id == kApplicationId) return {};
  DBI_TRY_ASSIGN(const auto objects, database_.ask("SELECT count(*) FROM sqlite_schema"));
  if (objects == 0 && id == 0) return {};
  return fail(ErrorKind::Output, "the database is not one of dbi-export's; it stays as it is",
              "Name another file; a new one is made where there is none.");
}

// Tables, columns, indexes and views in one transaction: another process sees the old schema or the new one.
Status SqliteDatabase::migrate() {
  DBI_TRY(begin());
  DBI_TRY(database_.execute(fmt::format("PRAGMA application_id = {}", kApplicationId)));
  for (const SqliteTable& table : sqlite_tables()) {
    DBI_TRY(database_.execute(create_table_sql(table)));
    DBI_TRY(add_missing_columns(table));
    DBI_TRY(database_.execute(create_indexes_sql(table)));
  }
  DBI_TRY(database_.execute(create_holdings_sql()));
  DBI_TRY(database_.execute(create_views_sql()));
  return commit();
}

Status SqliteDatabase::add_missing_columns(const SqliteTable& table) {
  DBI_TRY_ASSIGN(sqlite::Statement info,
                 database_.prepare(fmt::format("SELECT name FROM pragma_table_info('{}')", table.name)));
  std::vector<std::string> present;
  for (;;) {
    DBI_TRY_ASSIGN(const bool row, info.step());
    if (!row) break;
    present.emplace_back(info.text(0));
  }
  for (const auto& column : table.columns) {
    if (std::ranges::find(present, column.name) != present.end()) continue;
    DBI_TRY(database_.execute(
        fmt::format("ALTER TABLE \"{}\" ADD COLUMN \"{}\" {}", table.name, column.name, column_type(column.type))));
  }
  return {};
}

Status SqliteDatabase::prepare_inserts() {
  for (SqliteTable& table : sqlite_tables()) {
    DBI_TRY_ASSIGN(sqlite::Statement statement, database_.prepare(insert_sql(table)));
    const std::string name = table.name;
    Target& target = targets_.try_emplace(name, Target{std::move(table), std::move(statement)}).first->second;
    int column = 0;
    for (const auto& row : target.table.columns) target.columns.emplace(row.name, ++column);
  }
  return {};
}

Status SqliteDatabase::begin() {
  return database_.execute("BEGIN IMMEDIATE");
}

Status SqliteDatabase::commit() {
  return database_.execute("COMMIT");
}

Status SqliteDatabase::close() {
  targets_.clear();
  return database_.close();
}

Status SqliteDatabase::insert(const record::Record& record) {
  const auto known = targets_.find(text_of(record, "kind"));
  Target& target = known == targets_.end() ? targets_.at(std::string(kUnknownKind)) : known->second;
  target.insert.clear();
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
      bind(target.insert, column->second, row.type, member.value);
    }
    if (exact) continue;
    // No column, null, or an integer too long for one: kept as it stands.
    extra_ += fmt::format("{}\"{}\":{}", extra_.empty() ? "{" : ",", member.raw_name, member.value.raw());
  }
  if (!extra_.empty()) {
    extra_ += '}';
    target.insert.bind(static_cast<int>(target.table.columns.size()) + 1, extra_);
  }
  DBI_TRY(target.insert.step());
  return {};
}

void SqliteDatabase::bind(sqlite::Statement& row, int column, MemberType type, const record::Value& value) {
  std::string_view text = value.raw();
  switch (value.kind()) {
    case ValueKind::Null:
      return;
    case ValueKind::True:
    case ValueKind::False:
      row.bind_integer(column, value.kind() == ValueKind::True ? 1 : 0);
      return;
    case ValueKind::Number:
      if (const auto integer = value.integer()) {
        row.bind_integer(column, *integer);
      } else {
        row.bind(column, value.number().value_or(0));
      }
      return;
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
  row.bind(column, text);
}

Status SqliteDatabase::delete_older(std::string_view ts) {
  for (const auto& [name, target] : targets_) {
    DBI_TRY(database_.execute(fmt::format("DELETE FROM \"{}\" WHERE ts < '{}'", name, ts)));
  }
  return {};
}

Result<std::map<std::string, state::Ack>> SqliteDatabase::holdings(std::string_view exporter) {
  DBI_TRY_ASSIGN(sqlite::Statement rows,
                 database_.prepare("SELECT target, held, seen FROM holding WHERE exporter = ?"));
  rows.bind(1, exporter);
  std::map<std::string, state::Ack> holdings;
  for (;;) {
    DBI_TRY_ASSIGN(const bool row, rows.step());
    if (!row) return holdings;
    holdings[std::string(rows.text(0))] = {std::string(rows.text(1)), std::string(rows.text(2))};
  }
}

Result<std::optional<state::Ack>> SqliteDatabase::holding(std::string_view exporter, std::string_view target) {
  DBI_TRY_ASSIGN(sqlite::Statement holding,
                 database_.prepare("SELECT held, seen FROM holding WHERE exporter = ? AND target = ?"));
  DBI_TRY_ASSIGN(const bool row, holding.bind(1, exporter).bind(2, target).step());
  if (!row) return std::nullopt;
  return std::optional(state::Ack{std::string(holding.text(0)), std::string(holding.text(1))});
}

Status SqliteDatabase::store_holding(std::string_view exporter, std::string_view target, const state::Ack& holding) {
  DBI_TRY_ASSIGN(
      sqlite::Statement row,
      database_.prepare("INSERT INTO holding (exporter, target, held, seen) VALUES (?, ?, ?, ?) "
                        "ON CONFLICT (exporter, target) DO UPDATE SET held = excluded.held, seen = excluded.seen"));
  DBI_TRY(row.bind(1, exporter).bind(2, target).bind(3, holding.held).bind(4, holding.seen).step());
  return {};
}

}  // namespace dbi::exporting
