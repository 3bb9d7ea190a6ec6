// Reads the facts, counters and texts of a MySQL or MariaDB server over one connection (DESIGN.md section 6,
// dbi-collect).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "collect/mysql_catalog.hpp"
#include "collect/server_source.hpp"

namespace dbi::collect {

/// The facts and the digests of one server, whichever of the two makes it is: the reader's facts tell.
class MysqlSource final : public ServerSource {
 public:
  /// `reader` must outlive it.
  explicit MysqlSource(ServerReader& reader) : reader_(&reader) {}

  std::optional<ServerFacts> read_server(CycleAccount& account) override;
  std::optional<StatementSnapshot> read_statements(const ServerFacts& facts, CycleAccount& account) override;
  void read_texts(StatementSnapshot& snapshot, const std::vector<std::size_t>& rows, TextStore& texts, Timestamp now,
                  CycleAccount& account) override;
  /// Asks only a server whose replication runs. Nothing where the account may not see it, which is no error.
  std::optional<double> read_replica_lag(CycleAccount& account) override;

  /// True where read_replica_lag() found a replica that this account may not ask.
  [[nodiscard]] bool replica_denied() const { return replica_denied_; }

  /// Nothing before the first read_server() that succeeded.
  [[nodiscard]] const std::optional<MysqlCatalog>& catalog() const { return catalog_; }

 private:
  std::optional<Reading> read(std::string_view source, const OwnStatement& statement, Parameters parameters,
                              CycleAccount& account);
  bool read_catalog(CycleAccount& account);
  bool replicates(CycleAccount& account);
  void keep_unless_denied(SourceError error, CycleAccount& account);

  ServerReader* reader_;
  std::optional<MysqlCatalog> catalog_;
  std::optional<OwnStatement> digests_sql_;
  std::optional<std::int64_t> digest_lost_;
  std::optional<std::int64_t> running_slaves_;
  bool replica_unseen_ = false;  ///< this connection may not see the threads of replication, or has no form for it
  bool replica_denied_ = false;
  bool is_stale_ = false;         ///< the catalog may be another by the next cycle
  bool texts_are_known_ = false;  ///< the server has counted the statement that reads texts
};

/// Servers of MySQL and MariaDB; `system` is what records say until one is reached.
[[nodiscard]] Engine mysql(sql::System system);

}  // namespace dbi::collect
