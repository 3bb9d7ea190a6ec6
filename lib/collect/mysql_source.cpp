// SPDX-License-Identifier: Apache-2.0
#include "collect/mysql_source.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <unordered_map>
#include <utility>

#include "collect/mysql_replica.hpp"
#include "collect/mysql_sessions.hpp"
#include "collect/residual.hpp"

namespace dbi::collect {

namespace {

// More digests than any server keeps.
constexpr std::string_view kAllTexts = "1000000000";

SourceError explain(SourceError error, const std::optional<MysqlCatalog>& catalog) {
  if (!error.hint.empty() || !catalog || error.kind != ErrorKind::Privilege) return error;
  error.hint = grant_statistics(catalog->account);
  return error;
}

// Texts of rows first seen before this second are known already. The row of what found no room has none.
std::string first_seconds(const StatementSnapshot& snapshot, const std::vector<std::size_t>& rows) {
  std::optional<Timestamp> first;
  for (const auto row : rows) {
    if (snapshot.rows[row].query_id == kOtherId) continue;
    const auto since = snapshot.rows[row].since.value_or(Timestamp{});
    first = std::min(first.value_or(since), since);
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(first.value_or(Timestamp{}));
  return std::to_string(std::max<std::int64_t>(seconds.time_since_epoch().count(), 0));
}

}  // namespace

std::optional<Reading> MysqlSource::read(std::string_view source, const OwnStatement& statement, Parameters parameters,
                                         CycleAccount& account) {
  auto reading = reader_->read(source, statement, parameters);
  if (!reading) {
    account.errors.push_back(explain(std::move(reading).error(), catalog_));
    is_stale_ = true;
    return std::nullopt;
  }
  account.spend(source, reading->cost);
  return std::move(*reading);
}

bool MysqlSource::read_catalog(CycleAccount& account) {
  const auto system = reader_->facts().dialect.system;
  const auto reading = read("server", mysql_catalog_sql(system), {}, account);
  if (!reading) return false;
  auto catalog = read_mysql_catalog(reading->cells, system);
  if (!catalog) {
    account.refuse("server", catalog.error());
    return false;
  }
  catalog_ = std::move(*catalog);
  digests_sql_ = digests_sql(*catalog_);
  return true;
}

std::optional<ServerFacts> MysqlSource::read_server(CycleAccount& account) {
  if (std::exchange(is_stale_, false)) catalog_.reset();
  if (!catalog_ && !read_catalog(account)) return std::nullopt;
  const auto reading = read("server", mysql_server_sql(catalog_->system), {}, account);
  if (!reading) return std::nullopt;
  auto server = read_mysql_server(reading->cells, *catalog_);
  if (!server) {
    account.refuse("server", server.error());
    return std::nullopt;
  }
  digest_lost_ = server->digest_lost;
  running_slaves_ = server->running_slaves;
  return std::move(server->facts);
}

std::optional<StatementSnapshot> MysqlSource::read_statements(const ServerFacts& facts, CycleAccount& account) {
  if (auto error = no_digests(*catalog_)) {
    account.errors.push_back(std::move(*error));
    is_stale_ = true;  // the privilege may be there in the next cycle
    return std::nullopt;
  }
  const auto reading = read("statements", *digests_sql_, {}, account);
  if (!reading) return std::nullopt;
  StatementSnapshot snapshot;
  snapshot.taken = facts.now;
  snapshot.server = facts.identity;
  snapshot.digest_lost = digest_lost_;
  const auto is_counting = read_digests(reading->cells, *catalog_, snapshot);
  if (!is_counting) {
    account.refuse("statements", is_counting.error());
    return std::nullopt;
  }
  account.read = true;
  if (!*is_counting) {
    // What ran meanwhile left no trace: neither this difference nor the next one could be told from the truth.
    account.errors.push_back(digests_off());
    snapshot.rows.clear();
    snapshot.null_query_ids = true;
  }
  return snapshot;
}

void MysqlSource::read_texts(StatementSnapshot& snapshot, const std::vector<std::size_t>& rows, TextStore& texts,
                             Timestamp now, CycleAccount& account) {
  std::unordered_map<std::string_view, std::vector<std::size_t>> wanted;
  for (const auto row : rows) {
    if (snapshot.rows[row].query_id != kOtherId) wanted[snapshot.rows[row].key].push_back(row);
  }
  if (!catalog_ || wanted.empty()) return;
  // The server counts a statement at its end: a first one of no row lets the text of the second one be among its rows.
  if (!std::exchange(texts_are_known_, true)) {
    const std::array<std::optional<std::string>, 2> none{"0", "0"};
    if (!read("texts", digest_texts_sql(), none, account)) return;
  }
  const std::array<std::optional<std::string>, 2> parameters{first_seconds(snapshot, rows), std::string(kAllTexts)};
  const auto reading = read("texts", digest_texts_sql(), parameters, account);
  if (!reading) return;
  // A digest's text says nothing of the session that ran it.
  const auto dialect = without_modes(reader_->facts().dialect);
  for (std::size_t i = 0; i < reading->cells.rows(); ++i) {
    const auto text = read_digest_text(reading->cells.row(i));
    if (!text) continue;
    const bool own = is_own_digest(text->text);
    const auto found = wanted.find(text->key);
    if (found == wanted.end() && (!own || texts.find(text->key) != nullptr)) continue;
    StatementRow unseen;
    unseen.key = text->key;
    unseen.query_id = text->query_id;
    const bool cut = may_be_cut(text->text, catalog_->digest_bytes);
    texts.learn(found == wanted.end() ? unseen : snapshot.rows[found->second.front()], text->text, dialect, own, now,
                {.truncated = cut});
    if (found == wanted.end()) continue;
    for (const auto row : found->second) snapshot.rows[row].own = own;
  }
}

// MariaDB counts them among its figures, MySQL has them among its threads.
bool MysqlSource::replicates(CycleAccount& account) {
  if (running_slaves_) return *running_slaves_ > 0;
  auto reading = reader_->read("server", replica_threads_sql(), {});
  if (!reading) {
    keep_unless_denied(std::move(reading).error(), account);
    return false;
  }
  account.spend("server", reading->cost);
  return reading->cells.rows() > 0;
}

// A right for all databases counts from the next connection on, so that one refusal is enough.
std::optional<double> MysqlSource::read_replica_lag(CycleAccount& account) {
  if (replica_unseen_ || !replicates(account)) return std::nullopt;
  auto reading = reader_->read("server", replica_status_sql(reader_->facts().dialect), {});
  if (!reading) {
    replica_denied_ = reading.error().kind == ErrorKind::Privilege;
    keep_unless_denied(std::move(reading).error(), account);
    return std::nullopt;
  }
  account.spend("server", reading->cost);
  auto lag = parse_replica_lag(reading->cells);
  if (!lag) account.refuse("server", lag.error());
  return lag.value_or(std::nullopt);
}

void MysqlSource::keep_unless_denied(SourceError error, CycleAccount& account) {
  replica_unseen_ = error.kind == ErrorKind::Privilege || error.kind == ErrorKind::Unsupported ||
                    error.kind == ErrorKind::MissingFeature;
  if (!replica_unseen_) account.errors.push_back(std::move(error));
}

Engine mysql(sql::System system) {
  return {.system = sql::system_word(system),
          .make_source = [](ServerReader& reader) { return std::make_unique<MysqlSource>(reader); },
          .make_sessions = mysql_sessions};
}

}  // namespace dbi::collect
