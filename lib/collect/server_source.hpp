// What a cycle asks of a server, whatever its system: its facts, its statements' counters and texts, its sessions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "collect/cycle_account.hpp"
#include "collect/routing.hpp"
#include "collect/server_reader.hpp"
#include "collect/snapshot.hpp"
#include "collect/text_store.hpp"

namespace dbi::collect {

/// Facts about the server at the begin of a cycle.
struct ServerFacts {
  Timestamp now{};
  ServerIdentity identity;
  std::string version;
  std::optional<double> connections_used_pct;
  std::optional<double> replica_lag_s;
};

/// The facts and the statements of one server. What it remembers holds for one connection. Not shared between threads.
class ServerSource {
 public:
  ServerSource() = default;
  ServerSource(const ServerSource&) = delete;
  ServerSource& operator=(const ServerSource&) = delete;
  virtual ~ServerSource() = default;

  /// Facts of the server. Nothing where that failed; the account has the error.
  virtual std::optional<ServerFacts> read_server(CycleAccount& account) = 0;

  /// The counters of all statements. Nothing where it failed or where the server has no statistics of statements: the
  /// account's error then says what to do. Requires a read_server() that succeeded.
  virtual std::optional<StatementSnapshot> read_statements(const ServerFacts& facts, CycleAccount& account) = 0;

  /// Reads the texts of these rows, and of the collector's own statements, in one read, and hands them to `texts`.
  virtual void read_texts(StatementSnapshot& snapshot, const std::vector<std::size_t>& rows, TextStore& texts,
                          Timestamp now, CycleAccount& account) = 0;

  /// How far a replica is behind, where that takes a read of its own: on some servers one that waits while replication
  /// is stopped, so that it comes last. Nothing where read_server() tells it already or nobody can.
  virtual std::optional<double> read_replica_lag(CycleAccount& /*account*/) { return std::nullopt; }
};

struct SessionOptions {
  std::size_t query_bytes = kDefaultQueryBytes;
  std::optional<double> sample_s;  ///< between two samples, as configured; nothing where a run takes one sample
};

/// The sessions of a cycle, read already and not yet written: appends their records and returns how many. `intervals`
/// is how many of them this sample stands for: more than one where cycles are left out to spare the server.
using WriteSessions =
    std::function<std::size_t(std::string& out, const Routing& routing, Timestamp ts, double intervals)>;

/// Reads the sessions; nothing where that failed, the account has the error then. What it returns refers to `texts`.
using ReadSessions =
    std::function<std::optional<WriteSessions>(ServerReader& reader, const TextStore& texts, CycleAccount& account)>;

/// How servers of one system are read.
struct Engine {
  std::string_view system;  ///< as records have it, until the server itself tells
  /// The reader must outlive what is made.
  std::function<std::unique_ptr<ServerSource>(ServerReader& reader)> make_source;
  std::function<ReadSessions(const SessionOptions& options)> make_sessions;
};

}  // namespace dbi::collect
