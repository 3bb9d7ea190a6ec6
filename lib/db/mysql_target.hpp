// What is connected to on MySQL and MariaDB: a TARGET argument or an entry of the configuration, parsed and checked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sql/statement.hpp"

namespace dbi::db {

/// The `tls` of a target. The client library never upgrades a connection by itself, so the word decides.
enum class TlsMode : std::uint8_t {
  Off,        ///< never
  Preferred,  ///< where the server offers it; not checked who answers
  Required,   ///< or no connection; not checked who answers, but by a CA that is given
  Verify      ///< the certificate's chain (of the CA given, else of the system's) and its host name
};

/// "off", "preferred", "required", "verify"; nothing for another word.
[[nodiscard]] std::optional<TlsMode> parse_tls_mode(std::string_view word);

/// True for "mysql://..." and "mariadb://...".
[[nodiscard]] bool is_mysql_target(std::string_view text);

/// What a connection is opened with, once option files, environment and defaults have filled the target up.
struct MysqlLogin {
  std::string host;    ///< empty: a local socket
  std::string socket;  ///< empty: the client library's own
  std::uint16_t port = 3306;
  std::string user;
  std::string password;
  std::string database;  ///< empty: none
  TlsMode tls = TlsMode::Required;
  std::string tls_ca;      ///< files; empty where not given
  std::string tls_capath;  ///< a folder of certificates
  std::string tls_cert;
  std::string tls_key;
};

/// A MySQL or MariaDB server; which of the two, the server says.
///
///     mysql://[USER@][HOST][:PORT][/DATABASE][?NAME=VALUE&...]      (or mariadb://)
///
/// HOST may be an address in brackets, or a socket's path with its slashes as %2F; a host, `localhost` too, means TCP,
/// none the local socket. Names: `socket`, `option_file` (read instead of the default files), `group` (read beside
/// [client] and [dbi-collect]), `tls`, `tls_ca`, `tls_capath`, `tls_cert`, `tls_key`.
/// What is not given comes from the option files (groups client, client-server, client-mariadb, dbi-collect, then
/// `group`), then from MYSQL_HOST, MYSQL_TCP_PORT, MYSQL_UNIX_PORT, MYSQL_PWD, then the defaults: local socket, 3306,
/// the login name. Without a word on TLS it is required, but to a loopback address preferred, and over a socket off.
class MysqlTarget {
 public:
  /// A TARGET argument. The name is that of `group` where the host comes from it; else "host:port" ("local:port" for a
  /// socket). Reads the option files where the name depends on them. Fails with ErrorKind::Usage: text of another form,
  /// a password in it, a name that no record can carry; with ErrorKind::Configuration for an option file. No message
  /// repeats the text, which may hold a password.
  static Result<MysqlTarget> parse(std::string_view text);

  /// An entry of the configuration; an empty `password_file` is none, no `tls` is what the URL says. Fails with
  /// ErrorKind::Configuration as parse().
  static Result<MysqlTarget> configure(std::string name, std::string_view url, std::filesystem::path password_file,
                                       std::optional<TlsMode> tls = {});

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Which of the two the URL says; the server may be the other.
  [[nodiscard]] sql::System system() const { return system_; }

  /// Reads password file, option files and environment, anew each time, so that a changed password is taken up. Fails
  /// with ErrorKind::Configuration; no message holds a secret.
  [[nodiscard]] Result<MysqlLogin> login() const;

  /// The same server, another database.
  [[nodiscard]] MysqlTarget with_database(std::string database) const;

 private:
  static Result<MysqlTarget> read(std::string_view text, ErrorKind kind);
  Status set_parameter(std::string_view name, std::string value, ErrorKind kind);
  [[nodiscard]] Result<MysqlLogin> login_without_password_file() const;

  std::string name_;
  sql::System system_ = sql::System::MySql;
  std::filesystem::path password_file_;
  // As given; empty where not.
  std::string user_;
  std::string host_;
  std::string database_;
  std::string socket_;
  std::string option_file_;
  std::string group_;
  std::string tls_ca_;
  std::string tls_capath_;
  std::string tls_cert_;
  std::string tls_key_;
  std::optional<std::uint16_t> port_;
  std::optional<TlsMode> tls_;
};

}  // namespace dbi::db
