// SPDX-License-Identifier: Apache-2.0
#include "db/connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "db/classify.hpp"
#include "db/row_recorder.hpp"
#include "db/stop_waker.hpp"

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

Failure stopped() {
  return {.kind = ErrorKind::Other, .sqlstate = {}, .message = "stopped", .hint = {}, .stopped = true};
}

// PQcancel blocks for as long as the network lets it, so it has a thread of its own, which nobody waits for and which
// takes no signals.
void cancel_apart(PGconn* connection) {
  PGcancel* cancel = PQgetCancel(connection);
  if (cancel == nullptr) return;
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread([cancel] {
      std::array<char, 256> message{};
      PQcancel(cancel, message.data(), static_cast<int>(message.size()));
      PQfreeCancel(cancel);
    }).detach();
  } catch (const std::system_error&) {
    PQfreeCancel(cancel);  // no thread to be had: closing the connection has to do
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

std::string option_of(const PostgreSqlTarget& target) {
  for (const auto& [keyword, value] : target.keywords()) {
    if (keyword == "options") return value;
  }
  const char* variable = std::getenv("PGOPTIONS");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return variable == nullptr ? std::string() : variable;
}

// What goes to libpq; ours win over the target's own.
PostgreSqlTarget::Keywords connect_keywords(const PostgreSqlTarget& target, const Guards& guards, bool with_options) {
  PostgreSqlTarget::Keywords keywords;
  for (const auto& keyword : target.keywords()) {
    const auto& name = keyword.first;
    if (name == "application_name" || name == "client_encoding" || name == "options") continue;
    keywords.push_back(keyword);
  }
  keywords.emplace_back("application_name", guards.application_name);
  keywords.emplace_back("client_encoding", "UTF8");
  auto options = option_of(target);
  if (with_options) options += (options.empty() ? "" : " ") + startup_options(guards);
  if (!options.empty()) keywords.emplace_back("options", std::move(options));
  return keywords;
}

// Columns of the first read, in this order. Everything is qualified: the search path is not proved yet.
constexpr const char* kFacts =
    "SELECT /* dbi-collect */ pg_catalog.pg_backend_pid(), pg_catalog.current_setting('transaction_read_only'),"
    " pg_catalog.current_setting('default_transaction_read_only'), pg_catalog.current_setting('statement_timeout'),"
    " pg_catalog.current_setting('lock_timeout'), pg_catalog.current_setting('idle_in_transaction_session_timeout'),"
    " pg_catalog.current_setting('search_path'), pg_catalog.current_setting('server_version'),"
    " pg_catalog.current_setting('server_version_num'), pg_catalog.pg_is_in_recovery(), current_user,"
    " pg_catalog.current_database()";

// Sets and reads back in one statement: a transaction's access mode is settled by its first one.
constexpr const char* kSetGuards =
    "SELECT /* dbi-collect */ pg_catalog.current_setting('transaction_read_only'),"
    " pg_catalog.set_config('statement_timeout', $1, true), pg_catalog.set_config('lock_timeout', $2, true),"
    " pg_catalog.set_config('idle_in_transaction_session_timeout', $3, true),"
    " pg_catalog.set_config('search_path', 'pg_catalog', true)";

std::string text_of(const PGresult* result, int column) {
  return PQgetvalue(result, 0, column);
}

int number_of(const std::string& text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool in_force(const PGresult* result, int read_only, int first_time, const Guards& guards) {
  return text_of(result, read_only) == "on" && shows_time(text_of(result, first_time), guards.statement_timeout) &&
         shows_time(text_of(result, first_time + 1), guards.lock_timeout) &&
         shows_time(text_of(result, first_time + 2), guards.idle_in_transaction_timeout) &&
         text_of(result, first_time + 3) == "pg_catalog";
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

double ms_since(steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
}

}  // namespace

class Connection::Session {
 public:
  Session(const Guards& guards, const Limits& limits, std::string where, std::stop_token stop)
      : guards_(guards), limits_(limits), where_(std::move(where)), waker_(std::move(stop)) {}

  Outcome<void> connect(const PostgreSqlTarget& target, const std::string& password);
  Outcome<ResultSet> read(std::string_view source, std::string_view sql, std::span<const Parameter> parameters);

  [[nodiscard]] bool usable() const { return handle_ && PQstatus(handle_.get()) == CONNECTION_OK; }
  [[nodiscard]] const ConnectionInfo& info() const { return info_; }
  void set_recorder(RowRecorder* recorder) { recorder_ = recorder; }

 private:
  Outcome<void> reach(const PostgreSqlTarget::Keywords& keywords, Deadline deadline);
  Outcome<void> prove_guards(Deadline deadline);
  void note_connection(const PGresult* facts);
  Outcome<void> begin(Deadline deadline);
  Outcome<ResultHandle> transact(const std::string& sql, std::span<const Parameter> parameters, Deadline deadline);
  void roll_back();
  Outcome<ResultHandle> run(const char* sql, std::span<const Parameter> parameters, Deadline deadline,
                            bool heed_stop = true);
  Outcome<void> flush(Deadline deadline, bool heed_stop);
  Outcome<void> await_result(Deadline deadline, bool heed_stop);
  Failure give_up(Wake wake);
  Failure broken() const;

  Guards guards_;
  Limits limits_;
  std::string where_;
  StopWaker waker_;
  Handle handle_;
  ConnectionInfo info_;
  RowRecorder* recorder_ = nullptr;
};

Outcome<void> Connection::Session::connect(const PostgreSqlTarget& target, const std::string& password) {
  const auto deadline = steady_clock::now() + limits_.connect;
  for (const bool with_options : {true, false}) {
    auto keywords = connect_keywords(target, guards_, with_options);
    if (!password.empty()) keywords.emplace_back("password", password);
    const auto reached = reach(keywords, deadline);
    if (reached) return prove_guards(deadline);
    const bool again = with_options && handle_ && refuses_options(parse_connect_message(PQerrorMessage(handle_.get())));
    if (!again) return reached;
  }
  return tl::unexpected(guards_refused());
}

Outcome<void> Connection::Session::reach(const PostgreSqlTarget::Keywords& keywords, Deadline deadline) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : keywords) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  handle_.reset(PQconnectStartParams(names.data(), values.data(), 0));
  if (!handle_)
    return tl::unexpected(Failure{.kind = ErrorKind::Other, .sqlstate = {}, .message = "out of memory", .hint = {}});
  PQsetNoticeReceiver(handle_.get(), ignore_notice, nullptr);
  PQsetErrorVerbosity(handle_.get(), PQERRORS_VERBOSE);  // with the SQLSTATE: parse_connect_message
  auto polling = PGRES_POLLING_WRITING;
  if (PQstatus(handle_.get()) == CONNECTION_BAD) polling = PGRES_POLLING_FAILED;
  while (polling != PGRES_POLLING_OK) {
    if (polling == PGRES_POLLING_FAILED) {
      return tl::unexpected(classify_connect(PQerrorMessage(handle_.get()), where_));
    }
    const short events = polling == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    const auto wake = waker_.wait(PQsocket(handle_.get()), events, deadline);
    if (wake != Wake::Ready) {
      handle_.reset();
      if (wake == Wake::Stopped) return tl::unexpected(stopped());
      return tl::unexpected(
          Failure{.kind = ErrorKind::Connection,
                  .sqlstate = {},
                  .message = fmt::format("{}: no connection within {} ms", where_, limits_.connect.count()),
                  .hint = {}});
    }
    polling = PQconnectPoll(handle_.get());
  }
  PQsetnonblocking(handle_.get(), 1);
  return {};
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
  const char* strings = PQparameterStatus(connection, "standard_conforming_strings");
  info_.standard_conforming_strings = strings == nullptr || std::string_view(strings) == "on";
  info_.pooled = number_of(text_of(facts, 0)) != PQbackendPID(connection);
  info_.server_version = text_of(facts, 7);
  info_.version_number = number_of(text_of(facts, 8));
  info_.in_recovery = text_of(facts, 9) == "t";
  info_.user = text_of(facts, 10);
  info_.database = text_of(facts, 11);
}

Outcome<void> Connection::Session::prove_guards(Deadline deadline) {
  auto facts = run(kFacts, {}, deadline);
  if (!facts) return tl::unexpected(std::move(facts).error());
  note_connection(facts->get());
  const bool holds = in_force(facts->get(), 1, 3, guards_) && text_of(facts->get(), 2) == "on";
  const char* encoding = PQparameterStatus(handle_.get(), "client_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8") return tl::unexpected(guards_refused());
  if (holds && !info_.pooled) return {};
  // Behind a pooler what was read back may be another client's setting.
  info_.guards = GuardForm::Transaction;
  auto begun = begin(deadline);
  roll_back();
  if (!begun && refuses_transactions(begun.error())) {
    auto refused = guards_refused();
    refused.sqlstate = std::move(begun.error().sqlstate);
    return tl::unexpected(std::move(refused));
  }
  return begun;
}

Outcome<void> Connection::Session::begin(Deadline deadline) {
  const auto begun = run("BEGIN /* dbi-collect */ READ ONLY", {}, deadline);
  if (!begun) return tl::unexpected(begun.error());
  const std::array<Parameter, 3> times{std::to_string(guards_.statement_timeout.count()),
                                       std::to_string(guards_.lock_timeout.count()),
                                       std::to_string(guards_.idle_in_transaction_timeout.count())};
  const auto set = run(kSetGuards, times, deadline);
  if (!set) return tl::unexpected(set.error());
  if (!in_force(set->get(), 0, 1, guards_)) return tl::unexpected(guards_refused());
  return {};
}

void Connection::Session::roll_back() {
  if (!usable() || PQtransactionStatus(handle_.get()) == PQTRANS_IDLE) return;
  if (!run("ROLLBACK /* dbi-collect */", {}, steady_clock::now() + kRollbackLimit, false)) handle_.reset();
}

Outcome<ResultHandle> Connection::Session::transact(const std::string& sql, std::span<const Parameter> parameters,
                                                    Deadline deadline) {
  const auto begun = begin(deadline);
  if (!begun) return tl::unexpected(begun.error());
  auto rows = run(sql.c_str(), parameters, deadline);
  if (!rows) return rows;
  const auto ended = run("COMMIT /* dbi-collect */", {}, deadline);
  if (!ended) return tl::unexpected(ended.error());
  return rows;
}

Outcome<ResultSet> Connection::Session::read(std::string_view source, std::string_view sql,
                                             std::span<const Parameter> parameters) {
  const auto start = steady_clock::now();
  const auto deadline = start + limits_.read;
  if (!usable()) return tl::unexpected(broken());
  const std::string text(sql);
  auto rows = info_.guards == GuardForm::Session ? run(text.c_str(), parameters, deadline)
                                                 : transact(text, parameters, deadline);
  roll_back();
  if (!rows) return tl::unexpected(std::move(rows).error());
  const ResultSet set(
      std::shared_ptr<void>(rows->release(), [](void* result) { PQclear(static_cast<PGresult*>(result)); }),
      ms_since(start));
  if (recorder_ != nullptr) recorder_->record(source, sql, set);
  return set;
}

Outcome<ResultHandle> Connection::Session::run(const char* sql, std::span<const Parameter> parameters,
                                               Deadline deadline, bool heed_stop) {
  std::vector<const char*> values;
  for (const auto& parameter : parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
  const int sent = PQsendQueryParams(handle_.get(), sql, static_cast<int>(values.size()), nullptr, values.data(),
                                     nullptr, nullptr, 0);
  if (sent == 0) return tl::unexpected(broken());
  if (const auto flushed = flush(deadline, heed_stop); !flushed) return tl::unexpected(flushed.error());
  ResultHandle last;
  while (true) {
    if (const auto there = await_result(deadline, heed_stop); !there) return tl::unexpected(there.error());
    ResultHandle result(PQgetResult(handle_.get()));
    if (!result) break;
    if (!last || succeeded(last.get())) last = std::move(result);  // the first error tells why
  }
  if (!last) return tl::unexpected(broken());
  if (succeeded(last.get())) return last;
  const auto state = field(last.get(), PG_DIAG_SQLSTATE);
  if (state.empty()) return tl::unexpected(broken());
  return tl::unexpected(classify_statement(state, field(last.get(), PG_DIAG_MESSAGE_PRIMARY)));
}

Outcome<void> Connection::Session::flush(Deadline deadline, bool heed_stop) {
  while (true) {
    const int left = PQflush(handle_.get());
    if (left == 0) return {};
    if (left < 0) return tl::unexpected(broken());
    const auto wake = waker_.wait(PQsocket(handle_.get()), POLLIN | POLLOUT, deadline, heed_stop);
    if (wake != Wake::Ready) return tl::unexpected(give_up(wake));
    if (PQconsumeInput(handle_.get()) == 0) return tl::unexpected(broken());
  }
}

Outcome<void> Connection::Session::await_result(Deadline deadline, bool heed_stop) {
  while (PQisBusy(handle_.get()) != 0) {
    const auto wake = waker_.wait(PQsocket(handle_.get()), POLLIN, deadline, heed_stop);
    if (wake != Wake::Ready) return tl::unexpected(give_up(wake));
    // A lost connection leaves what the server said last (57P01) to be read.
    if (PQconsumeInput(handle_.get()) == 0) return {};
  }
  return {};
}

// Asks the server to end the statement and closes the connection, whatever comes of it: a cancel that is late could
// hit the next statement.
Failure Connection::Session::give_up(Wake wake) {
  cancel_apart(handle_.get());
  const auto deadline = steady_clock::now() + kCancelGrace;
  while (PQisBusy(handle_.get()) != 0 && waker_.wait(PQsocket(handle_.get()), POLLIN, deadline, false) == Wake::Ready &&
         PQconsumeInput(handle_.get()) != 0) {
  }
  handle_.reset();
  if (wake == Wake::Stopped) return stopped();
  return {.kind = ErrorKind::Timeout,
          .sqlstate = {},
          .message = fmt::format("no answer within {} ms", limits_.read.count()),
          .hint = {}};
}

Failure Connection::Session::broken() const {
  return {.kind = ErrorKind::Connection,
          .sqlstate = {},
          .message = fmt::format("{}: the connection to the server is lost", where_),
          .hint = {}};
}

Outcome<Connection> Connection::open(const PostgreSqlTarget& target, const Guards& guards, const Limits& limits,
                                     std::stop_token stop) {
  std::string password;
  if (!target.password_file().empty()) {
    auto read = read_password_file(target.password_file());
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

Outcome<ResultSet> Connection::read(std::string_view source, std::string_view sql,
                                    std::span<const Parameter> parameters) {
  return session_->read(source, sql, parameters);
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
