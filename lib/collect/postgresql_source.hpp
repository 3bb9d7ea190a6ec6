// Reads a PostgreSQL server's facts, counters and texts over one connection (DESIGN.md section 6, dbi-collect).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/control_records.hpp"
#include "collect/postgresql_catalog.hpp"
#include "collect/server_reader.hpp"
#include "collect/snapshot.hpp"
#include "collect/text_store.hpp"

namespace dbi::collect {

/// What a cycle spent and what it could not get, gathered over its reads.
struct CycleAccount {
  std::map<std::string, SourceCost> cost;
  std::vector<SourceError> errors;
  bool read = false;  ///< a source that was asked for gave its rows

  void spend(std::string_view source, const SourceCost& cost);
};

/// The statements and the facts of one server. What it remembers (catalog, names) holds for one connection; make a new
/// one with a new connection. Not shared between threads.
class PostgreSqlSource {
 public:
  /// `reader` must outlive it.
  explicit PostgreSqlSource(ServerReader& reader) : reader_(&reader) {}

  /// Facts of the server, and once a connection its catalog. Nothing where that failed; the account has the error.
  std::optional<ServerFacts> read_server(CycleAccount& account);

  /// Marks, rows and marks again, in this order (collector-checks.md A). Nothing where it failed or where the server
  /// has no statistics of statements: the account's error then says what to do. Requires a read_server() that
  /// succeeded.
  std::optional<StatementSnapshot> read_statements(const ServerFacts& facts, CycleAccount& account);

  /// Reads the texts of these rows, and of the collector's own statements, in one read, and hands them to `texts`.
  /// True where they were read.
  bool read_texts(StatementSnapshot& snapshot, const std::vector<std::size_t>& rows, TextStore& texts, Timestamp now,
                  CycleAccount& account);

 private:
  std::optional<Reading> read(std::string_view source, std::string_view sql, Parameters parameters,
                              CycleAccount& account);
  std::optional<ResetMarks> read_marks(CycleAccount& account);
  bool read_rows(StatementSnapshot& snapshot, CycleAccount& account);
  void name_rows(StatementSnapshot& snapshot, CycleAccount& account);

  ServerReader* reader_;
  std::optional<PostgreSqlCatalog> catalog_;
  bool is_stale_ = false;  ///< the catalog is read again by the next cycle
  std::string statements_sql_;
  std::string marks_sql_;
  Names names_;
};

}  // namespace dbi::collect
