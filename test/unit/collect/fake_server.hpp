// A PostgreSQL server that answers the collector's reads from values that a test sets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collect/fake_rows.hpp"
#include "collect/postgresql_catalog.hpp"
#include "collect/server_reader.hpp"

namespace dbi::collect {

/// What the server holds; shared by all its connections.
struct FakeServer {
  struct Statement {
    std::string database = "5";
    std::string role = "10";
    std::string query_id;  ///< empty = NULL: not to be seen
    bool toplevel = true;
    int calls = 0;
    double total_ms = 0;
    std::string text;
  };

  bool has_extension = true;
  bool is_preloaded = true;
  std::int64_t now = 1'000'000'000;  ///< microseconds; each read of the server's facts adds a second
  std::int64_t stats_reset = 1;
  int dealloc = 0;
  int dealloc_step = 0;  ///< what each reading of the mark adds
  std::vector<Statement> statements;
  std::map<std::string, SourceError> faults;  ///< by source
  bool refuses_connections = false;
  int throws = 0;                  ///< this many reads find no memory
  std::vector<std::string> reads;  ///< sources and, for "texts", what was asked for
  std::size_t connections = 0;
  std::size_t max_cycle_bytes = 0;                ///< of the last cycle
  std::optional<microseconds> statement_timeout;  ///< of the last connection, or the attempt at one
  using Row = FakeRow;
  std::vector<Row> names{{"d", "5", "app"}, {"r", "10", "dbi"}, {"r", "11", "bob"}};
};

class FakeReader final : public ServerReader {
 public:
  explicit FakeReader(FakeServer& server) : server_(&server) { ++server.connections; }

  ReadResult read(std::string_view source, const OwnStatement& statement, Parameters parameters) override {
    const auto& sql = statement.text();
    server_->reads.emplace_back(source);
    if (server_->throws > 0 && server_->throws-- > 0) throw std::bad_alloc();
    if (const auto fault = server_->faults.find(std::string(source)); fault != server_->faults.end()) {
      usable_ = fault->second.kind != ErrorKind::Connection;
      return tl::unexpected(fault->second);
    }
    if (sql == catalog_sql().text()) return catalog();
    if (sql.find("dbi-collect server") != sql.npos) return facts();
    if (sql.find("dbi-collect marks") != sql.npos) {
      auto mark = fake_rows(2, {{std::to_string(server_->stats_reset), std::to_string(server_->dealloc)}});
      server_->dealloc += server_->dealloc_step;
      return mark;
    }
    if (sql == names_sql().text()) return fake_rows(3, server_->names);
    return statements(parameters[0] == "t");
  }

  void begin_cycle(std::string_view, std::size_t max_bytes) override { server_->max_cycle_bytes = max_bytes; }
  void end_cycle() override {}
  [[nodiscard]] bool usable() const override { return usable_; }
  [[nodiscard]] ConnectionFacts facts() const override { return {"db1", 5432, "off", "session"}; }

 private:
  using Row = FakeServer::Row;

  ReadResult catalog() {
    const auto row = [&](std::optional<std::string> relation, std::optional<std::string> name,
                         std::optional<std::string> type) {
      return Row{"t",
                 "10",
                 "dbi",
                 "app",
                 server_->is_preloaded ? "t" : "f",
                 relation ? std::optional<std::string>("public") : std::nullopt,
                 std::move(relation),
                 std::move(name),
                 std::move(type)};
    };
    if (!server_->has_extension) return fake_rows(9, {row(std::nullopt, std::nullopt, std::nullopt)});
    const std::string view = "pg_stat_statements";
    return fake_rows(9, {row(view, "userid", "oid"), row(view, "dbid", "oid"), row(view, "toplevel", "boolean"),
                         row(view, "queryid", "bigint"), row(view, "query", "text"), row(view, "calls", "bigint"),
                         row(view, "total_exec_time", "double precision"),
                         row(view, "max_exec_time", "double precision"), row(view + "_info", "dealloc", "bigint")});
  }

  ReadResult facts() {
    server_->now += 1'000'000;
    return fake_rows(6, {{std::to_string(server_->now), "5000000", "42", "15.8", "12.5", std::nullopt}});
  }

  ReadResult statements(bool with_text) {
    std::vector<Row> values;
    for (const auto& statement : server_->statements) {
      values.push_back({statement.database, statement.role,
                        statement.query_id.empty() ? std::nullopt : std::optional(statement.query_id),
                        statement.toplevel ? "t" : "f", std::nullopt,
                        with_text ? std::optional(statement.text) : std::nullopt,
                        with_text ? std::optional<std::string>("f") : std::nullopt, std::to_string(statement.calls),
                        std::to_string(statement.total_ms)});
    }
    return fake_rows(9, std::move(values));
  }

  FakeServer* server_;
  bool usable_ = true;
};

inline OpenReader open_fake(FakeServer& server) {
  return
      [&server](
          std::optional<microseconds> statement_timeout) -> tl::expected<std::unique_ptr<ServerReader>, SourceError> {
        server.statement_timeout = statement_timeout;
        if (server.refuses_connections) {
          return tl::unexpected(SourceError{"server", ErrorKind::Connection, "", "connection refused", ""});
        }
        return std::make_unique<FakeReader>(server);
      };
}

}  // namespace dbi::collect
