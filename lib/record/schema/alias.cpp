// SPDX-License-Identifier: Apache-2.0
#include "record/schema/alias.hpp"

#include <algorithm>
#include <array>

namespace dbi::record::schema {

namespace {

// The names of the original's queries, processors and default rules, and those of its receivers. `query_hash` is left
// out: some of its parts meant the query by it, others the plan. So are names of values that dbi has in another unit.
constexpr std::array kAliases{
    Alias{"DIGEST", "query_id"},
    Alias{"application_name", "application"},
    Alias{"avg_duration_ms", "duration_ms"},
    Alias{"avg_elapsed_time_ms", "duration_ms"},
    Alias{"avg_time_ms", "duration_ms"},
    Alias{"client_addr", "client"},
    Alias{"db", "database"},
    Alias{"db.name", "database"},
    Alias{"db.query", "query"},
    Alias{"db.query.calls", "calls"},
    Alias{"db.query.digest", "query_id"},
    Alias{"db.query.exec_time.mean", "duration_ms"},
    Alias{"db.query.exec_time.total", "total_ms"},
    Alias{"db.query.fingerprint", "query_signature"},
    Alias{"db.query.normalized", "query"},
    Alias{"db.query.plan.cost", "plan_cost"},
    Alias{"db.query.plan.depth", "plan_depth"},
    Alias{"db.query.plan.has_seq_scan", "plan_has_seq_scan"},
    Alias{"db.query.plan.hash", "plan_hash"},
    Alias{"db.query.plan.node_count", "plan_node_count"},
    Alias{"db.query.plan.operation", "plan_operation"},
    Alias{"db.query.plan.rows", "plan_rows"},
    Alias{"db.querylens.queryid", "query_id"},
    Alias{"db.statement", "query"},
    Alias{"db.system", "system"},
    Alias{"db.user", "user"},
    Alias{"db_name", "database"},
    Alias{"db_system", "system"},
    Alias{"database_name", "database"},
    Alias{"execution_count", "calls"},
    Alias{"mean_exec_time", "duration_ms"},
    Alias{"mean_time", "duration_ms"},
    Alias{"mean_time_ms", "duration_ms"},
    Alias{"pg_version", "server_version"},
    Alias{"query.execution_count", "calls"},
    Alias{"query.mean_duration_ms", "duration_ms"},
    Alias{"query.normalized", "query"},
    Alias{"query.plan.hash", "plan_hash"},
    Alias{"query.text", "query"},
    Alias{"query_text", "query"},
    Alias{"queryid", "query_id"},
    Alias{"rows_returned", "rows"},
    Alias{"total_duration_ms", "total_ms"},
    Alias{"total_exec_time", "total_ms"},
    Alias{"total_time_ms", "total_ms"},
    Alias{"username", "user"},
    Alias{"wait_event_type", "wait_type"},
};

}  // namespace

std::span<const Alias> aliases() {
  static const auto kSorted = [] {
    auto sorted = kAliases;
    std::ranges::sort(sorted, {}, &Alias::name);
    return sorted;
  }();
  return kSorted;
}

std::string_view resolve_alias(std::string_view name) {
  const auto found = std::ranges::lower_bound(aliases(), name, {}, &Alias::name);
  return found != aliases().end() && found->name == name ? found->member : name;
}

}  // namespace dbi::record::schema
