// SPDX-License-Identifier: Apache-2.0
#include "db/mysql_connection.hpp"

#include <errmsg.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <mysql.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "db/mysql_errors.hpp"
#include "db/mysql_greeting.hpp"
#include "db/mysql_guards.hpp"
#include "db/mysql_parameters.hpp"
#include "db/row_recorder.hpp"
#include "db/stop_waker.hpp"

namespace dbi::db {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How long asking the server to end a statement that was given up may take.
constexpr milliseconds kKillLimit{500};
constexpr milliseconds kRollbackLimit{1000};
// Of the library's coroutine, in which it looks up names and shakes hands for TLS.
constexpr std::size_t kStackBytes = std::size_t{256} << 10U;
constexpr std::size_t kFactBytes = std::size_t{1} << 20U;
constexpr unsigned long kMaxRowBytes = 64UL << 20U;
// Those that send no password in the clear.
constexpr const char* kAuthPlugins = "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519";

struct CloseConnection {
  void operator()(MYSQL* connection) const { mysql_close(connection); }
};
using Handle = std::unique_ptr<MYSQL, CloseConnection>;

// Freeing a result that was not read to its end would wait for the rest of it.
struct DropResult {
  void operator()(MYSQL_RES* result) const {
    if (result->eof == 0) result->handle = nullptr;
    mysql_free_result(result);
  }
};
using Rows = std::unique_ptr<MYSQL_RES, DropResult>;

Failure stopped() {
  return {.kind = ErrorKind::Other, .sqlstate = {}, .message = "stopped", .hint = {}, .stopped = true};
}

Failure failure(ErrorKind kind, std::string message, std::string hint = {}) {
  return {.kind = kind, .sqlstate = {}, .message = std::move(message), .hint = std::move(hint)};
}

Failure guards_refused(std::string_view missing) {
  return failure(
      ErrorKind::Unsupported,
      fmt::format("the server did not take the guards, neither for the session nor for a statement: {}", missing),
      "Connect to the server itself, or through a proxy that leaves SET and hints alone.");
}

// An error that has nothing to do with the guards, which were only the first to meet it.
bool says_why(const Failure& failure) {
  return failure.stopped || failure.kind == ErrorKind::Connection || failure.kind == ErrorKind::Timeout ||
         failure.kind == ErrorKind::TooManyConnections;
}

MysqlError error_of(MYSQL* connection) {
  return {
      .number = mysql_errno(connection), .sqlstate = mysql_sqlstate(connection), .message = mysql_error(connection)};
}

double ms_since(steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
}

template <typename Number>
Number number_of(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

const char* or_null(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

// A guess by the greeting's version; what the server takes decides.
std::array<sql::System, 2> likely_systems(MYSQL* connection) {
  if (mariadb_connection(connection) != 0) return {sql::System::MariaDb, sql::System::MySql};
  return {sql::System::MySql, sql::System::MariaDb};
}

// Ends a wait that the library does by itself, for TLS: from the requester's thread it closes the reading half of the
// socket, by a descriptor of our own, so that the library may close its one at any time.
class SocketBreaker {
 public:
  SocketBreaker(int socket, const std::stop_token& stop)
      : socket_(::dup(socket)), callback_(stop, Break{socket_.get()}) {}

 private:
  struct Break {
    int descriptor;
    void operator()() const noexcept { ::shutdown(descriptor, SHUT_RD); }
  };
  Descriptor socket_;
  std::stop_callback<Break> callback_;
};

// Over TLS the library reads from the socket as it finds it, and it leaves it blocking: the limits of time and a stop
// request would not be heard while an answer is waited for.
void do_not_block(int socket) {
  ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
}

bool is_text(const MYSQL_FIELD& field) {
  return IS_NUM(field.type) == 0;
}

ResultSet no_rows_of(MYSQL_RES* result) {
  std::vector<Column> columns;
  const auto* fields = mysql_fetch_fields(result);
  for (unsigned column = 0; column < mysql_num_fields(result); ++column) {
    const auto& field = fields[column];
    columns.push_back({.name = std::string(field.name, field.name_length), .is_text = is_text(field)});
  }
  return ResultSet(std::move(columns));
}

void add_row(ResultSet& rows, MYSQL_ROW row, const unsigned long* lengths) {
  for (std::size_t column = 0; column < rows.columns(); ++column) {
    rows.add(row[column] == nullptr ? Cell() : Cell({row[column], lengths[column]}));
  }
}

Failure too_large(std::size_t max_bytes) {
  auto failed = failure(ErrorKind::Other, fmt::format("the answer is larger than {}", format_size(max_bytes)));
  failed.too_large = true;
  return failed;
}

}  // namespace

class MysqlConnection::Session {
 public:
  Session(const Guards& guards, const Limits& limits, MysqlLogin login, std::string where, std::stop_token stop)
      : guards_(guards),
        limits_(limits),
        login_(std::move(login)),
        where_(std::move(where)),
        stop_(stop),
        waker_(std::move(stop)) {}

  Outcome<void> connect();
  Outcome<ResultSet> read(std::string_view source, const OwnStatement& statement, std::span<const Parameter> parameters,
                          std::size_t max_bytes);

  Outcome<ResultSet> explain(std::string_view statement, std::size_t placeholders, std::size_t max_bytes);

  [[nodiscard]] bool usable() const { return handle_ != nullptr; }
  [[nodiscard]] const MysqlInfo& info() const { return info_; }
  void set_recorder(RowRecorder* recorder) { recorder_ = recorder; }

 private:
  Handle prepare(TlsMode tls, Deadline deadline) const;
  Outcome<Handle> reach(TlsMode tls, Deadline deadline, bool heed_stop);
  Outcome<bool> await_greeting(MYSQL* connection, TlsMode tls, Deadline deadline, bool heed_stop) const;
  Outcome<void> prove_guards(Deadline deadline);
  Outcome<void> set_guards(Deadline deadline);
  Outcome<ResultSet> read_facts(Deadline deadline);
  MysqlVariables note_facts(const ResultSet& facts);
  void note_connection();
  Outcome<ResultSet> transact(std::string_view sql, std::size_t max_bytes, Deadline deadline);
  Outcome<ResultSet> run_read_only(std::string_view sql, std::string_view end, std::size_t max_bytes,
                                   Deadline deadline);
  Outcome<ResultSet> run(std::string_view sql, std::size_t max_bytes, Deadline deadline);
  Outcome<ResultSet> fetch(std::size_t max_bytes, Deadline deadline);
  Wake wait(MYSQL* connection, int status, Deadline deadline, bool heed_stop, int& ready) const;
  template <typename Continue>
  Wake finish(MYSQL* connection, int status, Deadline deadline, bool heed_stop, Continue go_on) const;
  Failure give_up(Wake wake);
  Failure broken_or_failed();
  Failure no_connection(Wake wake) const;
  void kill_statement();

  Guards guards_;
  Limits limits_;
  MysqlLogin login_;
  std::string where_;
  std::stop_token stop_;
  StopWaker waker_;
  Handle handle_;
  MysqlInfo info_;
  bool tls_failed_ = false;
  milliseconds limit_{0};  ///< of what is under way, as messages say it
  RowRecorder* recorder_ = nullptr;
};

Outcome<void> MysqlConnection::Session::connect() {
  limit_ = limits_.connect;
  const auto deadline = steady_clock::now() + limit_;
  auto reached = reach(login_.tls, deadline, true);
  // A server on this machine whose TLS is of another time is still to be had without it.
  if (!reached && login_.tls == TlsMode::Preferred && tls_failed_) {
    reached = reach(TlsMode::Off, deadline, true);
  }
  if (!reached) return tl::unexpected(std::move(reached).error());
  handle_ = std::move(*reached);
  note_connection();
  auto proved = prove_guards(deadline);
  if (!proved) handle_.reset();
  return proved;
}

Handle MysqlConnection::Session::prepare(TlsMode tls, Deadline deadline) const {
  static std::once_flag once;
  std::call_once(once, [] { mysql_library_init(0, nullptr, nullptr); });
  Handle connection(mysql_init(nullptr));
  if (!connection) return connection;
  auto* handle = connection.get();
  mysql_options(handle, MYSQL_OPT_NONBLOCK, &kStackBytes);
  const auto left = std::chrono::ceil<std::chrono::seconds>(deadline - steady_clock::now()).count();
  const unsigned timeout = static_cast<unsigned>(std::max<long long>(left, 1));
  mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &timeout);
  const unsigned protocol = login_.host.empty() ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
  mysql_options(handle, MYSQL_OPT_PROTOCOL, &protocol);
  // A server may ask for any file of ours otherwise.
  const unsigned no_files = 0;
  mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &no_files);
  mysql_options(handle, MYSQL_OPT_MAX_ALLOWED_PACKET, &kMaxRowBytes);
  mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_options4(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", guards_.application_name.c_str());
  if (tls != TlsMode::Verify) mysql_options(handle, MARIADB_OPT_RESTRICTED_AUTH, kAuthPlugins);
  if (tls == TlsMode::Off) return connection;
  const my_bool yes = 1;
  mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &yes);
  if (tls == TlsMode::Verify) mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
  mysql_ssl_set(handle, or_null(login_.tls_key), or_null(login_.tls_cert), or_null(login_.tls_ca),
                or_null(login_.tls_capath), nullptr);
  return connection;
}

Outcome<Handle> MysqlConnection::Session::reach(TlsMode tls, Deadline deadline, bool heed_stop) {
  auto connection = prepare(tls, deadline);
  if (!connection) return tl::unexpected(failure(ErrorKind::Other, "out of memory"));
  auto* handle = connection.get();
  MYSQL* result = nullptr;
  int status =
      mysql_real_connect_start(&result, handle, or_null(login_.host), login_.user.c_str(), login_.password.c_str(),
                               or_null(login_.database), login_.port, or_null(login_.socket), 0);
  bool greeted = false;
  while (status != 0) {
    int ready = 0;
    const auto wake = wait(handle, status, deadline, heed_stop, ready);
    if (wake != Wake::Ready) return tl::unexpected(no_connection(wake));
    if (!greeted && ready != MYSQL_WAIT_TIMEOUT) {
      auto greeting = await_greeting(handle, tls, deadline, heed_stop);
      if (!greeting) return tl::unexpected(std::move(greeting).error());
      greeted = *greeting;
    }
    const SocketBreaker breaker(mysql_get_socket(handle), heed_stop ? stop_ : std::stop_token{});
    status = mysql_real_connect_cont(&result, handle, ready);
  }
  if (result == nullptr) {
    if (heed_stop && stop_.stop_requested()) return tl::unexpected(stopped());
    if (steady_clock::now() >= deadline) return tl::unexpected(no_connection(Wake::Expired));
    const auto error = error_of(handle);
    tls_failed_ = error.number == CR_SSL_CONNECTION_ERROR;
    return tl::unexpected(classify_mysql_connect(error, where_, tls != TlsMode::Off));
  }
  if (tls >= TlsMode::Required && mysql_get_ssl_cipher(handle) == nullptr) {
    return tl::unexpected(failure(ErrorKind::Connection, fmt::format("{}: the connection is without TLS", where_)));
  }
  do_not_block(mysql_get_socket(handle));
  return connection;
}

// Looks at the greeting before the library answers it (see read_greeting), at its first wait, which for another machine
// is that for the connection. It does not wait at all where one on this machine greets at once: what was sent then has
// not left the machine, and reach() refuses the connection. False: there is no greeting, as of a refused connection.
Outcome<bool> MysqlConnection::Session::await_greeting(MYSQL* connection, TlsMode tls, Deadline deadline,
                                                       bool heed_stop) const {
  constexpr milliseconds kLook{5};
  std::array<char, 512> bytes{};
  while (true) {
    const int socket = mysql_get_socket(connection);
    const auto wake = waker_.wait(socket, POLLIN, deadline, heed_stop);
    if (wake != Wake::Ready) return tl::unexpected(no_connection(wake));
    // Reading would take the fault of a refused connection away from the library, which has other addresses to try.
    pollfd state{socket, POLLIN, 0};
    if (::poll(&state, 1, 0) > 0 && (state.revents & POLLERR) != 0) return false;
    const auto size = ::recv(socket, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (size <= 0) return false;  // the library will tell
    const auto greeting = read_greeting({bytes.data(), static_cast<std::size_t>(size)});
    if (greeting == Greeting::OffersNoTls && tls >= TlsMode::Required) {
      return tl::unexpected(
          failure(ErrorKind::Connection, fmt::format("{}: TLS is required, but the server does not offer it", where_),
                  "Give the server a certificate (ssl_cert, ssl_key), or say tls=off if the network may see all."));
    }
    if (greeting != Greeting::Unfinished) return true;
    // What is peeked at stays readable, so that poll cannot wait for the rest.
    std::this_thread::sleep_for(kLook);
    if (steady_clock::now() >= deadline) return tl::unexpected(no_connection(Wake::Expired));
  }
}

Wake MysqlConnection::Session::wait(MYSQL* connection, int status, Deadline deadline, bool heed_stop,
                                    int& ready) const {
  // Who always has something more to say is not waited for either.
  if (steady_clock::now() >= deadline) return Wake::Expired;
  unsigned events = 0;
  if ((status & MYSQL_WAIT_READ) != 0) events |= POLLIN;
  if ((status & MYSQL_WAIT_WRITE) != 0) events |= POLLOUT;
  if ((status & MYSQL_WAIT_EXCEPT) != 0) events |= POLLPRI;
  ready = status & (MYSQL_WAIT_READ | MYSQL_WAIT_WRITE | MYSQL_WAIT_EXCEPT);
  auto until = deadline;
  if ((status & MYSQL_WAIT_TIMEOUT) != 0) {
    until = std::min(until, steady_clock::now() + milliseconds{mysql_get_timeout_value_ms(connection)});
  }
  const auto wake = waker_.wait(mysql_get_socket(connection), static_cast<short>(events), until, heed_stop);
  if (wake != Wake::Expired || until == deadline) return wake;
  ready = MYSQL_WAIT_TIMEOUT;
  return Wake::Ready;
}

// Waits and goes on with a call of the library until it is done. `status` is what its start gave.
template <typename Continue>
Wake MysqlConnection::Session::finish(MYSQL* connection, int status, Deadline deadline, bool heed_stop,
                                      Continue go_on) const {
  while (status != 0) {
    int ready = 0;
    const auto wake = wait(connection, status, deadline, heed_stop, ready);
    if (wake != Wake::Ready) return wake;
    status = go_on(ready);
  }
  return Wake::Ready;
}

Failure MysqlConnection::Session::no_connection(Wake wake) const {
  if (wake == Wake::Stopped) return stopped();
  return failure(ErrorKind::Connection, fmt::format("{}: no connection within {} ms", where_, limits_.connect.count()));
}

void MysqlConnection::Session::note_connection() {
  info_.host = login_.host;
  info_.port = login_.port;
  info_.database = login_.database;
  info_.tls = "off";
  const char* version = nullptr;
  if (mysql_get_ssl_cipher(handle_.get()) != nullptr) {
    mariadb_get_infov(handle_.get(), MARIADB_CONNECTION_TLS_VERSION, &version);
    info_.tls = version == nullptr ? "on" : version;
  }
}

// Facts first, since they tell a proxy, behind which no session may be changed; then the guards, then what became of
// them. A server of the other make refuses the first statement as a whole.
Outcome<void> MysqlConnection::Session::prove_guards(Deadline deadline) {
  const auto systems = likely_systems(handle_.get());
  info_.system = systems[0];
  auto facts = read_facts(deadline);
  if (!facts && facts.error().kind == ErrorKind::MissingFeature && usable()) {
    info_.system = systems[1];
    facts = read_facts(deadline);
  }
  if (!facts) return tl::unexpected(std::move(facts).error());
  note_facts(*facts);
  info_.pooled =
      static_cast<std::uint32_t>(info_.thread_id) != static_cast<std::uint32_t>(mysql_thread_id(handle_.get()));
  info_.guards = info_.pooled ? GuardForm::Transaction : GuardForm::Session;
  if (!info_.pooled) {
    auto set = set_guards(deadline);
    if (!set) return set;
  }
  facts = info_.pooled ? transact(read_variables(info_.system).text(), kFactBytes, deadline) : read_facts(deadline);
  if (!facts) {
    return tl::unexpected(says_why(facts.error()) ? std::move(facts).error() : guards_refused(facts.error().message));
  }
  const auto missing = missing_guards(note_facts(*facts), guards_, info_.system, !info_.pooled);
  if (!missing.empty()) return tl::unexpected(guards_refused(missing));
  return {};
}

Outcome<void> MysqlConnection::Session::set_guards(Deadline deadline) {
  for (const auto& sql : {set_session_guards(guards_, info_.system), std::string(kSetReadOnly)}) {
    auto set = run(OwnStatement({}, sql).text(), kFactBytes, deadline);
    if (set) continue;
    const bool why = !usable() || says_why(set.error());
    return tl::unexpected(why ? std::move(set).error() : guards_refused(set.error().message));
  }
  return {};
}

Outcome<ResultSet> MysqlConnection::Session::read_facts(Deadline deadline) {
  return run(read_variables(info_.system).text(), kFactBytes, deadline);
}

MysqlVariables MysqlConnection::Session::note_facts(const ResultSet& facts) {
  constexpr std::size_t kFirstVariable = 7;
  MysqlVariables variables;
  const auto cell = [&](std::size_t row, std::size_t column) {
    return facts.value(row, column).value_or(std::string_view());
  };
  const auto rows = facts.columns() < kFirstVariable + 2 ? 0 : facts.rows();
  for (std::size_t row = 0; row < rows; ++row) {
    variables.insert_or_assign(lower_case(cell(row, kFirstVariable)), cell(row, kFirstVariable + 1));
  }
  if (rows == 0) return variables;
  info_.thread_id = number_of<std::uint64_t>(cell(0, 1));
  info_.user = cell(0, 2);
  info_.database = cell(0, 3);
  info_.server_version = cell(0, 4);
  info_.version_number = mysql_version_number(info_.server_version);
  info_.sql_mode = cell(0, 5);
  info_.time_zone = cell(0, 6);
  const auto text = [&](std::string_view name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  };
  info_.server_uuid = text("server_uuid");
  if (info_.server_uuid.empty()) info_.server_uuid = text("server_uid");
  info_.hostname = text("hostname");
  info_.server_port = number_of<std::uint16_t>(text("port"));
  info_.performance_schema = text("performance_schema") == "ON";
  info_.read_only = text("read_only") != "OFF" && !text("read_only").empty();
  info_.system_time_zone = text("system_time_zone");
  info_.max_digest_length = number_of<std::uint64_t>(text("max_digest_length"));
  info_.performance_schema_max_digest_length = number_of<std::uint64_t>(text("performance_schema_max_digest_length"));
  info_.performance_schema_digests_size = number_of<std::uint64_t>(text("performance_schema_digests_size"));
  return variables;
}

Outcome<ResultSet> MysqlConnection::Session::read(std::string_view source, const OwnStatement& statement,
                                                  std::span<const Parameter> parameters, std::size_t max_bytes) {
  if (!usable()) {
    return tl::unexpected(failure(ErrorKind::Connection, fmt::format("{}: the connection was given up", where_)));
  }
  const auto start = steady_clock::now();
  limit_ = limits_.read;
  const auto deadline = start + limit_;
  const auto bound = bind_parameters(statement.text(), parameters);
  if (!bound) return tl::unexpected(failure(ErrorKind::Other, "as many parameters as ? are needed"));
  auto rows =
      info_.guards == GuardForm::Session ? run(*bound, max_bytes, deadline) : transact(*bound, max_bytes, deadline);
  if (!rows) return rows;
  rows->set_time(ms_since(start));
  if (recorder_ != nullptr) recorder_->record(source, statement, *rows);
  return rows;
}

// Behind a proxy: the transaction keeps to one session, the limits end with the statement that carries them.
Outcome<ResultSet> MysqlConnection::Session::transact(std::string_view sql, std::size_t max_bytes, Deadline deadline) {
  const auto statement = guarded(sql, guards_, info_.system);
  if (!statement) {
    return tl::unexpected(failure(ErrorKind::Unsupported, "behind a proxy only SELECT can carry the guards"));
  }
  return run_read_only(*statement, "COMMIT", max_bytes, deadline);
}

Outcome<ResultSet> MysqlConnection::Session::run_read_only(std::string_view sql, std::string_view end,
                                                           std::size_t max_bytes, Deadline deadline) {
  auto begun = run(OwnStatement({}, "START TRANSACTION READ ONLY").text(), kFactBytes, deadline);
  if (!begun) return begun;
  auto rows = run(sql, max_bytes, deadline);
  if (!usable()) return rows;
  auto ended = run(OwnStatement({}, rows ? end : "ROLLBACK").text(), kFactBytes,
                   std::max(deadline, steady_clock::now() + kRollbackLimit));
  if (rows && !ended) return ended;
  return rows;
}

Outcome<ResultSet> MysqlConnection::Session::explain(std::string_view statement, std::size_t placeholders,
                                                     std::size_t max_bytes) {
  if (!usable()) {
    return tl::unexpected(failure(ErrorKind::Connection, fmt::format("{}: the connection was given up", where_)));
  }
  if (placeholders > 0) return tl::unexpected(failure(ErrorKind::Unsupported, "EXPLAIN takes no placeholders"));
  const auto start = steady_clock::now();
  limit_ = limits_.read;
  const auto deadline = start + limit_;
  const auto sql = OwnStatement("explain", fmt::format("EXPLAIN FORMAT=JSON {}", statement)).text();
  auto rows = info_.guards == GuardForm::Session ? run_read_only(sql, "ROLLBACK", max_bytes, deadline)
                                                 : transact(sql, max_bytes, deadline);
  if (rows) rows->set_time(ms_since(start));
  return rows;
}

Outcome<ResultSet> MysqlConnection::Session::run(std::string_view sql, std::size_t max_bytes, Deadline deadline) {
  auto* handle = handle_.get();
  int failed = 0;
  const int status = mysql_real_query_start(&failed, handle, sql.data(), sql.size());
  const auto wake =
      finish(handle, status, deadline, true, [&](int ready) { return mysql_real_query_cont(&failed, handle, ready); });
  if (wake != Wake::Ready) return tl::unexpected(give_up(wake));
  if (failed != 0) return tl::unexpected(broken_or_failed());
  if (mysql_field_count(handle) == 0) return ResultSet({});
  return fetch(max_bytes, deadline);
}

Outcome<ResultSet> MysqlConnection::Session::fetch(std::size_t max_bytes, Deadline deadline) {
  auto* handle = handle_.get();
  const Rows result(mysql_use_result(handle));
  if (!result) return tl::unexpected(broken_or_failed());
  auto rows = no_rows_of(result.get());
  while (true) {
    MYSQL_ROW row = nullptr;
    const int status = mysql_fetch_row_start(&row, result.get());
    const auto wake = finish(handle, status, deadline, true,
                             [&](int ready) { return mysql_fetch_row_cont(&row, result.get(), ready); });
    if (wake != Wake::Ready) {
      result->handle = nullptr;  // which goes first
      return tl::unexpected(give_up(wake));
    }
    if (row == nullptr) break;
    add_row(rows, row, mysql_fetch_lengths(result.get()));
    if (rows.memory() <= max_bytes) continue;
    result->handle = nullptr;
    kill_statement();
    handle_.reset();
    return tl::unexpected(too_large(max_bytes));
  }
  if (mysql_errno(handle) != 0) return tl::unexpected(broken_or_failed());
  return rows;
}

// Closes the connection, whatever comes of asking the server to end the statement: an answer that is late would be
// taken for the next statement's.
Failure MysqlConnection::Session::give_up(Wake wake) {
  kill_statement();
  handle_.reset();
  if (wake == Wake::Stopped) return stopped();
  return failure(ErrorKind::Timeout, fmt::format("no answer within {} ms", limit_.count()));
}

// A server does not look whether its client is still there while it works, so it is told over a connection of a
// moment. Its own limits hold where that fails, and behind a proxy, which has ids of its own.
void MysqlConnection::Session::kill_statement() {
  if (info_.pooled || info_.thread_id == 0) return;
  const auto deadline = steady_clock::now() + kKillLimit;
  const auto second = reach(login_.tls, deadline, false);
  if (!second) return;
  const auto sql = OwnStatement({}, fmt::format("KILL QUERY {}", info_.thread_id)).text();
  int failed = 0;
  const int status = mysql_real_query_start(&failed, second->get(), sql.data(), sql.size());
  (void)finish(second->get(), status, deadline, false,
               [&](int ready) { return mysql_real_query_cont(&failed, second->get(), ready); });
}

Failure MysqlConnection::Session::broken_or_failed() {
  const auto error = error_of(handle_.get());
  auto what = classify_mysql_statement(error);
  if (what.kind != ErrorKind::Connection) return what;
  what.message = fmt::format("{}: the connection to the server is lost ({})", where_, error.number);
  handle_.reset();
  return what;
}

Outcome<MysqlConnection> MysqlConnection::open(const MysqlTarget& target, const Guards& guards, const Limits& limits,
                                               std::stop_token stop) {
  auto login = target.login();
  if (!login) {
    auto error = std::move(login).error();
    return tl::unexpected(failure(ErrorKind::Authentication, std::move(error.message), std::move(error.hint)));
  }
  auto session = std::make_unique<Session>(guards, limits, std::move(*login), target.name(), std::move(stop));
  auto connected = session->connect();
  if (!connected) return tl::unexpected(std::move(connected).error());
  return MysqlConnection(std::move(session));
}

sql::Dialect dialect_of(const MysqlInfo& info) {
  sql::Dialect dialect;
  dialect.system = info.system;
  dialect.version = info.version_number;
  dialect.ansi_quotes = info.sql_mode.find("ANSI_QUOTES") != std::string::npos;
  dialect.no_backslash_escapes = info.sql_mode.find("NO_BACKSLASH_ESCAPES") != std::string::npos;
  return dialect;
}

MysqlConnection::MysqlConnection(std::unique_ptr<Session> session) : session_(std::move(session)) {}
MysqlConnection::MysqlConnection(MysqlConnection&&) noexcept = default;
MysqlConnection& MysqlConnection::operator=(MysqlConnection&&) noexcept = default;
MysqlConnection::~MysqlConnection() = default;

Outcome<ResultSet> MysqlConnection::read(std::string_view source, const OwnStatement& statement,
                                         std::span<const Parameter> parameters, std::size_t max_bytes) {
  return session_->read(source, statement, parameters, max_bytes);
}

Outcome<ResultSet> MysqlConnection::explain(std::string_view statement, std::size_t placeholders,
                                            std::size_t max_bytes) {
  return session_->explain(statement, placeholders, max_bytes);
}

bool MysqlConnection::usable() const {
  return session_->usable();
}

const MysqlInfo& MysqlConnection::info() const {
  return session_->info();
}

void MysqlConnection::set_recorder(RowRecorder* recorder) {
  session_->set_recorder(recorder);
}

}  // namespace dbi::db
