// Sessions of whatever engine and their `session` records (dbi-record(5)).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collect/server_source.hpp"
#include "collect/text_store.hpp"

namespace dbi::collect {

/// One session, its text without literals. Empty texts and optionals without value are absent.
struct Session {
  std::string pid;
  std::string leader_pid;
  std::string user;
  std::string database;
  std::string application;
  std::string client;
  std::string backend_type;  ///< only where it is no client's
  std::string state;
  std::string wait_type;
  std::string wait_event;
  std::string stage;  ///< what a MySQL or MariaDB server does for it
  std::string query_id;
  std::string query;
  std::optional<std::string> signature;  ///< by the text; one known for the query id comes first
  bool truncated = false;
  std::optional<double> duration_ms;
  std::optional<double> transaction_ms;
  std::string transaction_id;
  std::vector<std::string> blocked_by;
  bool hidden = false;               ///< the collector may not see more than who it is
  std::vector<std::string> missing;  ///< members that this server cannot provide
};

/// What writes one record a session; `texts`, to which it refers, knows the signatures by query id.
[[nodiscard]] WriteSessions session_writer(std::vector<Session> sessions, const TextStore& texts,
                                           const SessionOptions& options);

}  // namespace dbi::collect
