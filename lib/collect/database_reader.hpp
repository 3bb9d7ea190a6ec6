// The seam ServerReader over a real connection.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "base/clock.hpp"
#include "collect/server_reader.hpp"
#include "db/connection.hpp"
#include "db/guards.hpp"
#include "db/mysql_target.hpp"
#include "db/target.hpp"

namespace dbi::collect {

/// What the time limit of a read may be.
inline constexpr microseconds kShortestTimeout = std::chrono::milliseconds{10};
inline constexpr microseconds kLongestTimeout = std::chrono::hours{1};

/// How a target is connected to.
struct ConnectionSettings {
  std::variant<db::PostgresqlTarget, db::MysqlTarget> target;
  db::Guards guards;
  db::Limits limits;
  std::optional<std::filesystem::path> record;  ///< --record: where the raw rows are kept
  std::function<void(const Error&)> tell;       ///< a fault of --record, which the cycle survives

  /// Sets how long a read may take: by the server's watch, and with some grace by ours.
  void limit_reads(microseconds statement_timeout);

  /// What records call the target.
  [[nodiscard]] const std::string& name() const;
};

/// Opens connections of that target until `stop` is requested, which also ends a read under way.
[[nodiscard]] OpenReader open_database(ConnectionSettings settings, std::stop_token stop);

}  // namespace dbi::collect
