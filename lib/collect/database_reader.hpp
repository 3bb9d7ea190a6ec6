// The seam ServerReader over a real connection.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>

#include "collect/server_reader.hpp"
#include "db/connection.hpp"
#include "db/guards.hpp"
#include "db/target.hpp"

namespace dbi::collect {

/// How a target is connected to.
struct ConnectionSettings {
  db::PostgresqlTarget target;
  db::Guards guards;
  db::Limits limits;
  std::optional<std::filesystem::path> record;  ///< --record: where the raw rows are kept
  std::function<void(const Error&)> tell;       ///< a fault of the record, which the cycle survives
};

/// Opens connections of that target until `stop` is requested, which also ends a read under way.
[[nodiscard]] OpenReader open_database(ConnectionSettings settings, std::stop_token stop);

}  // namespace dbi::collect
