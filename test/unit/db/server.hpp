// A throw-away PostgreSQL, and a PgBouncer before it, for the tests of this folder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "db/connection.hpp"

namespace dbi::db::test {

/// One server for the whole program, made on first use and removed at its end. False: there is none to be had.
bool have_server();

std::string server_folder();
std::string server_port();

/// Runs SQL as superuser on database app by psql; what it prints, without the last newline.
std::string psql(const std::string& sql);

/// A connection string for the server's socket, or for another port on loopback.
std::string local(const std::string& role = "dbi_monitor");
std::string loopback(const std::string& port, const std::string& role = "dbi_monitor");

/// A statement of ours with this text.
inline OwnStatement own(std::string_view text) {
  return {{}, text};
}

/// Opens with a test's limits.
Outcome<Connection> open(const std::string& target, Guards guards = {}, Limits limits = {}, std::stop_token stop = {});

/// A PgBouncer, in transaction mode unless told otherwise, with one server connection a pool; ends with the object.
class Pooler {
 public:
  explicit Pooler(const std::string& ignored_parameters, const std::string& mode = "transaction");
  Pooler(const Pooler&) = delete;
  Pooler& operator=(const Pooler&) = delete;
  ~Pooler();
  [[nodiscard]] const std::string& port() const { return port_; }
  [[nodiscard]] bool answers() const { return answers_; }

 private:
  std::string folder_;
  std::string port_;
  pid_t process_ = -1;
  bool answers_ = false;
};

}  // namespace dbi::db::test
