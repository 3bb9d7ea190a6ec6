// SPDX-License-Identifier: Apache-2.0
#include "collect/database_reader.hpp"

#include <utility>

#include "db/row_recorder.hpp"

namespace dbi::collect {

namespace {

SourceError to_source_error(std::string_view source, db::Failure failure) {
  return {.source = std::string(source),
          .kind = failure.kind,
          .sqlstate = std::move(failure.sqlstate),
          .message = std::move(failure.message),
          .hint = std::move(failure.hint)};
}

Cells cells_of(const db::ResultSet& rows) {
  Cells cells;
  cells.columns = rows.columns();
  cells.values.reserve(rows.rows() * rows.columns());
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    for (std::size_t column = 0; column < rows.columns(); ++column) cells.values.push_back(rows.value(row, column));
  }
  return cells;
}

class DatabaseReader final : public ServerReader {
 public:
  DatabaseReader(db::Connection connection, ConnectionSettings settings)
      : connection_(std::move(connection)), settings_(std::move(settings)) {}

  ReadResult read(std::string_view source, std::string_view sql, Parameters parameters) override {
    auto rows = connection_.read(source, sql, parameters);
    if (!rows) return tl::unexpected(to_source_error(source, std::move(rows).error()));
    Reading reading;
    reading.owner = rows->owner();
    reading.cells = cells_of(*rows);
    reading.cost = {.ms = rows->cost().ms, .rows = rows->cost().rows, .bytes = rows->cost().bytes};
    return reading;
  }

  void begin_cycle(std::string_view cycle) override {
    if (!settings_.record) return;
    auto recorder = db::RowRecorder::open(*settings_.record, settings_.target.name(), cycle);
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
    return {info.host, info.port, info.tls, std::string(db::guard_word(info.guards))};
  }

 private:
  db::Connection connection_;
  ConnectionSettings settings_;
  std::optional<db::RowRecorder> recorder_;
};

}  // namespace

OpenReader open_database(ConnectionSettings settings, std::stop_token stop) {
  return [settings = std::move(settings),
          stop = std::move(stop)]() -> tl::expected<std::unique_ptr<ServerReader>, SourceError> {
    auto connection = db::Connection::open(settings.target, settings.guards, settings.limits, stop);
    if (!connection) return tl::unexpected(to_source_error("server", std::move(connection).error()));
    return std::make_unique<DatabaseReader>(std::move(*connection), settings);
  };
}

}  // namespace dbi::collect
