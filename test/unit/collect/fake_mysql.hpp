// A MySQL or MariaDB server that answers the collector's reads from values that a test sets. The columns of the digest
// table are those of the manuals: MySQL 8.0.3, 8.0.28, 8.4 and MariaDB.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collect/fake_rows.hpp"
#include "collect/mysql_catalog.hpp"
#include "collect/mysql_sessions.hpp"
#include "collect/server_reader.hpp"

namespace dbi::collect {

struct FakeMysql {
  using Row = FakeRow;
  struct Digest {
    std::optional<std::string> schema;
    std::optional<std::string> digest;  ///< nothing: the row of what found no room
    std::int64_t first_seen_us = 1'000'000;
    std::uint64_t calls = 0;
    std::uint64_t picoseconds = 0;
    std::string text;
  };

  sql::System system = sql::System::MySql;
  std::string version = "8.4.3";
  std::vector<std::string> columns;  ///< of the digest table; none: the account may not see it
  int fraction_digits = 6;           ///< of FIRST_SEEN
  std::string performance_schema = "ON";
  bool counts = true;
  std::int64_t now = 100'000'000;  ///< microseconds
  std::int64_t uptime = 50;
  std::int64_t digest_lost = 0;
  bool replicates = false;  ///< its threads of replication run
  std::string lag_column = "Seconds_Behind_Source";
  std::vector<std::optional<std::string>> lags;  ///< by channel
  std::vector<Digest> digests;
  std::vector<std::string> session_tables;
  std::vector<Row> transactions, waits, locks, sessions;
  std::map<std::string, SourceError> faults;  ///< by a piece of the statement
  std::vector<std::string> reads;             ///< the statements' names
  std::vector<std::vector<std::optional<std::string>>> parameters;
};

/// The columns that all versions have, then those that came later.
inline std::vector<std::string> digest_columns(const std::vector<std::string>& later = {}) {
  std::vector<std::string> names{"SCHEMA_NAME",    "DIGEST",         "DIGEST_TEXT",       "COUNT_STAR",
                                 "SUM_TIMER_WAIT", "MIN_TIMER_WAIT", "MAX_TIMER_WAIT",    "SUM_LOCK_TIME",
                                 "SUM_ERRORS",     "SUM_ROWS_SENT",  "SUM_ROWS_EXAMINED", "SUM_NO_INDEX_USED",
                                 "FIRST_SEEN",     "LAST_SEEN"};
  names.insert(names.end(), later.begin(), later.end());
  return names;
}

class FakeMysqlReader final : public ServerReader {
 public:
  explicit FakeMysqlReader(FakeMysql& server) : server_(&server) {}

  ReadResult read(std::string_view, const OwnStatement& statement, Parameters parameters) override {
    const auto& sql = statement.text();
    const auto begin = sql.find("dbi-collect ") + 12;
    server_->reads.push_back(sql.substr(begin, sql.find(" */") - begin));
    server_->parameters.emplace_back(parameters.begin(), parameters.end());
    for (const auto& [piece, fault] : server_->faults) {
      if (sql.find(piece) != sql.npos) return tl::unexpected(fault);
    }
    const auto& name = server_->reads.back();
    if (name == "catalog") return catalog();
    if (name == "server") return facts();
    if (name == "statements") return digests();
    if (name == "texts") return texts(parameters[1] == "0");
    if (name == "replica threads") return threads();
    if (name == "replica") return replica();
    if (name == "session tables") return tables();
    if (name == "transactions") return fake_rows(5, server_->transactions);
    if (name == "row lock waits") return fake_rows(3, server_->waits);
    if (name == "metadata locks") return fake_rows(7, server_->locks);
    return fake_rows(13, server_->sessions);
  }

  void begin_cycle(std::string_view, std::size_t) override {}
  void end_cycle() override {}
  [[nodiscard]] bool usable() const override { return true; }
  [[nodiscard]] ConnectionFacts facts() const override {
    ConnectionFacts facts{"db1", 3306, "off", "session"};
    facts.dialect.system = server_->system;
    facts.serial = serial;
    return facts;
  }

  std::uint64_t serial = 1;

 private:
  using Row = FakeMysql::Row;

  ReadResult catalog() {
    std::vector<Row> values{{"1", "account", "0", "dbi'x@%", std::nullopt, std::nullopt},
                            {"1", "setting", "0", "PERFORMANCE_SCHEMA", server_->performance_schema, std::nullopt},
                            {"1", "setting", "0", "max_digest_length", "1024", std::nullopt},
                            {"1", "setting", "0", "server_uuid", "uuid", std::nullopt}};
    for (std::size_t i = server_->columns.size(); i > 0; --i) {
      const auto& name = server_->columns[i - 1];
      const auto precision =
          name.ends_with("_SEEN") ? std::optional(std::to_string(server_->fraction_digits)) : std::nullopt;
      values.push_back({"1", "column", std::to_string(i), name, "bigint", precision});
    }
    return fake_rows(6, std::move(values));
  }

  ReadResult facts() {
    const auto now = std::to_string(server_->now);
    const auto row = [&](std::string name, std::int64_t value) {
      return Row{"1", now, server_->version, "200", std::move(name), std::to_string(value)};
    };
    std::vector<Row> values{row("UPTIME", server_->uptime), row("Threads_connected", 50),
                            row("Performance_schema_digest_lost", server_->digest_lost)};
    if (server_->system == sql::System::MariaDb) values.push_back(row("SLAVES_RUNNING", server_->replicates ? 1 : 0));
    return fake_rows(6, std::move(values));
  }

  ReadResult threads() {
    std::vector<Row> values;
    if (server_->replicates) values.push_back({"1", "thread/sql/replica_sql"});
    return fake_rows(2, std::move(values));
  }

  ReadResult replica() {
    std::vector<Row> values;
    for (const auto& lag : server_->lags) values.push_back({"channel", lag});
    auto reading = fake_rows(2, std::move(values));
    reading->cells.names = {"Channel_Name", server_->lag_column};
    return reading;
  }

  ReadResult digests() {
    std::vector<Row> values;
    std::size_t columns = 0;
    for (const auto& digest : server_->digests) {
      Row row{"1", digest.schema, digest.digest, std::to_string(digest.first_seen_us), server_->counts ? "1" : "0"};
      for (const auto& name : server_->columns) {
        if (name == "COUNT_STAR") {
          row.emplace_back(std::to_string(digest.calls));
        } else if (name == "SUM_TIMER_WAIT") {
          row.emplace_back(std::to_string(digest.picoseconds));
        } else if (name.starts_with("SUM_")) {
          row.emplace_back("0");
        }
      }
      columns = row.size();
      values.push_back(std::move(row));
    }
    return fake_rows(columns, std::move(values));
  }

  ReadResult texts(bool none) {
    std::vector<Row> values;
    for (const auto& digest : server_->digests) {
      if (!none) values.push_back({"1", digest.schema, digest.digest, digest.text});
    }
    return fake_rows(4, std::move(values));
  }

  ReadResult tables() {
    std::vector<Row> values{{"1", "account", "dbi@%"}};
    for (const auto& name : server_->session_tables) values.push_back({"1", "table", name});
    return fake_rows(3, std::move(values));
  }

  FakeMysql* server_;
};

}  // namespace dbi::collect
