// The servers that a connection may be made to: lists of libpq's, taken apart so that a silent one can be left out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/target.hpp"

namespace dbi::db {

/// libpq goes on to the next host from one that refuses, but its asynchronous functions know no limit of time: from a
/// host that says nothing it is for the caller to go on, with a connection to the others. All of them, in their order:
/// a host that does not have the session's attributes now may be the one that prefer-standby ends with.
class ServerList {
 public:
  /// From `host`, `hostaddr` and `port` as libpq has them in the end: each a list or empty, of lengths that fit.
  ServerList(std::string_view hosts, std::string_view addresses, std::string_view ports);

  /// The entry of what PQhost and PQport say; nothing where none is like that.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view host, std::string_view port) const;

  /// Leaves this entry and its likes out of the next attempt. False where none is left then.
  bool leave_out(std::size_t entry);

  /// These and those before them in the list were tried.
  void set_tried(std::size_t entry);

  /// The keywords with the hosts that are left.
  [[nodiscard]] PostgresqlTarget::Keywords narrow(PostgresqlTarget::Keywords keywords) const;

  /// " (tried db1:5432, silent; db2:5432)"; empty where there is but one server.
  [[nodiscard]] std::string describe() const;

 private:
  struct Entry {
    std::string host;
    std::string address;
    std::string port;
    bool tried = false;
    bool silent = false;
    bool operator==(const Entry& other) const {
      return host == other.host && address == other.address && port == other.port;
    }
  };
  std::vector<Entry> entries_;
};

}  // namespace dbi::db
