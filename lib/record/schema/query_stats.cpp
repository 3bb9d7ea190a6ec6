// The members of `query_stats`: pg_stat_statements 1.7 to 1.12 (PostgreSQL 12 to 18) under the catalog's own names, and
// events_statements_summary_by_digest of MySQL and MariaDB.
// SPDX-License-Identifier: Apache-2.0
#include "record/schema/rows.hpp"
#include "record/schema/tables.hpp"

namespace dbi::record::schema {

namespace {

constexpr std::array<std::string_view, 3> kQualities{"exact", "lower_bound", "baseline"};

constexpr MemberRow pg_blocks(std::string_view name, std::string_view meaning) {
  return of(kPostgreSql, count(name, "blocks", meaning));
}
constexpr MemberRow pg_count(std::string_view name, std::string_view meaning) {
  return of(kPostgreSql, count(name, "", meaning));
}
constexpr MemberRow pg_ms(std::string_view name, std::string_view meaning) {
  return of(kPostgreSql, number(name, "ms", meaning));
}
constexpr MemberRow my_count(std::string_view name, std::string_view meaning) {
  return of(kMySqlFamily, count(name, "", meaning));
}

constexpr std::array kMembers{
    // What the record is about.
    required(text("query_id", "the server's id of the statement (queryid, DIGEST), or \"other\" for the rest")),
    text("query_signature", "16 hex digits of the statement's literal-free tokens, the same on every server"),
    text("query", "the text of the statement without literals"),
    flag("truncated", "true where `query` is not the whole text"),
    of(kPostgreSql, text("user", "who ran it")),
    of(kPostgreSql, flag("toplevel", "false for a statement that ran inside a function (1.9 and later)")),
    // What people look for.
    number("interval_s", "s", "length of the interval by the server's clock; absent for lifetime totals"),
    count("calls", "", "executions in the interval"),
    number("duration_ms", "ms", "mean execution time in the interval"),
    number("total_ms", "ms", "execution time in the interval (total_exec_time, before 1.8 total_time)"),
    number("stddev_ms", "ms", "standard deviation of the execution time in the interval"),
    of(kMySql,
       number("p95_ms", "ms",
              "95th percentile of the execution time, from the deltas of a histogram (dbi-collect gives none)")),
    of(kMySql, number("p99_ms", "ms", "99th percentile of the execution time, likewise")),
    of(kPostgreSql, count("rows", "", "rows returned or affected")),
    // PostgreSQL, planning: 1.8 and later, 0 unless pg_stat_statements.track_planning is on.
    pg_count("plans", "times the statement was planned"),
    pg_ms("plan_ms", "planning time in the interval (total_plan_time)"),
    // PostgreSQL, blocks.
    pg_blocks("shared_blks_hit", "shared blocks found in the cache"),
    pg_blocks("shared_blks_read", "shared blocks read"),
    pg_blocks("shared_blks_dirtied", "shared blocks dirtied"),
    pg_blocks("shared_blks_written", "shared blocks written"),
    pg_blocks("local_blks_hit", "blocks of temporary tables found in the cache"),
    pg_blocks("local_blks_read", "blocks of temporary tables read"),
    pg_blocks("local_blks_dirtied", "blocks of temporary tables dirtied"),
    pg_blocks("local_blks_written", "blocks of temporary tables written"),
    pg_blocks("temp_blks_read", "blocks of sorts, hashes and the like read"),
    pg_blocks("temp_blks_written", "blocks of sorts, hashes and the like written"),
    // PostgreSQL, times of input and output: 0 unless track_io_timing is on.
    pg_ms("blk_read_time", "time spent reading blocks (until 1.10)"),
    pg_ms("blk_write_time", "time spent writing blocks (until 1.10)"),
    pg_ms("shared_blk_read_time", "time spent reading shared blocks (1.11 and later)"),
    pg_ms("shared_blk_write_time", "time spent writing shared blocks (1.11 and later)"),
    pg_ms("local_blk_read_time", "time spent reading local blocks (1.11 and later)"),
    pg_ms("local_blk_write_time", "time spent writing local blocks (1.11 and later)"),
    pg_ms("temp_blk_read_time", "time spent reading temporary blocks (1.10 and later)"),
    pg_ms("temp_blk_write_time", "time spent writing temporary blocks (1.10 and later)"),
    // PostgreSQL, write-ahead log: 1.8 and later.
    pg_count("wal_records", "WAL records generated"),
    pg_count("wal_fpi", "full page images in the WAL"),
    of(kPostgreSql, count("wal_bytes", "bytes", "bytes of WAL generated")),
    pg_count("wal_buffers_full", "times the WAL buffers became full (1.12 and later)"),
    // PostgreSQL, just-in-time compilation: 1.10 and later.
    pg_count("jit_functions", "functions compiled"),
    pg_ms("jit_generation_time", "time spent generating code"),
    pg_count("jit_inlining_count", "times functions were inlined"),
    pg_ms("jit_inlining_time", "time spent inlining functions"),
    pg_count("jit_optimization_count", "times code was optimised"),
    pg_ms("jit_optimization_time", "time spent optimising code"),
    pg_count("jit_emission_count", "times code was emitted"),
    pg_ms("jit_emission_time", "time spent emitting code"),
    pg_count("jit_deform_count", "tuple deforming functions compiled (1.11 and later)"),
    pg_ms("jit_deform_time", "time spent compiling tuple deforming functions (1.11 and later)"),
    // PostgreSQL, parallel workers: 1.12.
    pg_count("parallel_workers_to_launch", "parallel workers that were planned (1.12 and later)"),
    pg_count("parallel_workers_launched", "parallel workers that were launched (1.12 and later)"),
    // MySQL and MariaDB.
    my_count("rows_examined", "rows read from storage engines"),
    my_count("rows_sent", "rows returned"),
    my_count("errors", "executions that ended in an error"),
    of(kMySqlFamily, number("lock_ms", "ms", "time spent waiting for table locks")),
    my_count("warnings", "warnings given"),
    my_count("rows_affected", "rows changed"),
    my_count("tmp_disk_tables", "temporary tables on disk"),
    my_count("tmp_tables", "temporary tables, those on disk included"),
    my_count("full_scans", "scans of the whole first table (SUM_SELECT_SCAN)"),
    my_count("full_joins", "joins that scanned a whole table (SUM_SELECT_FULL_JOIN)"),
    my_count("full_range_joins", "joins by ranges of a reference table (SUM_SELECT_FULL_RANGE_JOIN)"),
    my_count("range_scans", "joins that used ranges of the first table (SUM_SELECT_RANGE)"),
    my_count("range_checks", "joins that looked for an index at every row (SUM_SELECT_RANGE_CHECK)"),
    my_count("sort_merge_passes", "passes that merged sorted parts"),
    my_count("sort_range", "sorts of ranges"),
    my_count("sort_rows", "rows sorted"),
    my_count("sort_scan", "sorts of whole tables"),
    my_count("no_index_used", "executions that used no index"),
    my_count("no_good_index_used", "executions that found no good index"),
    of(kMySql, number("cpu_ms", "ms", "time on the processor (8.0.28 and later, where its consumer is on)")),
    // How far to trust it.
    required(word("quality", kQualities, "how good the numbers are; see QUALITY")),
    texts("missing", "members that this server cannot provide, or that are not known yet"),
};

}  // namespace

std::span<const MemberRow> query_stats_members() {
  return kMembers;
}

}  // namespace dbi::record::schema
