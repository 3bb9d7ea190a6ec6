// SPDX-License-Identifier: Apache-2.0
#include "collect/database_reader.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <utility>
#include <variant>

#include "db/mysql_connection.hpp"
#include "db/row_recorder.hpp"

namespace dbi::collect {

namespace {

using std::chrono::milliseconds;

// The server's own limit is to end a read; ours is for a server that does not answer any more.
constexpr milliseconds kReadGrace{2000};

SourceError to_source_error(std::string_view source, db::Failure failure) {
  if (failure.too_large) {
    failure.message += ", what --max-cycle-bytes leaves of the cycle";
    failure.hint = "Raise --max-cycle-bytes or ask for fewer --kinds.";
  }
  return {.source = std::string(source),
          .kind = failure.kind,
          .sqlstate = std::move(failure.sqlstate),
          .message = std::move(failure.message),
          .hint = std::move(failure.hint)};
}

sql::Dialect dialect_of(const db::ConnectionInfo& /*info*/) {
  return {};
}

sql::Dialect own_dialect_of(const db::ConnectionInfo& info) {
  sql::Dialect dialect;
  dialect.standard_conforming_strings = info.standard_conforming_strings;
  return dialect;
}

// The guards set the mode of the session.
sql::Dialect own_dialect_of(const db::MysqlInfo& info) {
  auto dialect = db::dialect_of(info);
  dialect.ansi_quotes = false;
  dialect.no_backslash_escapes = false;
  return dialect;
}

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> serial{0};
  return ++serial;
}

// Both kinds of connection have the same words.
template <typename Connection>
class DatabaseReader final : public ServerReader {
 public:
  DatabaseReader(Connection connection, ConnectionSettings settings)
      : connection_(std::move(connection)), settings_(std::move(settings)) {}

  ReadResult read(std::string_view source, const OwnStatement& statement, Parameters parameters) override {
    return take(source, connection_.read(source, statement, parameters, bytes_left_));
  }

  ReadResult explain(std::string_view statement, std::size_t placeholders) override {
    return take("explain", connection_.explain(statement, placeholders, bytes_left_));
  }

  ReadResult take(std::string_view source, db::Outcome<db::ResultSet> rows) {
    if (!rows) return tl::unexpected(to_source_error(source, std::move(rows).error()));
    bytes_left_ -= std::min(bytes_left_, rows->memory());
    const auto cost = rows->cost();
    return Reading{.owner = rows->owner(),
                   .cells = rows->cells(),
                   .cost = {.ms = cost.ms, .rows = cost.rows, .bytes = cost.bytes}};
  }

  void begin_cycle(std::string_view cycle, std::size_t max_bytes) override {
    bytes_left_ = max_bytes;
    if (!settings_.record) return;
    auto recorder = db::RowRecorder::open(*settings_.record, settings_.name(), cycle, dialect_of(connection_.info()));
    if (!recorder) {
      settings_.tell(recorder.error());
      return;
    }
    recorder_.emplace(std::move(*recorder));
    connection_.set_recorder(&*recorder_);
  }

  void end_cycle() override {
    connection_.set_recorder(nullptr);
    if (!recorder_) return;
    if (auto status = recorder_->close(); !status) settings_.tell(status.error());
    recorder_.reset();
  }

  [[nodiscard]] bool usable() const override { return connection_.usable(); }

  [[nodiscard]] ConnectionFacts facts() const override {
    const auto& info = connection_.info();
    return {info.host,        info.port,
            info.tls,         std::string(db::guard_word(info.guards)),
            dialect_of(info), own_dialect_of(info),
            info.database,    serial_};
  }

 private:
  Connection connection_;
  ConnectionSettings settings_;
  std::optional<db::RowRecorder> recorder_;
  std::size_t bytes_left_ = std::numeric_limits<std::size_t>::max();
  std::uint64_t serial_ = next_serial();
};

using Opened = tl::expected<std::unique_ptr<ServerReader>, SourceError>;

template <typename Connection, typename Target>
Opened open_reader(const Target& target, const ConnectionSettings& settings, const std::stop_token& stop) {
  auto connection = Connection::open(target, settings.guards, settings.limits, stop);
  if (!connection) return tl::unexpected(to_source_error("server", std::move(connection).error()));
  return std::make_unique<DatabaseReader<Connection>>(std::move(*connection), settings);
}

}  // namespace

void ConnectionSettings::limit_reads(microseconds statement_timeout) {
  guards.statement_timeout = std::chrono::ceil<milliseconds>(statement_timeout);
  limits.read = guards.statement_timeout + kReadGrace;
}

const std::string& ConnectionSettings::name() const {
  return std::visit([](const auto& one) -> const std::string& { return one.name(); }, target);
}

OpenReader open_database(ConnectionSettings settings, std::stop_token stop) {
  return [configured = std::move(settings), stop = std::move(stop)](std::optional<microseconds> timeout) -> Opened {
    auto limited = configured;
    if (timeout) limited.limit_reads(*timeout);
    if (const auto* mysql = std::get_if<db::MysqlTarget>(&limited.target)) {
      return open_reader<db::MysqlConnection>(*mysql, limited, stop);
    }
    return open_reader<db::Connection>(std::get<db::PostgresqlTarget>(limited.target), limited, stop);
  };
}

}  // namespace dbi::collect
