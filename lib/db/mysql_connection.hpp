// One guarded connection to a MySQL or MariaDB server, over MariaDB's Connector/C. Nothing waits beyond its limit of
// time or a stop request (but the resolver of host names).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "db/connection.hpp"
#include "db/failure.hpp"
#include "db/guards.hpp"
#include "db/mysql_target.hpp"
#include "db/own_statement.hpp"
#include "db/result_set.hpp"
#include "sql/statement.hpp"

namespace dbi::db {

class RowRecorder;

/// What is known of a connection beside its rows. Settings are those of the server (global ones), as they were when the
/// connection was opened; a setting that the server has not is empty, 0 or nothing.
struct MysqlInfo {
  std::string host;  ///< the one connected to; empty for a local socket
  std::uint16_t port = 0;
  std::string user;      ///< CURRENT_USER(): "dbi_monitor@127.0.0.1"
  std::string database;  ///< empty: none
  std::string tls;       ///< "TLSv1.3", or "off"
  GuardForm guards = GuardForm::Session;
  bool pooled = false;  ///< the session that answers is not the one connected to: a proxy

  sql::System system = sql::System::MySql;
  std::string server_version;  ///< "10.11.19-MariaDB-0+deb12u1"
  int version_number = 0;      ///< 101119, 90704
  std::string server_uuid;     ///< MySQL's server_uuid, MariaDB's server_uid
  std::string hostname;
  std::uint16_t server_port = 0;  ///< with the hostname an identity where there is no uuid
  std::uint64_t thread_id = 0;    ///< CONNECTION_ID()
  bool performance_schema = false;
  bool read_only = false;  ///< of a replica, as a rule
  std::string sql_mode;    ///< what new sessions have
  std::string time_zone;
  std::string system_time_zone;
  std::uint64_t max_digest_length = 0;
  std::uint64_t performance_schema_max_digest_length = 0;
  std::uint64_t performance_schema_digests_size = 0;
};

/// How the server reads the text of sessions that keep its sql_mode. Sessions may differ: for text of others leave the
/// two settings unknown.
[[nodiscard]] sql::Dialect dialect_of(const MysqlInfo& info);

/// Moves; used by one thread at a time.
class MysqlConnection {
 public:
  /// Connects, sets the guards for the session and reads them back: read-only, max_execution_time or
  /// max_statement_time, lock_wait_timeout and innodb_lock_wait_timeout (1 s is the least), sql_mode, time_zone +00:00,
  /// no sql_select_limit, sql_big_selects, utf8mb4. Behind a proxy nothing is left set: every read is a read-only
  /// transaction whose statement carries the limits. Fails with the kinds Connection (TLS refused or not trusted, too),
  /// TooManyConnections, Authentication, Unsupported (a guard took in neither form; nothing else was sent), Timeout,
  /// Other.
  static Outcome<MysqlConnection> open(const MysqlTarget& target, const Guards& guards, const Limits& limits,
                                       std::stop_token stop);

  MysqlConnection(MysqlConnection&&) noexcept;
  MysqlConnection& operator=(MysqlConnection&&) noexcept;
  ~MysqlConnection();

  /// Runs one statement under the guards and reads its rows whole, row by row; values are text in UTF-8. Each `?` in
  /// its text stands for a parameter: digits are written as they are, other text as a literal that no sql_mode reads
  /// differently; as many `?` as parameters, none elsewhere. Make `statement` by OwnStatement::select.
  /// Where the limit of time, a stop request or more than `max_bytes` (Failure::too_large) ends it, the server is asked
  /// to end the statement too, and the connection is given up. `source` names the read for the recorder.
  Outcome<ResultSet> read(std::string_view source, const OwnStatement& statement,
                          std::span<const Parameter> parameters = {},
                          std::size_t max_bytes = std::numeric_limits<std::size_t>::max());

  /// The plan of one statement that only reads, in JSON: one value. It goes by EXPLAIN FORMAT=JSON in a read-only
  /// transaction under the guards, which is rolled back; the server refuses several statements in one text. Nothing of
  /// it goes to the recorder. There are no placeholders: `placeholders` is 0. ErrorKind::Unsupported behind a proxy of
  /// MySQL, where only SELECT can carry the guards.
  Outcome<ResultSet> explain(std::string_view statement, std::size_t placeholders, std::size_t max_bytes);

  /// False once the connection broke or was given up: open another.
  [[nodiscard]] bool usable() const;

  [[nodiscard]] const MysqlInfo& info() const;

  /// Every read's rows go there from now on; nullptr for nowhere. Not owned.
  void set_recorder(RowRecorder* recorder);

 private:
  class Session;
  explicit MysqlConnection(std::unique_ptr<Session> session);
  std::unique_ptr<Session> session_;
};

}  // namespace dbi::db
