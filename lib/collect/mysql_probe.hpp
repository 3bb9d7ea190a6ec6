// dbi-collect --probe of MySQL and MariaDB.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "collect/probe.hpp"
#include "collect/server_reader.hpp"

namespace dbi::collect {

/// Never fails: what went wrong is in the report. Reads no statement text of performance_schema.
[[nodiscard]] ProbeReport probe_mysql(std::string target, const OpenReader& open, const ProbeRequest& request);

/// Settings by lower-case name, consumers and instruments ("statements_digest" -> "YES"); what the account may not see
/// is absent.
using MysqlSetup = std::map<std::string, std::string, std::less<>>;

/// What could be better, for each finding a line. Pure.
[[nodiscard]] std::vector<ProbeLine> judge_mysql_setup(const MysqlSetup& setup, std::size_t digests);

}  // namespace dbi::collect
