// SPDX-License-Identifier: Apache-2.0
#include "db/connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <future>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/units.hpp"
#include "db/classify.hpp"
#include "db/resolved_target.hpp"
#include "db/row_recorder.hpp"
#include "db/server_list.hpp"
#include "db/stop_waker.hpp"
#include "record/utf8.hpp"

namespace dbi::db {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How long a cancelled statement may take to end before the connection is closed over it.
constexpr milliseconds kCancelGrace{500};
constexpr milliseconds kRollbackLimit{1000};

struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Handle = std::unique_ptr<PGconn, FinishConnection>;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

// Notices may quote data, and libpq would print them.
void ignore_notice(void* /*unused*/, const PGresult* /*unused*/) {}

std::string_view field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

bool succeeded(const PGresult* result) {
  const auto status = PQresultStatus(result);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

Failure failure(ErrorKind kind, std::string message) {
  return {.kind = kind, .sqlstate = {}, .message = std::move(message), .hint = {}};
}

Failure stopped() {
  auto failed = failure(ErrorKind::Other, "stopped");
  failed.stopped = true;
  return failed;
}

/// When a wait ends, and what it was given.
struct TimeLimit {
  explicit TimeLimit(milliseconds time) : length(time), end(steady_clock::now() + time) {}
  milliseconds length;
  Deadline end;
};

// PQcancel blocks for as long as the network lets it, so it has a thread of its own, which nobody has to wait for and
// which takes no signals. Ready once the server has got it; not valid where there is no thread to be had.
std::future<void> cancel_apart(PGconn* connection) {
  PGcancel* cancel = PQgetCancel(connection);
  if (cancel == nullptr) return {};
  std::promise<void> sent;
  auto done = sent.get_future();
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread([cancel, sent = std::move(sent)]() mutable {
      std::array<char, 256> message{};
      PQcancel(cancel, message.data(), static_cast<int>(message.size()));
      PQfreeCancel(cancel);
      sent.set_value();
    }).detach();
  } catch (const std::system_error&) {
    PQfreeCancel(cancel);  // closing the connection has to do
    done = {};
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return done;
}

// The names and values that libpq takes, with an end.
struct ConnectParameters {
  explicit ConnectParameters(const PostgresqlTarget::Keywords& keywords) {
    for (const auto& [name, value] : keywords) {
      names.push_back(name.c_str());
      values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
  }
  std::vector<const char*> names;
  std::vector<const char*> values;
};

// What goes to libpq; ours win over the target's own.
PostgresqlTarget::Keywords connect_keywords(const PostgresqlTarget& target, const Guards& guards,
                                            const std::string& options, const char* encoding) {
  PostgresqlTarget::Keywords keywords;
  for (const auto& keyword : target.keywords()) {
    const auto& name = keyword.first;
    if (name == "application_name" || name == "client_encoding" || name == "options") continue;
    keywords.push_back(keyword);
  }
  keywords.emplace_back("application_name", guards.application_name);
  keywords.emplace_back("client_encoding", encoding);
  keywords.emplace_back("options", options);
  return keywords;
}

// The guards make every session read-only, while these words mean the server: libpq is asked for that.
void ask_for_server(PostgresqlTarget::Keywords& keywords, std::string_view session_attributes) {
  const char* server = session_attributes == "read-write"  ? "primary"
                       : session_attributes == "read-only" ? "standby"
                                                           : nullptr;
  if (server == nullptr) return;
  std::erase_if(keywords, [](const auto& keyword) { return keyword.first == "target_session_attrs"; });
  keywords.emplace_back("target_session_attrs", server);
}

// A database of this encoding holds bytes of any, and refuses to give those that are no UTF-8 as such.
constexpr const char* kNoEncoding = "SQL_ASCII";

std::string_view parameter_of(const PGconn* connection, const char* name) {
  const char* value = PQparameterStatus(connection, name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

// Columns of the first read, in this order. Everything is qualified: the search path is not proved yet.
constexpr const char* kFacts =
    "SELECT pg_catalog.pg_backend_pid(), pg_catalog.current_setting('transaction_read_only'),"
    " pg_catalog.current_setting('default_transaction_read_only'), pg_catalog.current_setting('statement_timeout'),"
    " pg_catalog.current_setting('lock_timeout'), pg_catalog.current_setting('idle_in_transaction_session_timeout'),"
    " pg_catalog.current_setting('search_path'), pg_catalog.current_setting('server_version'),"
    " current_user, pg_catalog.current_database()";

// Sets and reads back in one statement: a transaction's access mode is settled by its first one.
constexpr const char* kSetGuards =
    "SELECT pg_catalog.current_setting('transaction_read_only'),"
    " pg_catalog.set_config('statement_timeout', $1, true), pg_catalog.set_config('lock_timeout', $2, true),"
    " pg_catalog.set_config('idle_in_transaction_session_timeout', $3, true),"
    " pg_catalog.set_config('search_path', 'pg_catalog', true)";

// The same for a statement that is explained, which finds its tables by the search path that the session has. Without
// placeholders the cached plan's mode does not matter.
constexpr const char* kSetExplainGuards =
    "SELECT pg_catalog.current_setting('transaction_read_only'),"
    " pg_catalog.set_config('statement_timeout', $1, true), pg_catalog.set_config('lock_timeout', $2, true),"
    " pg_catalog.set_config('idle_in_transaction_session_timeout', $3, true),"
    " pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true)";

// From this version on EXPLAIN knows GENERIC_PLAN.
constexpr int kGenericPlanVersion = 160000;
constexpr std::string_view kDuplicatePreparedStatement = "42P05";
// What placeholders of the protocol are numbered with.
constexpr std::size_t kMaxPlaceholders = 65535;
constexpr std::string_view kPrepared = "dbi_collect";
constexpr const char* kRollBackAndForget = "ROLLBACK /* dbi-collect */; DEALLOCATE /* dbi-collect */ dbi_collect";

std::string text_of(const PGresult* result, int column) {
  return PQgetvalue(result, 0, column);
}

int number_of(const std::string& text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool limits_in_force(const PGresult* result, int read_only, int first_time, const Guards& guards) {
  return text_of(result, read_only) == "on" && shows_time(text_of(result, first_time), guards.statement_timeout) &&
         shows_time(text_of(result, first_time + 1), guards.lock_timeout) &&
         shows_time(text_of(result, first_time + 2), guards.idle_in_transaction_timeout);
}

bool in_force(const PGresult* result, int read_only, int first_time, const Guards& guards) {
  return limits_in_force(result, read_only, first_time, guards) && text_of(result, first_time + 3) == "pg_catalog";
}

Failure guards_refused() {
  return {.kind = ErrorKind::Unsupported,
          .sqlstate = {},
          .message =
              "the server did not take the guards (read-only, limits of time), neither at the start of the "
              "session nor in a transaction",
          .hint = "Connect to the server itself, or through a pooler in transaction mode that leaves settings alone."};
}

// A pooler in statement mode, or a server that has no such setting: an answer, but not that of a server in trouble.
bool refuses_transactions(const Failure& failure) {
  if (failure.sqlstate == "08P01") return true;
  return !failure.sqlstate.empty() && failure.kind != ErrorKind::Timeout && failure.kind != ErrorKind::Connection &&
         failure.kind != ErrorKind::TooManyConnections;
}

Failure too_large(std::size_t max_bytes) {
  auto failed = failure(ErrorKind::Other, fmt::format("the answer is larger than {}", format_size(max_bytes)));
  failed.too_large = true;
  return failed;
}

// PostgreSQL's src/include/catalog/pg_type.dat: bool, name, int8, int2, int4, oid, float4, float8, numeric. What is not
// known may be text.
bool is_text_type(Oid type) {
  constexpr std::array<Oid, 9> kOthers{16, 19, 20, 21, 23, 26, 700, 701, 1700};
  return std::ranges::find(kOthers, type) == kOthers.end();
}

// Of a SQL_ASCII database, or of one that shows the sessions of such a one, these need not be UTF-8.
bool holds_bytes(Oid type) {
  constexpr Oid kName = 19;
  return type == kName || is_text_type(type);
}

std::vector<Column> columns_of(const PGresult* result) {
  std::vector<Column> columns;
  columns.reserve(static_cast<std::size_t>(PQnfields(result)));
  for (int i = 0; i < PQnfields(result); ++i) columns.push_back({PQfname(result, i), is_text_type(PQftype(result, i))});
  return columns;
}

void add_rows(ResultSet& rows, const PGresult* result) {
  for (int row = 0; row < PQntuples(result); ++row) {
    for (int column = 0; column < PQnfields(result); ++column) {
      const bool is_null = PQgetisnull(result, row, column) != 0;
      const auto size = static_cast<std::size_t>(PQgetlength(result, row, column));
      if (is_null) {
        rows.add({});
        continue;
      }
      const std::string_view value(PQgetvalue(result, row, column), size);
      const bool valid =
          !holds_bytes(PQftype(result, column)) || record::find_invalid_utf8(value) == std::string_view::npos;
      if (valid) {
        rows.add(value);
      } else {
        rows.add(std::string_view(record::replace_invalid_utf8(value)));
      }
    }
  }
}

double ms_since(steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
}

}  // namespace

class Connection::Session {
 public:
  Session(const Guards& guards, const Limits& limits, std::string where, std::stop_token stop)
      : guards_(guards), limits_(limits), where_(std::move(where)), waker_(std::move(stop)) {}

  Outcome<void> connect(const PostgresqlTarget& target, const std::string& password);
  Outcome<ResultSet> read(std::string_view source, const OwnStatement& statement, std::span<const Parameter> parameters,
                          std::size_t max_bytes);

  Outcome<ResultSet> explain(std::string_view statement, std::size_t placeholders, std::size_t max_bytes);

  [[nodiscard]] bool usable() const { return handle_ && PQstatus(handle_.get()) == CONNECTION_OK; }
  [[nodiscard]] const ConnectionInfo& info() const { return info_; }
  void set_recorder(RowRecorder* recorder) { recorder_ = recorder; }

 private:
  Outcome<void> reach(const PostgresqlTarget::Keywords& keywords, const ResolvedTarget& resolved);
  Outcome<bool> try_servers(const PostgresqlTarget::Keywords& keywords, ServerList& servers);
  [[nodiscard]] std::optional<std::size_t> current_of(const ServerList& servers) const;
  Outcome<void> prove_guards(const TimeLimit& limit);
  void note_connection(const PGresult* facts);
  Outcome<void> begin(const TimeLimit& limit);
  Outcome<void> begin_explain(const TimeLimit& limit);
  Outcome<void> set_guards(const char* sql, const TimeLimit& limit, bool with_search_path);
  Outcome<ResultSet> explain_begun(const std::string& statement, std::size_t placeholders, std::size_t max_bytes,
                                   const TimeLimit& limit);
  Outcome<void> check_single(const std::string& statement, const TimeLimit& limit);
  void forget_prepared();
  Outcome<ResultSet> transact(const OwnStatement& statement, std::span<const Parameter> parameters,
                              std::size_t max_bytes, const TimeLimit& limit);
  void roll_back();
  Outcome<ResultHandle> run(const OwnStatement& statement, std::span<const Parameter> parameters,
                            const TimeLimit& limit, bool heed_stop = true);
  Outcome<ResultHandle> finish(const TimeLimit& limit, bool heed_stop);
  Outcome<ResultSet> fetch_sent(std::size_t max_bytes, const TimeLimit& limit);
  Outcome<void> send_simple(const char* sql, const TimeLimit& limit, bool heed_stop);
  Outcome<ResultSet> fetch(const OwnStatement& statement, std::span<const Parameter> parameters, std::size_t max_bytes,
                           const TimeLimit& limit);
  Outcome<void> send(const OwnStatement& statement, std::span<const Parameter> parameters, const TimeLimit& limit,
                     bool heed_stop);
  Outcome<ResultHandle> next_result(const TimeLimit& limit, bool heed_stop);
  Failure why_failed(const PGresult* result) const;
  Outcome<void> flush(const TimeLimit& limit, bool heed_stop);
  Failure give_up(Wake wake, const TimeLimit& limit);
  void abandon(const TimeLimit& limit);
  Failure broken() const;

  Guards guards_;
  Limits limits_;
  std::string where_;
  StopWaker waker_;
  const char* encoding_ = "UTF8";
  TimeLimit limit_{milliseconds{0}};  // of the server that is connected to
  bool prepared_ = false;             // the server may have a statement of ours
  Handle handle_;
  ConnectionInfo info_;
  RowRecorder* recorder_ = nullptr;
};

Outcome<void> Connection::Session::connect(const PostgresqlTarget& target, const std::string& password) {
  const auto resolved = resolve(target);
  if (!resolved) {
    auto error = resolved.error();
    return tl::unexpected(Failure{
        .kind = ErrorKind::Other, .sqlstate = {}, .message = std::move(error.message), .hint = std::move(error.hint)});
  }
  const auto& own = resolved->options;
  auto options = own + (own.empty() ? "" : " ") + startup_options(guards_);
  const auto reach_with_options = [&] {
    auto keywords = connect_keywords(target, guards_, options, encoding_);
    ask_for_server(keywords, resolved->session_attributes);
    if (!password.empty()) keywords.emplace_back("password", password);
    return reach(keywords, *resolved);
  };
  auto reached = reach_with_options();
  if (!reached && handle_ && refuses_options(parse_connect_message(PQerrorMessage(handle_.get())))) {
    options = own;
    reached = reach_with_options();
  }
  if (reached && parameter_of(handle_.get(), "server_encoding") == kNoEncoding) {
    encoding_ = kNoEncoding;
    reached = reach_with_options();
  }
  return reached ? prove_guards(limit_) : reached;
}

// The servers one after the other, as libpq goes on from one to the next, but from a silent one too.
Outcome<void> Connection::Session::reach(const PostgresqlTarget::Keywords& keywords, const ResolvedTarget& resolved) {
  if (resolved.connect_timeout) limits_.connect = *resolved.connect_timeout;
  ServerList servers(resolved.hosts, resolved.addresses, resolved.ports);
  while (true) {
    auto reached = try_servers(servers.narrow(keywords), servers);
    if (!reached) {
      auto failed = std::move(reached).error();
      if (!failed.stopped) failed.message += servers.describe();
      return tl::unexpected(std::move(failed));
    }
    if (*reached) return {};
  }
}

std::optional<std::size_t> Connection::Session::current_of(const ServerList& servers) const {
  const char* host = PQhost(handle_.get());
  const char* port = PQport(handle_.get());
  return servers.find(host == nullptr ? "" : host, port == nullptr ? "" : port);
}

// False: one was silent, and is left out of the next attempt.
Outcome<bool> Connection::Session::try_servers(const PostgresqlTarget::Keywords& keywords, ServerList& servers) {
  const ConnectParameters parameters(keywords);
  handle_.reset(PQconnectStartParams(parameters.names.data(), parameters.values.data(), 0));
  if (!handle_) return tl::unexpected(failure(ErrorKind::Other, "out of memory"));
  PQsetNoticeReceiver(handle_.get(), ignore_notice, nullptr);
  PQsetErrorVerbosity(handle_.get(), PQERRORS_VERBOSE);  // with the SQLSTATE: parse_connect_message
  auto polling = PGRES_POLLING_WRITING;
  if (PQstatus(handle_.get()) == CONNECTION_BAD) polling = PGRES_POLLING_FAILED;
  limit_ = TimeLimit(limits_.connect);
  auto current = current_of(servers);
  while (polling != PGRES_POLLING_OK) {
    if (const auto now = current_of(servers); now != current) {
      current = now;
      limit_ = TimeLimit(limits_.connect);
    }
    if (polling == PGRES_POLLING_FAILED) {
      if (current) servers.set_tried(*current);
      return tl::unexpected(classify_connect(PQerrorMessage(handle_.get()), where_));
    }
    const short events = polling == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    const auto wake = waker_.wait(PQsocket(handle_.get()), events, limit_.end);
    if (wake != Wake::Ready) {
      handle_.reset();
      if (wake == Wake::Stopped) return tl::unexpected(stopped());
      if (current) servers.set_tried(*current);
      if (current && servers.leave_out(*current)) return false;
      return tl::unexpected(
          failure(ErrorKind::Connection, fmt::format("{}: no connection within {} ms", where_, limit_.length.count())));
    }
    polling = PQconnectPoll(handle_.get());
  }
  PQsetnonblocking(handle_.get(), 1);
  return true;
}

void Connection::Session::note_connection(const PGresult* facts) {
  const auto* connection = handle_.get();
  const std::string host = PQhost(connection) == nullptr ? "" : PQhost(connection);
  const bool local = host.empty() || host.front() == '/' || host.front() == '@';
  info_.host = local ? "" : host;
  info_.port = static_cast<std::uint16_t>(number_of(PQport(connection)));
  info_.tls = "off";
  if (PQsslInUse(handle_.get()) != 0) {
    const char* protocol = PQsslAttribute(handle_.get(), "protocol");
    info_.tls = protocol == nullptr ? "on" : protocol;
  }
  info_.pooled = number_of(text_of(facts, 0)) != PQbackendPID(connection);
  info_.server_version = text_of(facts, 7);
  const auto strings = parameter_of(connection, "standard_conforming_strings");
  if (!strings.empty()) info_.standard_conforming_strings = strings == "on";
  info_.user = text_of(facts, 8);
  info_.database = text_of(facts, 9);
}

Outcome<void> Connection::Session::prove_guards(const TimeLimit& limit) {
  auto facts = run({"", kFacts}, {}, limit);
  if (!facts) return tl::unexpected(std::move(facts).error());
  note_connection(facts->get());
  const bool limited =
      guards_.fixes_search_path ? in_force(facts->get(), 1, 3, guards_) : limits_in_force(facts->get(), 1, 3, guards_);
  const bool holds = limited && text_of(facts->get(), 2) == "on";
  if (parameter_of(handle_.get(), "client_encoding") != encoding_) return tl::unexpected(guards_refused());
  if (holds && !info_.pooled) return {};
  // Behind a pooler what was read back may be another client's setting.
  info_.guards = GuardForm::Transaction;
  auto begun = begin(limit);
  roll_back();
  if (!begun && refuses_transactions(begun.error())) {
    auto refused = guards_refused();
    refused.sqlstate = std::move(begun.error().sqlstate);
    return tl::unexpected(std::move(refused));
  }
  return begun;
}

Outcome<void> Connection::Session::begin(const TimeLimit& limit) {
  const auto begun = run({"", "BEGIN READ ONLY"}, {}, limit);
  if (!begun) return tl::unexpected(begun.error());
  return set_guards(kSetGuards, limit, true);
}

Outcome<void> Connection::Session::begin_explain(const TimeLimit& limit) {
  const auto begun = run({"", "BEGIN READ ONLY"}, {}, limit);
  if (!begun) return tl::unexpected(begun.error());
  return set_guards(kSetExplainGuards, limit, false);
}

Outcome<void> Connection::Session::set_guards(const char* sql, const TimeLimit& limit, bool with_search_path) {
  const std::array<Parameter, 3> times{std::to_string(guards_.statement_timeout.count()),
                                       std::to_string(guards_.lock_timeout.count()),
                                       std::to_string(guards_.idle_in_transaction_timeout.count())};
  const auto set = run({"", sql}, times, limit);
  if (!set) return tl::unexpected(set.error());
  const bool holds =
      with_search_path ? in_force(set->get(), 0, 1, guards_) : limits_in_force(set->get(), 0, 1, guards_);
  if (!holds) return tl::unexpected(guards_refused());
  return {};
}

void Connection::Session::roll_back() {
  if (!usable() || PQtransactionStatus(handle_.get()) == PQTRANS_IDLE) return;
  if (!run({"", "ROLLBACK"}, {}, TimeLimit(kRollbackLimit), false)) handle_.reset();
}

Outcome<ResultSet> Connection::Session::transact(const OwnStatement& statement, std::span<const Parameter> parameters,
                                                 std::size_t max_bytes, const TimeLimit& limit) {
  const auto begun = begin(limit);
  if (!begun) return tl::unexpected(begun.error());
  auto rows = fetch(statement, parameters, max_bytes, limit);
  if (!rows) return rows;
  const auto ended = run({"", "COMMIT"}, {}, limit);
  if (!ended) return tl::unexpected(ended.error());
  return rows;
}

Outcome<ResultSet> Connection::Session::read(std::string_view source, const OwnStatement& statement,
                                             std::span<const Parameter> parameters, std::size_t max_bytes) {
  const auto start = steady_clock::now();
  const TimeLimit limit(limits_.read);
  if (!usable()) return tl::unexpected(broken());
  const bool plain = info_.guards == GuardForm::Session && guards_.fixes_search_path;
  auto rows =
      plain ? fetch(statement, parameters, max_bytes, limit) : transact(statement, parameters, max_bytes, limit);
  roll_back();
  if (!rows) return rows;
  rows->set_time(ms_since(start));
  if (recorder_ != nullptr) recorder_->record(source, statement, *rows);
  return rows;
}

// For what has a row at most.
Outcome<ResultHandle> Connection::Session::run(const OwnStatement& statement, std::span<const Parameter> parameters,
                                               const TimeLimit& limit, bool heed_stop) {
  if (const auto sent = send(statement, parameters, limit, heed_stop); !sent) return tl::unexpected(sent.error());
  return finish(limit, heed_stop);
}

// The last result of what was sent, or the first error.
Outcome<ResultHandle> Connection::Session::finish(const TimeLimit& limit, bool heed_stop) {
  ResultHandle last;
  while (true) {
    auto result = next_result(limit, heed_stop);
    if (!result) return result;
    if (!*result) break;
    if (!last || succeeded(last.get())) last = std::move(*result);  // the first error tells why
  }
  if (!last || !succeeded(last.get())) return tl::unexpected(why_failed(last.get()));
  return last;
}

// Row by row: libpq would keep an answer of any size.
Outcome<ResultSet> Connection::Session::fetch(const OwnStatement& statement, std::span<const Parameter> parameters,
                                              std::size_t max_bytes, const TimeLimit& limit) {
  if (const auto sent = send(statement, parameters, limit, true); !sent) return tl::unexpected(sent.error());
  return fetch_sent(max_bytes, limit);
}

Outcome<ResultSet> Connection::Session::fetch_sent(std::size_t max_bytes, const TimeLimit& limit) {
  PQsetSingleRowMode(handle_.get());
  std::optional<ResultSet> rows;
  std::optional<Failure> failed;
  bool ended = false;
  while (true) {
    auto result = next_result(limit, true);
    if (!result) return tl::unexpected(std::move(result).error());
    if (!*result) break;
    const auto status = PQresultStatus(result->get());
    ended = ended || status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
    if (!ended && status != PGRES_SINGLE_TUPLE) {
      if (!failed) failed = why_failed(result->get());
      continue;
    }
    if (!rows) rows.emplace(columns_of(result->get()));
    add_rows(*rows, result->get());
    if (rows->memory() <= max_bytes) continue;
    abandon(limit);
    return tl::unexpected(too_large(max_bytes));
  }
  if (failed) return tl::unexpected(std::move(*failed));
  if (!ended || !rows) return tl::unexpected(broken());
  return std::move(*rows);
}

Outcome<void> Connection::Session::send(const OwnStatement& statement, std::span<const Parameter> parameters,
                                        const TimeLimit& limit, bool heed_stop) {
  std::vector<const char*> values;
  for (const auto& parameter : parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
  const int sent = PQsendQueryParams(handle_.get(), statement.text().c_str(), static_cast<int>(values.size()), nullptr,
                                     values.data(), nullptr, nullptr, 0);
  if (sent == 0) return tl::unexpected(broken());
  return flush(limit, heed_stop);
}

// Only for texts that are known to be what they seem: what is behind a semicolon runs too.
Outcome<void> Connection::Session::send_simple(const char* sql, const TimeLimit& limit, bool heed_stop) {
  if (PQsendQuery(handle_.get(), sql) == 0) return tl::unexpected(broken());
  return flush(limit, heed_stop);
}

Outcome<ResultSet> Connection::Session::explain(std::string_view statement, std::size_t placeholders,
                                                std::size_t max_bytes) {
  const auto start = steady_clock::now();
  const TimeLimit limit(limits_.read);
  const std::string text(statement);
  const auto attempt = [&]() -> Outcome<ResultSet> {
    if (!usable()) return tl::unexpected(broken());
    auto begun = begin_explain(limit);
    auto rows = begun ? explain_begun(text, placeholders, max_bytes, limit)
                      : Outcome<ResultSet>(tl::unexpected(std::move(begun).error()));
    if (prepared_) forget_prepared();
    roll_back();
    return rows;
  };
  auto rows = attempt();
  // Behind a pooler a collector that was killed may have left its statement, which is gone now.
  if (!rows && rows.error().sqlstate == kDuplicatePreparedStatement) rows = attempt();
  if (rows) rows->set_time(ms_since(start));
  return rows;
}

// With placeholders EXPLAIN cannot go by the extended protocol: the server takes them for parameters of the message,
// and plans with the values of those. Before GENERIC_PLAN the statement is prepared, by the extended protocol, and
// EXPLAIN EXECUTE has nothing of it. With GENERIC_PLAN the server has first parsed it by the extended protocol, which
// takes one statement only, and the very same text is then explained.
Outcome<ResultSet> Connection::Session::explain_begun(const std::string& statement, std::size_t placeholders,
                                                      std::size_t max_bytes, const TimeLimit& limit) {
  if (placeholders == 0) {
    return fetch({"explain", "EXPLAIN (VERBOSE, FORMAT JSON) " + statement}, {}, max_bytes, limit);
  }
  if (placeholders > kMaxPlaceholders) {
    return tl::unexpected(failure(ErrorKind::Unsupported, fmt::format("more than {} placeholders", kMaxPlaceholders)));
  }
  if (PQserverVersion(handle_.get()) >= kGenericPlanVersion) {
    if (auto checked = check_single(statement, limit); !checked) return tl::unexpected(std::move(checked).error());
    const OwnStatement explain("explain", "EXPLAIN (GENERIC_PLAN, VERBOSE, FORMAT JSON) " + statement);
    auto sent = send_simple(explain.text().c_str(), limit, true);
    if (!sent) return tl::unexpected(std::move(sent).error());
    return fetch_sent(max_bytes, limit);
  }
  auto prepared = run({"explain", fmt::format("PREPARE {} AS {}", kPrepared, statement)}, {}, limit);
  prepared_ = prepared || prepared.error().sqlstate == kDuplicatePreparedStatement;
  if (!prepared) return tl::unexpected(std::move(prepared).error());
  std::string nulls = "NULL";
  for (std::size_t i = 1; i < placeholders; ++i) nulls += ",NULL";
  return fetch({"explain", fmt::format("EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE {}({})", kPrepared, nulls)}, {},
               max_bytes, limit);
}

// Parses it as the unnamed statement, which is never bound.
Outcome<void> Connection::Session::check_single(const std::string& statement, const TimeLimit& limit) {
  if (PQsendPrepare(handle_.get(), "", statement.c_str(), 0, nullptr) == 0) return tl::unexpected(broken());
  if (auto sent = flush(limit, true); !sent) return sent;
  auto parsed = finish(limit, true);
  if (!parsed) return tl::unexpected(std::move(parsed).error());
  return {};
}

// Both in one message, so that a pooler gives both to the same server process.
void Connection::Session::forget_prepared() {
  prepared_ = false;
  if (!usable()) return;
  const TimeLimit limit(kRollbackLimit);
  if (!send_simple(kRollBackAndForget, limit, false) || !finish(limit, false)) handle_.reset();
}

// None: the statement's last one was taken.
Outcome<ResultHandle> Connection::Session::next_result(const TimeLimit& limit, bool heed_stop) {
  while (PQisBusy(handle_.get()) != 0) {
    const auto wake = waker_.wait(PQsocket(handle_.get()), POLLIN, limit.end, heed_stop);
    if (wake != Wake::Ready) return tl::unexpected(give_up(wake, limit));
    // A lost connection leaves what the server said last (57P01) to be read.
    if (PQconsumeInput(handle_.get()) == 0) break;
  }
  return ResultHandle(PQgetResult(handle_.get()));
}

Failure Connection::Session::why_failed(const PGresult* result) const {
  const auto state = result == nullptr ? std::string_view() : field(result, PG_DIAG_SQLSTATE);
  if (state.empty()) return broken();
  return classify_statement(state, field(result, PG_DIAG_MESSAGE_PRIMARY));
}

Outcome<void> Connection::Session::flush(const TimeLimit& limit, bool heed_stop) {
  while (true) {
    const int left = PQflush(handle_.get());
    if (left == 0) return {};
    if (left < 0) return tl::unexpected(broken());
    const auto wake = waker_.wait(PQsocket(handle_.get()), POLLIN | POLLOUT, limit.end, heed_stop);
    if (wake != Wake::Ready) return tl::unexpected(give_up(wake, limit));
    if (PQconsumeInput(handle_.get()) == 0) return tl::unexpected(broken());
  }
}

// Asks the server to end the statement and closes the connection, whatever comes of it: a cancel that is late could
// hit the next statement.
Failure Connection::Session::give_up(Wake wake, const TimeLimit& limit) {
  cancel_apart(handle_.get());
  const auto deadline = steady_clock::now() + kCancelGrace;
  while (PQisBusy(handle_.get()) != 0 && waker_.wait(PQsocket(handle_.get()), POLLIN, deadline, false) == Wake::Ready &&
         PQconsumeInput(handle_.get()) != 0) {
  }
  handle_.reset();
  if (wake == Wake::Stopped) return stopped();
  return failure(ErrorKind::Timeout, fmt::format("no answer within {} ms", limit.length.count()));
}

// Asks the server to end the statement and lets the rows go that are still to come. The connection stays where the
// server has got the cancel meanwhile: none is on its way then that could hit the next statement.
void Connection::Session::abandon(const TimeLimit& limit) {
  const auto cancelled = cancel_apart(handle_.get());
  while (true) {
    const auto rest = next_result(limit, true);
    if (!rest) return;
    if (!*rest) break;
  }
  if (!cancelled.valid() || cancelled.wait_for(kCancelGrace) != std::future_status::ready) handle_.reset();
}

Failure Connection::Session::broken() const {
  return failure(ErrorKind::Connection, fmt::format("{}: the connection to the server is lost", where_));
}

Outcome<Connection> Connection::open(const PostgresqlTarget& target, const Guards& guards, const Limits& limits,
                                     std::stop_token stop) {
  std::string password;
  if (!target.password_file().empty()) {
    auto read = read_password(target.name(), target.password_file());
    if (!read) {
      auto error = std::move(read).error();
      return tl::unexpected(Failure{.kind = ErrorKind::Authentication,
                                    .sqlstate = {},
                                    .message = std::move(error.message),
                                    .hint = std::move(error.hint)});
    }
    password = std::move(*read);
  }
  auto session = std::make_unique<Session>(guards, limits, target.name(), std::move(stop));
  const auto connected = session->connect(target, password);
  if (!connected) return tl::unexpected(connected.error());
  return Connection(std::move(session));
}

Connection::Connection(std::unique_ptr<Session> session) : session_(std::move(session)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Outcome<ResultSet> Connection::read(std::string_view source, const OwnStatement& statement,
                                    std::span<const Parameter> parameters, std::size_t max_bytes) {
  return session_->read(source, statement, parameters, max_bytes);
}

Outcome<ResultSet> Connection::explain(std::string_view statement, std::size_t placeholders, std::size_t max_bytes) {
  return session_->explain(statement, placeholders, max_bytes);
}

bool Connection::usable() const {
  return session_->usable();
}

const ConnectionInfo& Connection::info() const {
  return session_->info();
}

void Connection::set_recorder(RowRecorder* recorder) {
  session_->set_recorder(recorder);
}

}  // namespace dbi::db
