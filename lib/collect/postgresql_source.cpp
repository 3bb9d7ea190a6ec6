// SPDX-License-Identifier: Apache-2.0
#include "collect/postgresql_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <unordered_map>
#include <utility>

#include "collect/postgresql_privileges.hpp"
#include "collect/postgresql_sessions.hpp"

namespace dbi::collect {

namespace {

// SQLSTATE of "pg_stat_statements must be loaded via shared_preload_libraries".
constexpr std::string_view kNotInState = "55000";

// character_not_in_repertoire and untranslatable_character: one text of another database cannot be had in this one's
// encoding, and the server then gives none.
constexpr std::array<std::string_view, 2> kNotInEncoding{"22021", "22P05"};
constexpr std::string_view kOtherEncoding =
    "a statement of a database of another encoding is in the way: connect to a database of encoding SQL_ASCII, which "
    "gives "
    "texts as they are, or SELECT pg_stat_statements_reset();";

constexpr std::string_view kPreload =
    "in postgresql.conf: shared_preload_libraries = 'pg_stat_statements' (keep what is there), then restart the server";

SourceError missing_extension(const PostgresqlCatalog& catalog) {
  const auto create = fmt::format("in database {}: CREATE EXTENSION pg_stat_statements;", quote_name(catalog.database));
  return {.source = "statements",
          .kind = ErrorKind::MissingFeature,
          .sqlstate = {},
          .message = fmt::format("database {} has no extension pg_stat_statements", quote_name(catalog.database)),
          .hint = catalog.is_preloaded ? create : fmt::format("{}; {}", kPreload, create)};
}

// The server's own error, with what would mend it.
SourceError explain(SourceError error, const PostgresqlCatalog* catalog) {
  if (!error.hint.empty() || error.source == "server" || catalog == nullptr) return error;
  if (error.sqlstate == kNotInState) {
    error.kind = ErrorKind::MissingFeature;
    error.hint = kPreload;
  } else if (std::ranges::find(kNotInEncoding, error.sqlstate) != kNotInEncoding.end()) {
    error.hint = kOtherEncoding;
  } else if (error.kind == ErrorKind::Privilege) {
    error.hint = fmt::format("GRANT USAGE ON SCHEMA {} TO {}; GRANT pg_monitor TO {};", catalog->schema,
                             quote_name(catalog->role), quote_name(catalog->role));
  }
  return error;
}

}  // namespace

std::optional<Reading> PostgresqlSource::read(std::string_view source, const OwnStatement& statement,
                                              Parameters parameters, CycleAccount& account) {
  auto reading = reader_->read(source, statement, parameters);
  if (!reading) {
    account.errors.push_back(explain(std::move(reading).error(), catalog_ ? &*catalog_ : nullptr));
    // The extension may have been moved, updated or dropped.
    if (account.errors.back().kind == ErrorKind::MissingFeature) is_stale_ = true;
    return std::nullopt;
  }
  account.spend(source, reading->cost);
  return std::move(*reading);
}

std::optional<ServerFacts> PostgresqlSource::read_server(CycleAccount& account) {
  if (std::exchange(is_stale_, false)) catalog_.reset();
  if (!catalog_ && !read_catalog(account)) return std::nullopt;
  const auto reading = read("server", server_sql(*catalog_), {}, account);
  if (!reading) return std::nullopt;
  auto facts = collect::read_server(reading->cells);
  if (!facts) {
    account.refuse("server", facts.error());
    return std::nullopt;
  }
  return std::move(*facts);
}

bool PostgresqlSource::read_catalog(CycleAccount& account) {
  const auto reading = read("server", catalog_sql(), {}, account);
  if (!reading) return false;
  auto catalog = collect::read_catalog(reading->cells);
  if (!catalog) {
    account.refuse("server", catalog.error());
    return false;
  }
  catalog_ = std::move(*catalog);
  if (catalog_->has_statements()) {
    statements_sql_ = statements_sql(*catalog_);
    marks_sql_ = marks_sql(*catalog_);
  }
  return true;
}

std::optional<ResetMarks> PostgresqlSource::read_marks(CycleAccount& account) {
  const auto reading = read("statements_info", *marks_sql_, {}, account);
  if (!reading) return std::nullopt;
  auto marks = collect::read_marks(reading->cells);
  if (marks) return *marks;
  account.refuse("statements_info", marks.error());
  return std::nullopt;
}

bool PostgresqlSource::read_rows(StatementSnapshot& snapshot, CycleAccount& account) {
  const std::array<std::optional<std::string>, 3> parameters{"f", std::nullopt, std::nullopt};
  const auto reading = read("statements", *statements_sql_, parameters, account);
  if (!reading) return false;
  const auto status = collect::read_statements(reading->cells, *catalog_, snapshot);
  if (status) return true;
  account.refuse("statements", status.error());
  return false;
}

std::optional<StatementSnapshot> PostgresqlSource::read_statements(const ServerFacts& facts, CycleAccount& account) {
  if (!catalog_->has_statements()) {
    account.errors.push_back(missing_extension(*catalog_));
    is_stale_ = true;  // it may be there in the next cycle
    return std::nullopt;
  }
  StatementSnapshot snapshot;
  snapshot.taken = facts.now;
  snapshot.server = facts.identity;
  const auto before = read_marks(account);
  if (!before || !read_rows(snapshot, account)) return std::nullopt;
  const auto after = read_marks(account);
  if (!after) return std::nullopt;
  snapshot.before = *before;
  snapshot.after = *after;
  name_rows(snapshot, account);
  account.read = true;
  if (snapshot.null_query_ids) {
    account.errors.push_back(hidden_rows("statements", catalog_->role));
    is_stale_ = true;  // the privilege may be there in the next cycle
  }
  return snapshot;
}

// A database or role that was dropped keeps its rows: it is noted as nameless, so that it does not ask for names again.
void PostgresqlSource::name_rows(StatementSnapshot& snapshot, CycleAccount& account) {
  if (set_names(snapshot, names_)) return;
  const auto reading = read("server", names_sql(), {}, account);
  if (!reading) return;
  names_ = read_names(reading->cells);
  for (const auto& row : snapshot.rows) {
    const auto oids = key_oids(row.key);
    names_.databases.try_emplace(std::string(oids.database));
    names_.roles.try_emplace(std::string(oids.role));
  }
  set_names(snapshot, names_);
}

void PostgresqlSource::read_texts(StatementSnapshot& snapshot, const std::vector<std::size_t>& rows, TextStore& texts,
                                  Timestamp now, CycleAccount& account) {
  if (!catalog_) return;
  std::vector<std::string> query_ids;
  std::unordered_map<std::string_view, std::size_t> wanted;
  for (const auto row : rows) {
    query_ids.push_back(snapshot.rows[row].query_id);
    wanted.emplace(snapshot.rows[row].key, row);
  }
  const std::array<std::optional<std::string>, 3> parameters{"t", format_array(query_ids), catalog_->role_oid};
  const auto reading = read("texts", *statements_sql_, parameters, account);
  if (!reading) return;
  // Which session wrote a text, and so how it read its strings, is not known: ambiguous text fails closed.
  sql::Dialect dialect;
  dialect.system = sql::System::PostgreSql;
  for (std::size_t i = 0; i < reading->cells.rows(); ++i) {
    const auto text = read_text(reading->cells.row(i), *catalog_);
    if (!text) continue;
    const bool own = key_oids(text->key).role == catalog_->role_oid && db::is_own_statement(text->text);
    const auto found = wanted.find(text->key);
    if (found == wanted.end() && (!own || texts.find(text->key) != nullptr)) continue;
    StatementRow unseen;
    unseen.key = text->key;
    unseen.query_id = std::string(*reading->cells.row(i)[2]);
    auto& row = found == wanted.end() ? unseen : snapshot.rows[found->second];
    texts.learn(row, text->text, dialect, own, now, {.truncated = text->truncated});
    row.own = own;
  }
  names_ = {};  // now and then names are read again: databases and roles are renamed
}

Engine postgresql() {
  return {.system = "postgresql",
          .make_source = [](ServerReader& reader) { return std::make_unique<PostgresqlSource>(reader); },
          .make_sessions = postgresql_sessions};
}

}  // namespace dbi::collect
