// SPDX-License-Identifier: Apache-2.0
#include "collect/mysql_replica.hpp"

#include <algorithm>
#include <string_view>

#include "collect/cell_values.hpp"

namespace dbi::collect {

namespace {

// MySQL 8.0.22 brought the new words (its release notes), 8.4 took the old ones away.
constexpr int kNewWords = 80022;

// MariaDB has kept the old name, also in answer to the new words.
bool is_lag(std::string_view column) {
  return column == "Seconds_Behind_Source" || column == "Seconds_Behind_Master";
}

}  // namespace

// 8.0.26 renamed the thread. With one or more workers the coordinator has this name.
OwnStatement replica_threads_sql() {
  return OwnStatement::select("replica threads",
                              "NAME FROM performance_schema.threads WHERE NAME IN ('thread/sql/replica_sql', "
                              "'thread/sql/slave_sql')",
                              {1});
}

OwnStatement replica_status_sql(const sql::Dialect& dialect) {
  if (dialect.system == sql::System::MariaDb) return {"replica", "SHOW ALL SLAVES STATUS"};
  return {"replica", dialect.version >= kNewWords ? "SHOW REPLICA STATUS" : "SHOW SLAVE STATUS"};
}

Result<std::optional<double>> parse_replica_lag(const Cells& cells) {
  std::optional<double> most;
  if (cells.rows() == 0) return most;
  const auto column = std::ranges::find_if(cells.names, is_lag);
  if (column == cells.names.end()) return fail(ErrorKind::Other, "the state of the replica has no Seconds_Behind_...");
  const auto index = static_cast<std::size_t>(column - cells.names.begin());
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    DBI_TRY_ASSIGN(const auto seconds, parse_number<double>(*column, cells.row(i)[index]));
    if (!seconds) return std::optional<double>();
    most = std::max(most.value_or(*seconds), *seconds);
  }
  return most;
}

}  // namespace dbi::collect
