// SPDX-License-Identifier: Apache-2.0
#include "plan/finding.hpp"

namespace dbi::plan {

namespace {

// The same for every system.
constexpr std::string_view kConsiderIndex =
    "Consider an index on the columns of the condition; one plan is a hint, not a proof.";
constexpr std::string_view kExtendIndex = "Add the filter's columns to the index, or make one for them.";
constexpr std::string_view kIndexInOrder = "Make an index on the filter's columns followed by those of ORDER BY.";
constexpr std::string_view kJoinByEquality =
    "Join by equality where that is what is meant, or index the columns that the join filter compares.";
constexpr std::string_view kKeyset = "Go on from the last row's key instead (keyset pagination).";

constexpr FindingRow kFindings[] = {
    {FindingCode::RowMisestimate, "row_misestimate",
     "The planner expected far fewer or far more rows than came, and nothing below explains it.",
     "Run ANALYZE; where it stays, raise the statistics target of the columns, or CREATE STATISTICS for columns that "
     "depend on each other.",
     "Run ANALYZE TABLE; where it stays, make histograms (MySQL: UPDATE HISTOGRAM, MariaDB: PERSISTENT FOR ALL) of the "
     "columns."},
    {FindingCode::CteMisestimate, "cte_misestimate",
     "A materialized CTE gives far more or fewer rows than its readers were planned for.",
     "Write it as NOT MATERIALIZED, or put its result into a temporary table and ANALYZE that.", ""},
    {FindingCode::StaleStatistics, "stale_statistics",
     "A scan of one table without any condition is estimated far off its size.",
     "Run ANALYZE on the table, and see why autovacuum does not (pg_stat_user_tables.last_autoanalyze).",
     "Run ANALYZE TABLE, and look at innodb_stats_auto_recalc and innodb_stats_persistent_sample_pages."},
    {FindingCode::SeqScanDiscards, "seq_scan_discards",
     "A whole table is read and nearly all of its rows are thrown away.", kConsiderIndex, kConsiderIndex},
    {FindingCode::SeqScanLarge, "seq_scan_large", "A large table is read whole though little of it is made use of.",
     "See whether an index on the join or sort columns lets the node above read less.", ""},
    {FindingCode::IndexScanDiscards, "index_scan_discards", "An index gives many rows that a filter then throws away.",
     kExtendIndex, kExtendIndex},
    {FindingCode::HeapFetches, "heap_fetches",
     "An index-only scan has to look into the table, since its visibility map is not up to date.",
     "VACUUM the table more often.", ""},
    {FindingCode::BitmapLossy, "bitmap_lossy", "A bitmap did not fit into work_mem, so whole pages are looked through.",
     "Raise work_mem for this statement, or use a condition that gives fewer rows.", ""},
    {FindingCode::RecheckDiscards, "recheck_discards",
     "Nearly all rows that an index gives fail the recheck of its condition.",
     "See whether another operator class or another index fits the condition better.", ""},
    {FindingCode::OrderByLimit, "order_by_limit",
     "An index is read in order until enough rows pass a filter, and few do.", kIndexInOrder, kIndexInOrder},
    {FindingCode::NestedLoopMany, "nested_loop_many", "The inner side of a nested loop runs very often.",
     "See why the outer side was expected smaller, and whether an index or a hash join fits; ANALYZE comes first.",
     "See why the outer side was expected smaller; ANALYZE TABLE comes first, then an index that finds fewer rows."},
    {FindingCode::JoinFilterDiscards, "join_filter_discards",
     "A join builds many pairs of rows only to throw them away.", kJoinByEquality, kJoinByEquality},
    {FindingCode::SubplanRepeated, "subplan_repeated", "A correlated subquery runs once a row.",
     "Write it as a join, or as LATERAL with an index for what it looks for.",
     "Write it as a join or with a derived table, and index what it looks for."},
    {FindingCode::MaterializeRepeated, "materialize_repeated", "A kept result is read from its beginning very often.",
     "See whether a hash or merge join can take the place of the nested loop above.",
     "Write it so that it does not depend on the row outside (LATERAL does), or as a join."},
    {FindingCode::LargeOffset, "large_offset", "OFFSET reads and throws away far more rows than are returned.", kKeyset,
     kKeyset},
    {FindingCode::SortOnDisk, "sort_on_disk", "A sort did not fit into memory.",
     "Raise work_mem for this statement, sort fewer or narrower rows, or use an index in that order.",
     "Raise sort_buffer_size for this session, sort fewer or narrower rows, or use an index in that order."},
    {FindingCode::HashBatches, "hash_batches",
     "A hash table did not fit into memory and was split into more batches than planned.",
     "Raise work_mem or hash_mem_multiplier for this statement; see whether the rows were misestimated.", ""},
    {FindingCode::HashAggregateSpills, "hash_aggregate_spills", "Groups did not fit into memory and went to disk.",
     "Raise work_mem or hash_mem_multiplier for this statement.", ""},
    {FindingCode::TempIo, "temp_io", "A node keeps rows in temporary files.",
     "Raise work_mem for this statement, or keep fewer rows.", ""},
    {FindingCode::ReadsFromDisk, "reads_from_disk", "Most blocks of a large read were not in shared buffers.",
     "Look at the buffer cache's size; one cold execution proves nothing.", ""},
    {FindingCode::WideRows, "wide_rows", "Many very wide rows are carried along.",
     "Select the columns that are needed.", ""},
    {FindingCode::WorkersNotLaunched, "workers_not_launched", "Fewer parallel workers ran than were planned.",
     "Raise max_parallel_workers, or ask for fewer per statement.", ""},
    {FindingCode::ParallelSkew, "parallel_skew", "One worker did most of the work.",
     "See whether the rows come from few large pages or partitions.", ""},
    {FindingCode::JitDominates, "jit_dominates", "Compiling expressions took a large part of the time.",
     "Raise jit_above_cost, or SET jit = off for this statement.", ""},
    {FindingCode::PlanningDominates, "planning_dominates", "Planning took longer than the execution is worth.",
     "Use a prepared statement; look at the number of partitions and joins.",
     "Look at the number of joined tables and at optimizer_search_depth."},
    {FindingCode::TriggerDominates, "trigger_dominates", "Triggers took a large part of the time.",
     "For a foreign key index the referencing columns; else look at the trigger's function.", ""},
    {FindingCode::DisabledNode, "disabled_node", "The planner had to use what enable_* settings forbid.",
     "Take the setting back, or give the planner another way.", ""},
    {FindingCode::FullTableScan, "full_table_scan",
     "A large table is read whole for a condition that no index is used for.", "",
     "See whether an index on the columns of the condition would give far fewer rows."},
    {FindingCode::KeysNotUsed, "keys_not_used", "A large table is read whole though it has keys for the condition.", "",
     "See whether the condition hides the column (a function, another type or collation) or gives too many rows; then "
     "ANALYZE TABLE, or an index that covers the statement."},
    {FindingCode::FullIndexScan, "full_index_scan", "A large index is read from one end to the other.", "",
     "See whether a condition on its first column, or another index, lets it read less."},
    {FindingCode::RangeChecked, "range_checked", "Whether an index is of use is looked at anew for each row of a join.",
     "", "Make an index on the columns that the join compares."},
    {FindingCode::JoinWithoutIndex, "join_without_index",
     "Each row of one side of a join is compared with each row of the other.", "",
     "Make an index on the columns that the join compares, or see whether its condition is missing."},
    {FindingCode::LargeFilesort, "large_filesort", "Many rows are sorted.", "",
     "Consider an index in that order, one that begins with the columns of the condition."},
    {FindingCode::LargeTemporaryTable, "large_temporary_table", "Many rows are kept in a temporary table.", "",
     "See whether an index in the order of GROUP BY or DISTINCT, or UNION ALL, can spare it; else look at "
     "tmp_table_size."},
    {FindingCode::IndexMergeIntersect, "index_merge_intersect",
     "Several indexes are read to find the rows that are in all of them.", "",
     "Consider one index on the columns of all of them."},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kFindings); ++i) {
    if (static_cast<std::size_t>(kFindings[i].code) != i) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

std::string_view severity_word(Severity severity) {
  constexpr std::string_view kWords[] = {"info", "warning", "critical"};
  return kWords[static_cast<std::size_t>(severity)];
}

std::span<const FindingRow> finding_codes() {
  return kFindings;
}

const FindingRow& finding_row(FindingCode code) {
  return kFindings[static_cast<std::size_t>(code)];
}

}  // namespace dbi::plan
