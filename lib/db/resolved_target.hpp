// What libpq makes of a target: with its service, the environment and the defaults.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "db/target.hpp"

namespace dbi::db {

/// The options that the collector has to know of.
struct ResolvedTarget {
  std::string options;  ///< startup options
  std::string hosts;    ///< lists
  std::string addresses;
  std::string ports;
  std::string session_attributes;                       ///< target_session_attrs
  std::optional<std::chrono::seconds> connect_timeout;  ///< nothing where none is given, and for 0, which has no end
};

/// Opens no connection; reads the service file. Fails with ErrorKind::Configuration where libpq refuses it before it
/// connects: no such service, no such file, lists that do not fit.
Result<ResolvedTarget> resolve(const PostgresqlTarget& target);

}  // namespace dbi::db
