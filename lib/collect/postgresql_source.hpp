// Reads a PostgreSQL server's facts, counters and texts over one connection (DESIGN.md section 6, dbi-collect).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/postgresql_catalog.hpp"
#include "collect/server_source.hpp"
#include "collect/snapshot.hpp"
#include "collect/text_store.hpp"

namespace dbi::collect {

/// The statements and the facts of one server. What it remembers (catalog, names) holds for one connection; make a new
/// one with a new connection. Not shared between threads.
class PostgresqlSource final : public ServerSource {
 public:
  /// `reader` must outlive it.
  explicit PostgresqlSource(ServerReader& reader) : reader_(&reader) {}

  /// Once a connection reads the catalog too.
  std::optional<ServerFacts> read_server(CycleAccount& account) override;

  /// Marks, rows and marks again, in this order (collector-checks.md A).
  std::optional<StatementSnapshot> read_statements(const ServerFacts& facts, CycleAccount& account) override;

  void read_texts(StatementSnapshot& snapshot, const std::vector<std::size_t>& rows, TextStore& texts, Timestamp now,
                  CycleAccount& account) override;

 private:
  std::optional<Reading> read(std::string_view source, const OwnStatement& statement, Parameters parameters,
                              CycleAccount& account);
  bool read_catalog(CycleAccount& account);
  std::optional<ResetMarks> read_marks(CycleAccount& account);
  bool read_rows(StatementSnapshot& snapshot, CycleAccount& account);
  void name_rows(StatementSnapshot& snapshot, CycleAccount& account);

  ServerReader* reader_;
  std::optional<PostgresqlCatalog> catalog_;
  bool is_stale_ = false;                       ///< the catalog is read again by the next cycle
  std::optional<OwnStatement> statements_sql_;  ///< with marks_sql_ where the catalog has statements
  std::optional<OwnStatement> marks_sql_;
  Names names_;
};

/// How PostgreSQL servers are read.
[[nodiscard]] Engine postgresql();

}  // namespace dbi::collect
