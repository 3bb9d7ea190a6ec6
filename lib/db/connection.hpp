// The only door to libpq: one guarded connection to a PostgreSQL server. No session-level SET is ever sent, statements
// are unnamed and go by the extended protocol (one statement each), and nothing waits beyond its limit of time or a
// stop request.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "db/failure.hpp"
#include "db/guards.hpp"
#include "db/own_statement.hpp"
#include "db/result_set.hpp"
#include "db/target.hpp"

namespace dbi::db {

class RowRecorder;

/// Limits on the wall clock, beside those that the server keeps. (A name server that does not answer is libpq's own
/// wait: the resolver's limits hold for it.)
struct Limits {
  /// Of each of several hosts, with the reading back of the guards; a connect_timeout of the target's own wins.
  std::chrono::milliseconds connect{10000};
  std::chrono::milliseconds read{10000};  ///< one read, whole
};

/// What is known of a connection beside its rows.
struct ConnectionInfo {
  std::string host;  ///< the one connected to; empty for a local socket
  std::uint16_t port = 0;
  std::string user;
  std::string database;
  std::string tls;  ///< "TLSv1.3", or "off"
  std::string server_version;
  std::optional<bool> standard_conforming_strings;  ///< of this session
  bool pooled = false;                              ///< the process that answers is not the one connected to
  GuardForm guards = GuardForm::Session;
};

/// A parameter of a read, as text; nothing for NULL.
using Parameter = std::optional<std::string>;

/// Moves; used by one thread at a time.
class Connection {
 public:
  /// Connects and proves the guards; of several hosts to the first that answers and is as target_session_attrs wants
  /// it. To a database of encoding SQL_ASCII it connects once more, for its bytes as they are: in values, those that
  /// are no UTF-8 become U+FFFD. Where startup options are refused it connects once more without them; where they are
  /// not in force, or a pooler stands between, every read is a transaction that sets them. Fails with the kinds
  /// Connection, TooManyConnections, Authentication, Unsupported (a guard took in neither form; nothing else was sent),
  /// Timeout, Other.
  static Outcome<Connection> open(const PostgresqlTarget& target, const Guards& guards, const Limits& limits,
                                  std::stop_token stop);

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Runs one statement under the guards and reads its rows whole, row by row: where they come to more than `max_bytes`
  /// (ResultSet::memory) it is cancelled, and fails with ErrorKind::Other and Failure::too_large. When it returns, no
  /// transaction is open. `source` names the read for the recorder.
  Outcome<ResultSet> read(std::string_view source, const OwnStatement& statement,
                          std::span<const Parameter> parameters = {},
                          std::size_t max_bytes = std::numeric_limits<std::size_t>::max());

  /// The plan of one statement, which is not carried out: one value, in JSON. `statement` is of the caller's choice
  /// among those that EXPLAIN takes, its first word the statement's own; of several statements none is sent. Each is
  /// explained in a read-only transaction of its own under the guards, which is rolled back. `placeholders` is the
  /// highest n of $n in it: the plan is then the generic one. Nothing of it goes to the recorder.
  Outcome<ResultSet> explain(std::string_view statement, std::size_t placeholders, std::size_t max_bytes);

  /// False once the connection broke or was given up: open another.
  [[nodiscard]] bool usable() const;

  [[nodiscard]] const ConnectionInfo& info() const;

  /// Every read's rows go there from now on; nullptr for nowhere. Not owned.
  void set_recorder(RowRecorder* recorder);

 private:
  class Session;
  explicit Connection(std::unique_ptr<Session> session);
  std::unique_ptr<Session> session_;
};

}  // namespace dbi::db
