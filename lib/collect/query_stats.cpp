// SPDX-License-Identifier: Apache-2.0
#include "collect/query_stats.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "record/builder.hpp"
#include "record/schema/schema.hpp"

namespace dbi::collect {

namespace {

// A column that one version renamed: a server has one of the two names and lacks neither.
using Renamed = std::pair<std::string_view, std::string_view>;
constexpr std::array kRenamed{Renamed{"blk_read_time", "shared_blk_read_time"},
                              Renamed{"blk_write_time", "shared_blk_write_time"}};

// Members of the table that are no column of a catalog: made here, or by other means than counters.
constexpr std::array<std::string_view, 5> kDerived{"interval_s", "duration_ms", "stddev_ms", "p95_ms", "p99_ms"};

record::schema::Systems system_bit(std::string_view system) {
  if (system == "mysql") return record::schema::kMySql;
  if (system == "mariadb") return record::schema::kMariaDb;
  return record::schema::kPostgreSql;
}

// The member that a counter column becomes: its own name but for the times that dbi names itself.
std::string_view member_name(const Deltas& deltas, std::size_t column) {
  if (deltas.roles.total_ms == column) return "total_ms";
  if (deltas.roles.plan_ms == column) return "plan_ms";
  return deltas.columns[column].name;
}

// Counters that dbi-record(5) knows for the system and that this interval cannot give.
std::vector<std::string> missing_counters(std::string_view system, const Deltas& deltas) {
  std::vector<std::string_view> present(kDerived.begin(), kDerived.end());
  for (std::size_t i = 0; i < deltas.columns.size(); ++i) present.push_back(member_name(deltas, i));
  for (const auto& [before, since] : kRenamed) {
    if (std::ranges::find(present, before) != present.end()) present.push_back(since);
    if (std::ranges::find(present, since) != present.end()) present.push_back(before);
  }
  std::vector<std::string> missing;
  for (const auto& member : record::schema::find_kind("query_stats")->members) {
    const bool is_counter =
        member.type == record::schema::MemberType::Integer || member.type == record::schema::MemberType::Number;
    if (!is_counter || (member.systems & system_bit(system)) == 0) continue;
    if (std::ranges::find(present, member.name) == present.end()) missing.emplace_back(member.name);
  }
  return missing;
}

class QueryStatsWriter {
 public:
  QueryStatsWriter(std::string& out, const Routing& routing, const StatementSnapshot& later, const Deltas& deltas,
                   const TextStore& texts, const QueryStatsOptions& options)
      : builder_(out), routing_(routing), later_(later), deltas_(deltas), texts_(texts), options_(options) {
    missing_ = missing_counters(routing.system, deltas);
    missing_and_query_ = missing_;
    missing_and_query_.emplace_back("query");
  }

  void write_row(const DeltaRow& row) {
    const auto& statement = later_.rows[row.row];
    begin_record(builder_, "query_stats", routing_, later_.taken, statement.database);
    builder_.text("query_id", statement.query_id);
    if (const auto signature = texts_.signature_of(statement.query_id)) builder_.text("query_signature", *signature);
    const auto* text = texts_.find(statement.key);
    if (text != nullptr) write_text(*text);
    if (!statement.user.empty()) builder_.text("user", statement.user);
    write_level(statement.toplevel);
    write_counters(row.counters, row.mean_ms, row.stddev_ms);
    end(row.quality, text != nullptr ? missing_ : missing_and_query_);
  }

  void write_other(const Residual& other) {
    begin_record(builder_, "query_stats", routing_, later_.taken, other.database);
    builder_.text("query_id", kOtherId);
    write_level(other.toplevel);
    std::optional<double> mean_ms;
    const auto& roles = deltas_.roles;
    if (other.has_mean && roles.calls && roles.total_ms && other.counters[*roles.calls].integer > 0) {
      mean_ms = other.counters[*roles.total_ms].real / static_cast<double>(other.counters[*roles.calls].integer);
    }
    write_counters(other.counters, mean_ms, std::nullopt);
    end(other.quality, missing_);
  }

 private:
  void write_text(const StatementText& text) {
    const auto query = truncate_utf8(text.query, options_.query_bytes);
    builder_.text("query", query);
    if (text.truncated || query.size() < text.query.size()) builder_.boolean("truncated", true);
  }

  void write_level(std::optional<bool> toplevel) {
    if (toplevel) builder_.boolean("toplevel", *toplevel);
  }

  void write_counter(const std::vector<Counter>& counters, std::size_t column) {
    const auto name = member_name(deltas_, column);
    if (deltas_.columns[column].type == CounterType::Integer) {
      builder_.integer(name, counters[column].integer);
    } else {
      builder_.number(name, counters[column].real);
    }
  }

  // What people look for comes first, then the other counters in the catalog's order.
  void write_counters(const std::vector<Counter>& counters, std::optional<double> mean_ms,
                      std::optional<double> stddev_ms) {
    if (deltas_.interval_s) builder_.number("interval_s", *deltas_.interval_s);
    const auto& roles = deltas_.roles;
    if (roles.calls) write_counter(counters, *roles.calls);
    if (mean_ms) builder_.number("duration_ms", *mean_ms);
    if (roles.total_ms) write_counter(counters, *roles.total_ms);
    if (stddev_ms) builder_.number("stddev_ms", *stddev_ms);
    for (std::size_t i = 0; i < counters.size(); ++i) {
      if (roles.calls != i && roles.total_ms != i) write_counter(counters, i);
    }
  }

  void end(Quality quality, const std::vector<std::string>& missing) {
    builder_.text("quality", quality_word(quality));
    if (!missing.empty()) builder_.texts("missing", missing);
    builder_.end();
  }

  record::Builder builder_;
  const Routing& routing_;
  const StatementSnapshot& later_;
  const Deltas& deltas_;
  const TextStore& texts_;
  const QueryStatsOptions& options_;
  std::vector<std::string> missing_;
  std::vector<std::string> missing_and_query_;
};

}  // namespace

QueryStatsTotals write_query_stats(std::string& out, const Routing& routing, const StatementSnapshot& later,
                                   const Deltas& deltas, const TextStore& texts, const QueryStatsOptions& options) {
  QueryStatsTotals totals;
  if (deltas.incomparable) return totals;
  const auto partition = partition_rows(later, deltas, options.top);
  QueryStatsWriter writer(out, routing, later, deltas, texts, options);
  for (const auto* row : partition.top) writer.write_row(*row);
  for (const auto& other : partition.other) writer.write_other(other);
  totals.records = partition.top.size() + partition.other.size();
  totals.self = partition.self;
  return totals;
}

}  // namespace dbi::collect
