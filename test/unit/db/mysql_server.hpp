// Throw-away MariaDB or MySQL servers for the tests of this folder, and what stands between them and us.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.hpp"
#include "db/mysql_connection.hpp"

namespace dbi::db::test {

/// A server of its own, made with these settings ("ssl-cert=/x") and removed with the object.
class MysqlServer {
 public:
  explicit MysqlServer(const std::string& settings = {});
  MysqlServer(const MysqlServer&) = delete;
  MysqlServer& operator=(const MysqlServer&) = delete;
  ~MysqlServer();

  [[nodiscard]] bool runs() const { return runs_; }
  [[nodiscard]] std::string folder() const { return folder_; }
  [[nodiscard]] std::string port() const;
  /// Targets: the socket, or loopback, with parameters ("tls=off") behind.
  [[nodiscard]] std::string local(const std::string& user = "dbi_monitor", const std::string& more = {}) const;
  [[nodiscard]] std::string loopback(const std::string& user = "dbi_monitor", const std::string& more = {}) const;
  /// What root's SQL prints, without the last newline.
  std::string sql(const std::string& text) const;
  bool control(const std::string& verb) const;  ///< "crash", "start", "stop"
  [[nodiscard]] bool is_mysql() const;

 private:
  std::string folder_;
  bool runs_ = false;
};

/// One server for the whole program. Check runs() and skip.
const MysqlServer& mysql_server();

/// Opens with a test's limits; the password, if any, from a file of its own.
Outcome<MysqlConnection> open_mysql(const std::string& url, const std::string& password = {}, Guards guards = {},
                                    Limits limits = {}, std::stop_token stop = {});

/// A folder with ca.pem, other-ca.pem, server.pem/.key and expired.pem/.key, for 127.0.0.1; empty without openssl.
std::string make_certificates();

/// Listens on loopback and lets `talk` speak with each client, one at a time.
class FakeServer {
 public:
  using Talk = std::function<void(int client)>;
  explicit FakeServer(Talk talk);
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  ~FakeServer();
  [[nodiscard]] std::string url(const std::string& more, const std::string& user = "someone") const;

 private:
  Descriptor socket_;
  int port_ = 0;
  std::jthread thread_;
};

/// A handshake packet of a MariaDB, with or without TLS on offer.
std::string fake_greeting(bool tls);

/// What is read until the client has nothing more to say for now (one read); empty at its end.
std::string read_some(int client);

/// Passes bytes between a client and the server, another thread id in the greeting: what a proxy looks like.
void relay_as_proxy(int client, const std::string& port);

}  // namespace dbi::db::test
