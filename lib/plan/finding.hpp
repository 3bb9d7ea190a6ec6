// What can be wrong with a plan: the catalogue that dbi-findings(7) prints and the rules go by.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/statement.hpp"

namespace dbi::plan {

enum class Severity : std::uint8_t { Info, Warning, Critical };

/// "info", "warning", "critical".
[[nodiscard]] std::string_view severity_word(Severity severity);

/// The order is that of finding_codes().
enum class FindingCode : std::uint8_t {
  RowMisestimate,
  CteMisestimate,
  StaleStatistics,
  SeqScanDiscards,
  SeqScanLarge,
  IndexScanDiscards,
  HeapFetches,
  BitmapLossy,
  RecheckDiscards,
  OrderByLimit,
  NestedLoopMany,
  JoinFilterDiscards,
  SubplanRepeated,
  MaterializeRepeated,
  LargeOffset,
  SortOnDisk,
  HashBatches,
  HashAggregateSpills,
  TempIo,
  ReadsFromDisk,
  WideRows,
  WorkersNotLaunched,
  ParallelSkew,
  JitDominates,
  PlanningDominates,
  TriggerDominates,
  DisabledNode,
  FullTableScan,
  KeysNotUsed,
  FullIndexScan,
  RangeChecked,
  JoinWithoutIndex,
  LargeFilesort,
  LargeTemporaryTable,
  IndexMergeIntersect,
};

/// A row of the catalogue.
struct FindingRow {
  FindingCode code;
  std::string_view word;     ///< as it stands in `plan_findings` and behind --fail-on
  std::string_view meaning;  ///< what was found, a sentence
  /// What to do, a sentence; empty where plans of that system do not have it.
  std::string_view postgresql_advice;
  std::string_view mysql_advice;  ///< of MySQL and MariaDB

  [[nodiscard]] std::string_view advice(sql::System system) const {
    return system == sql::System::PostgreSql ? postgresql_advice : mysql_advice;
  }
};

/// Every code once, in the order of the enumeration.
[[nodiscard]] std::span<const FindingRow> finding_codes();
[[nodiscard]] const FindingRow& finding_row(FindingCode code);

/// A figure that a finding stands on; its name has the unit.
struct Evidence {
  std::string_view name;
  double value;
};

/// No node: of the whole statement.
inline constexpr std::uint32_t kWholePlan = UINT32_MAX;

struct Finding {
  FindingCode code;
  Severity severity;
  std::uint32_t node;  ///< of the plan, or kWholePlan
  std::vector<Evidence> evidence;
  /// Names that the advice is about: a relation and its columns, a constraint. Never a literal.
  std::string subject;
};

/// From where on something is worth to be told. Each is an option of dbi-plan; sources: the tools compared in
/// dbi-findings(7), "THRESHOLDS".
struct Thresholds {
  double misestimate_info = 10;        ///< times
  double misestimate_warning = 100;    ///< times
  double misestimate_critical = 1000;  ///< times
  double misestimate_rows = 1000;      ///< rows in all, estimated or real, below which nothing is told
  double discarded_rows = 10'000;      ///< rows that a filter threw away, over all loops
  double discarded_rows_critical = 1'000'000;
  double scan_discarded_pct = 90;   ///< of the rows that a sequential scan read
  double index_discarded_pct = 80;  ///< of those that an index gave
  double join_discarded_rows = 100'000;
  double join_discarded_pct = 90;
  double large_scan_rows = 100'000;
  double consumed_pct = 10;     ///< of a scan's rows that the node above makes use of
  double heap_fetches = 1000;   ///< rows that an index-only scan looked up in the table
  double heap_fetches_pct = 1;  ///< of its rows
  double recheck_ratio = 10;    ///< rows thrown away for one kept
  double loops = 1000;          ///< of the inner side of a nested loop, and of a subplan
  double materialize_loops = 100;
  double share_pct = 25;  ///< of the execution time
  double planning_share_pct = 50;
  double planning_ms = 10;
  double jit_ms = 50;
  double sort_disk_kb = 1024;  ///< warning; below info
  double sort_disk_critical_kb = 102'400;
  double hash_batches_critical = 8;
  double temp_blocks = 128;
  double read_blocks = 10'000;
  double read_pct = 50;
  double wide_row_bytes = 2000;
  double join_pairs = 1'000'000;  ///< of rows that a join compares without an index
  double join_pairs_critical = 100'000'000;
  double sorted_rows = 10'000;  ///< of a filesort, and of a temporary table
  double skew = 4;              ///< rows of the busiest worker to those of the median
};

}  // namespace dbi::plan
