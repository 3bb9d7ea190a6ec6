// SPDX-License-Identifier: Apache-2.0
#include "collect/mysql_sessions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "collect/cell_values.hpp"
#include "collect/mysql_catalog.hpp"
#include "collect/mysql_locks.hpp"

namespace dbi::collect {

namespace {

// Longer texts are cut by the server: what they would cost to carry helps nobody.
constexpr std::size_t kTextCharacters = 16384;
// What performance_schema keeps of a text, and information_schema of a longer one (COL_INFO_SIZE,
// PROCESS_LIST_INFO_WIDTH): a text may end up to three bytes earlier, with a whole character.
constexpr std::size_t kThreadTextBytes = 1024;
constexpr std::size_t kProcessTextBytes = 65535;
constexpr std::size_t kCharacterBytes = 4;

// A queue of n transactions has n * n / 2 waits.
constexpr std::string_view kMostWaits = "10000";

// The columns of the statements below; the first one is the collector's alias.
enum TableColumn : std::size_t { kWhat = 1, kTable };
enum SessionColumn : std::size_t {
  kPid = 1,
  kUser,
  kDatabase,
  kHost,
  kApplication,
  kCommand,
  kStage,
  kQuery,
  kBytes,
  kTextLimit,
  kMs,
  kDigest,
  kColumns
};

// Those that serve the server itself; "system user" runs replication.
bool is_server_process(std::string_view user, std::string_view command) {
  return user == "system user" || user == "event_scheduler" || command == "Daemon" ||
         command.starts_with("Binlog Dump");
}

bool waits_for_lock(std::string_view stage) {
  return (stage.starts_with("Waiting for ") && stage.ends_with("lock")) || stage == "User lock";
}

// "192.0.2.1:53412" of information_schema, "192.0.2.1" of performance_schema; sockets are "localhost" or nothing.
std::string address_of(std::string_view host, bool has_port) {
  if (host == "localhost") return {};
  if (has_port) host = host.substr(0, std::min(host.rfind(':'), host.size()));
  return std::string(host);
}

void read_query(std::span<const Cell> row, const sql::Dialect& dialect, std::size_t query_bytes, Session& session) {
  const auto text = row[kQuery].value_or(std::string_view());
  if (text.empty()) return;
  const auto bytes = parse_number<std::size_t>("LENGTH", row[kBytes]).value_or(std::nullopt).value_or(0);
  const auto limit = parse_number<std::size_t>("limit", row[kTextLimit]).value_or(std::nullopt).value_or(0);
  session.truncated = bytes > text.size() || bytes + kCharacterBytes > limit;
  auto statement = sql::normalize(text, dialect, {.truncated = session.truncated});
  session.signature = std::move(statement.signature);
  session.query = truncate_utf8(statement.text, query_bytes);
  session.truncated = session.truncated || session.query.size() < statement.text.size();
}

Result<Session> read_session(std::span<const Cell> row, const sql::Dialect& dialect, std::size_t query_bytes) {
  Session session;
  session.pid = text_of(row[kPid]);
  session.user = text_of(row[kUser]);
  session.database = text_of(row[kDatabase]);
  const bool has_port = row[kTextLimit] == std::to_string(kProcessTextBytes);
  session.client = address_of(row[kHost].value_or(std::string_view()), has_port);
  session.application = text_of(row[kApplication]);
  const auto command = text_of(row[kCommand]);
  if (is_server_process(session.user, command)) session.backend_type = command;
  session.state = command == "Sleep" ? "idle" : "active";
  session.stage = text_of(row[kStage]);
  if (waits_for_lock(session.stage)) {
    session.wait_type = "Lock";
    session.wait_event = session.stage;
  }
  session.query_id = text_of(row[kDigest]);
  if (session.state == "active") {
    DBI_TRY_ASSIGN(session.duration_ms, parse_number<double>("of a session's times", row[kMs]));
    if (session.duration_ms) session.duration_ms = std::max(*session.duration_ms, 0.0);
  }
  read_query(row, dialect, query_bytes, session);
  return session;
}

constexpr std::string_view kPrepared = "prepared";

/// What is remembered from cycle to cycle.
struct Source {
  SessionOptions options;
  std::optional<SessionTables> tables;
  std::uint64_t connection = 0;       ///< whose tables they are
  std::optional<SourceError> denied;  ///< what this connection may not read, which a grant does not change

  std::optional<WriteSessions> operator()(ServerReader& reader, const TextStore& texts, CycleAccount& account);

 private:
  struct Found {
    std::vector<Session> rows;
    Transactions transactions;
    Blockers blockers;
    bool has_transactions = false;
  };

  std::optional<Reading> read(ServerReader& reader, const OwnStatement& statement, Parameters parameters,
                              CycleAccount& account);
  bool read_tables(ServerReader& reader, CycleAccount& account);
  void read_row_locks(ServerReader& reader, Found& found, CycleAccount& account);
  bool read_rows(ServerReader& reader, const std::set<std::string>& pids, Found& found, CycleAccount& account);
  void read_metadata(ServerReader& reader, Found& found, CycleAccount& account);
};

std::optional<Reading> Source::read(ServerReader& reader, const OwnStatement& statement, Parameters parameters,
                                    CycleAccount& account) {
  auto reading = reader.read("sessions", statement, parameters);
  if (!reading) {
    account.errors.push_back(std::move(reading).error());
    tables.reset();
    return std::nullopt;
  }
  account.spend("sessions", reading->cost);
  return std::move(*reading);
}

bool Source::read_tables(ServerReader& reader, CycleAccount& account) {
  const auto reading = read(reader, session_tables_sql(), {}, account);
  if (!reading) return false;
  tables = read_session_tables(reading->cells);
  connection = reader.facts().serial;
  denied.reset();
  // A statement is told as the collector's own once its text was read: so those that few cycles need are counted now.
  const std::array<std::optional<std::string>, 1> none{"0"};
  const auto system = reader.facts().dialect.system;
  if (system == sql::System::MariaDb || tables->data_lock_waits) {
    (void)reader.read("sessions", row_lock_waits_sql(system), none);
  }
  if (tables->metadata_locks && reader.usable()) (void)reader.read("sessions", metadata_locks_sql(), none);
  return reader.usable();
}

// Without the privilege PROCESS the transactions are not to be seen, and of the sessions only the account's own.
void Source::read_row_locks(ServerReader& reader, Found& found, CycleAccount& account) {
  if (denied) return account.errors.push_back(*denied);
  const auto system = reader.facts().dialect.system;
  const auto had = tables;
  const auto reading = read(reader, transactions_sql(), {}, account);
  if (!reading) {
    auto& error = account.errors.back();
    if (error.kind != ErrorKind::Privilege) return;
    error.hint = fmt::format("GRANT PROCESS ON *.* TO {};", quote_account(had->account));
    denied = error;
    tables = had;
    return;
  }
  auto transactions = read_transactions(reading->cells);
  if (!transactions) return account.refuse("sessions", transactions.error());
  found.transactions = std::move(*transactions);
  found.has_transactions = true;
  const auto waits = [](const auto& one) { return one.second.waits; };
  if (std::ranges::none_of(found.transactions, waits)) return;
  if (system == sql::System::MySql && tables && !tables->data_lock_waits) return;
  const std::array<std::optional<std::string>, 1> most{std::string(kMostWaits)};
  const auto rows = read(reader, row_lock_waits_sql(system), most, account);
  if (rows) found.blockers = row_lock_blockers(rows->cells, found.transactions);
}

// Sessions that are there already stay as they are.
bool Source::read_rows(ServerReader& reader, const std::set<std::string>& pids, Found& found, CycleAccount& account) {
  const auto facts = reader.facts();
  const std::array<std::optional<std::string>, 1> asked{fmt::format("{}", fmt::join(pids, ","))};
  const auto reading =
      read(reader, mysql_sessions_sql(facts.dialect.system, tables.value_or(SessionTables{})), asked, account);
  if (!reading) return false;
  auto rows = read_mysql_sessions(reading->cells, without_modes(facts.dialect), options.query_bytes);
  if (!rows) {
    account.refuse("sessions", rows.error());
    return false;
  }
  const bool is_first = found.rows.empty();
  for (auto& session : *rows) {
    if (!is_first && !pids.contains(session.pid)) continue;
    if (std::ranges::find(found.rows, session.pid, &Session::pid) == found.rows.end()) {
      found.rows.push_back(std::move(session));
    }
  }
  return true;
}

void Source::read_metadata(ServerReader& reader, Found& found, CycleAccount& account) {
  const auto waits = [](const Session& session) { return !session.wait_event.empty(); };
  if (!tables || !tables->metadata_locks || std::ranges::none_of(found.rows, waits)) return;
  const std::array<std::optional<std::string>, 1> most{std::string(kMostWaits)};
  const auto reading = read(reader, metadata_locks_sql(), most, account);
  if (!reading) return;
  std::set<std::string> unseen;
  for (auto& [pid, blockers] : metadata_lock_blockers(read_metadata_locks(reading->cells))) {
    for (const auto& blocker : blockers) {
      add_blocker(found.blockers[pid], blocker);
      if (std::ranges::find(found.rows, blocker, &Session::pid) == found.rows.end()) unseen.insert(blocker);
    }
  }
  if (!unseen.empty()) read_rows(reader, unseen, found, account);
}

Session prepared_transaction(const std::string& id, const Transaction& transaction) {
  Session session;
  session.state = kPrepared;
  session.transaction_id = id;
  session.transaction_ms = transaction.ms;
  return session;
}

// What the other reads say of a session.
void complete(Session& session, const Transactions& transactions, const Blockers& blockers) {
  for (const auto& [id, transaction] : transactions) {
    if (transaction.pid != session.pid) continue;
    session.transaction_ms = transaction.ms;
    if (session.state == "idle") session.state = "idle in transaction";
    if (!transaction.waits) continue;
    session.wait_type = "Lock";
    session.wait_event = "LOCK WAIT";
  }
  const auto found = blockers.find(session.pid);
  if (found != blockers.end()) session.blocked_by = found->second;
  if (!session.wait_type.empty() && session.blocked_by.empty()) session.missing.emplace_back("blocked_by");
}

std::optional<WriteSessions> Source::operator()(ServerReader& reader, const TextStore& texts, CycleAccount& account) {
  if ((!tables || connection != reader.facts().serial) && !read_tables(reader, account)) return std::nullopt;
  const auto seen = *tables;
  Found found;
  read_row_locks(reader, found, account);
  if (!reader.usable()) return std::nullopt;
  std::set<std::string> pids;
  for (const auto& [id, transaction] : found.transactions) pids.insert(transaction.pid);
  if (!read_rows(reader, pids, found, account)) return std::nullopt;
  if (reader.usable()) read_metadata(reader, found, account);

  std::set<std::string, std::less<>> blocking;
  for (const auto& [pid, blockers] : found.blockers) blocking.insert(blockers.begin(), blockers.end());
  std::erase_if(found.rows, [&](const Session& session) {
    return !session.backend_type.empty() && !blocking.contains(session.pid);
  });
  // MariaDB knows a statement's digest only at its end.
  const bool has_digests = seen.statements && reader.facts().dialect.system == sql::System::MySql;
  for (auto& session : found.rows) {
    complete(session, found.transactions, found.blockers);
    if (!has_digests) session.missing.emplace_back("query_id");
    if (!seen.attributes) session.missing.emplace_back("application");
    if (!found.has_transactions) session.missing.emplace_back("transaction_ms");
  }
  for (const auto& [id, transaction] : found.transactions) {
    if (!transaction.has_session()) found.rows.push_back(prepared_transaction(id, transaction));
  }
  return session_writer(std::move(found.rows), texts, options);
}

}  // namespace

OwnStatement session_tables_sql() {
  return OwnStatement::select("session tables",
                              "'account' AS what, CURRENT_USER() AS name UNION ALL SELECT 1, 'table', table_name "
                              "FROM information_schema.tables WHERE table_schema = 'performance_schema' "
                              "AND @@performance_schema = 1 AND table_name IN ('threads', "
                              "'events_statements_current', 'session_connect_attrs', 'metadata_locks', "
                              "'data_lock_waits')",
                              {kWhat, kTable});
}

SessionTables read_session_tables(const Cells& cells) {
  SessionTables tables;
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    const auto name = cells.row(i)[kTable];
    if (cells.row(i)[kWhat] == "account") tables.account = text_of(name);
    if (cells.row(i)[kWhat] != "table") continue;
    if (name == "threads") tables.threads = true;
    if (name == "events_statements_current") tables.statements = true;
    if (name == "session_connect_attrs") tables.attributes = true;
    if (name == "metadata_locks") tables.metadata_locks = true;
    if (name == "data_lock_waits") tables.data_lock_waits = true;
  }
  return tables;
}

OwnStatement mysql_sessions_sql(sql::System system, const SessionTables& tables) {
  const bool by_threads = system == sql::System::MySql && tables.threads;
  const auto id = std::string(by_threads ? "t.PROCESSLIST_ID" : "p.ID");
  const auto user = std::string(by_threads ? "t.PROCESSLIST_USER" : "p.USER");
  const auto command = std::string(by_threads ? "t.PROCESSLIST_COMMAND" : "p.COMMAND");
  const auto info = std::string(by_threads ? "t.PROCESSLIST_INFO" : "p.INFO");
  const bool has_statements = by_threads && tables.statements;
  std::string time = by_threads ? "t.PROCESSLIST_TIME * 1000" : "p.TIME * 1000";
  if (system == sql::System::MariaDb) time = "p.TIME_MS";
  if (has_statements) time = fmt::format("COALESCE(s.TIMER_WAIT / 1000000000, {})", time);
  std::string from = by_threads ? "performance_schema.threads t" : "information_schema.processlist p";
  if (has_statements) {
    from +=
        " LEFT JOIN performance_schema.events_statements_current s ON s.THREAD_ID = t.THREAD_ID "
        "AND s.NESTING_EVENT_LEVEL = 0 AND s.END_EVENT_ID IS NULL";
  }
  if (tables.attributes) {
    from += fmt::format(
        " LEFT JOIN performance_schema.session_connect_attrs a ON a.PROCESSLIST_ID = {} "
        "AND a.ATTR_NAME = 'program_name'",
        id);
  }
  // A connection of ours that another run has open is left out as ours is.
  const auto others = tables.attributes ? fmt::format(
                                              " AND NOT ({} = SUBSTRING_INDEX(USER(), '@', 1) AND a.ATTR_VALUE <=> "
                                              "'dbi-collect')",
                                              user)
                                        : std::string();
  std::vector<std::size_t> open;
  for (std::size_t column = kPid; column < kColumns; ++column) {
    if (column != kQuery) open.push_back(column);
  }
  return OwnStatement::select(
      "sessions",
      fmt::format(
          "{id}, {user}, {database}, {host}, {application}, {command}, {stage}, LEFT({info}, {characters}), "
          "LENGTH({info}), {limit}, {time}, {digest} FROM {from} WHERE {id} <> CONNECTION_ID(){others} "
          "AND ({command} <> 'Sleep' OR FIND_IN_SET({id}, ?))",
          fmt::arg("id", id), fmt::arg("user", user), fmt::arg("database", by_threads ? "t.PROCESSLIST_DB" : "p.DB"),
          fmt::arg("host", by_threads ? "t.PROCESSLIST_HOST" : "p.HOST"),
          fmt::arg("application", tables.attributes ? "a.ATTR_VALUE" : "NULL"), fmt::arg("command", command),
          fmt::arg("stage", by_threads ? "t.PROCESSLIST_STATE" : "p.STATE"), fmt::arg("info", info),
          fmt::arg("characters", kTextCharacters), fmt::arg("limit", by_threads ? kThreadTextBytes : kProcessTextBytes),
          fmt::arg("time", time), fmt::arg("digest", has_statements ? "s.DIGEST" : "NULL"), fmt::arg("from", from),
          fmt::arg("others", others)),
      std::move(open));
}

Result<std::vector<Session>> read_mysql_sessions(const Cells& cells, const sql::Dialect& dialect,
                                                 std::size_t query_bytes) {
  std::vector<Session> sessions;
  if (cells.rows() > 0 && cells.columns != kColumns) {
    return fail(ErrorKind::Other, "the sessions have another number of columns than was asked for");
  }
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    DBI_TRY_ASSIGN(auto session, read_session(cells.row(i), dialect, query_bytes));
    sessions.push_back(std::move(session));
  }
  return sessions;
}

ReadSessions mysql_sessions(const SessionOptions& options) {
  // A copy of what is returned has a memory of its own: targets run in threads.
  return [source = Source{.options = options, .tables = {}, .connection = 0, .denied = {}}](
             ServerReader& reader, const TextStore& texts, CycleAccount& account) mutable {
    return source(reader, texts, account);
  };
}

}  // namespace dbi::collect
