// dbi-collect --probe of PostgreSQL.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "collect/probe.hpp"
#include "collect/server_reader.hpp"

namespace dbi::collect {

/// Never fails: what went wrong is in the report. Reads no statement text of pg_stat_statements.
[[nodiscard]] ProbeReport probe_postgresql(std::string target, const OpenReader& open, const ProbeRequest& request);

/// What is known of pg_stat_statements and its surroundings; a setting that the role may not see, or that the server
/// has not, is absent.
struct StatementsSetup {
  std::map<std::string, std::string, std::less<>> settings;
  std::string installed_version;  ///< of the extension in this database
  std::string available_version;
  std::size_t entries = 0;
};

/// What could be better, for each finding a line. Pure.
[[nodiscard]] std::vector<ProbeLine> judge_setup(const StatementsSetup& setup);

}  // namespace dbi::collect
