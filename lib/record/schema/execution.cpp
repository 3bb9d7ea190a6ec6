// The members of `query_sample` and `plan`: single executions and how a statement is carried out.
// SPDX-License-Identifier: Apache-2.0
#include "record/schema/rows.hpp"
#include "record/schema/tables.hpp"

namespace dbi::record::schema {

namespace {

constexpr std::array<std::string_view, 5> kPlanFormats{"json", "text", "yaml", "xml", "tree"};

constexpr MemberRow kQueryId = text("query_id", "the server's id of the statement, where it gives one");
constexpr MemberRow kSignature = text("query_signature", "as in query_stats");
constexpr MemberRow kQuery = text("query", "the text of the statement without literals");
constexpr MemberRow kTruncated = flag("truncated", "true where `query` is not the whole text");
constexpr MemberRow kLiterals = flag("literals", "true where literals were kept on demand");
constexpr MemberRow kMissing = texts("missing", "members that the source cannot provide");

constexpr std::array kQuerySample{
    text("pid", "the session's process or connection id"),
    text("user", "the session's role"),
    text("application", "the name that the client gave itself"),
    text("client", "the client's address; absent for a local socket"),
    kQueryId,
    kSignature,
    kQuery,
    kTruncated,
    required(number("duration_ms", "ms", "how long it took")),
    kLiterals,
    kMissing,
};

constexpr std::array kPlan{
    kQueryId,
    kSignature,
    kQuery,
    kTruncated,
    word("plan_format", kPlanFormats, "the form in which the server gave the plan"),
    text("plan_source",
         "where the plan comes from: \"explain\", asked for with the values that stand in the statement; "
         "\"generic\", asked for with placeholders and so planned for no values in particular; "
         "\"auto_explain\", written by the server when the statement ran. "
         "Plans of different sources are never compared"),
    text("plan_reason", "why there is no `plan`, or why it was replaced by its length and hash"),
    text("plan_name", "the name of the statement in a file of statements"),
    number("duration_ms", "ms", "how long the execution took of which auto_explain logged the plan"),
    // What dbi-plan adds.
    text("plan_error", "why the plan could not be read, or why the record has none any more"),
    text("plan_hash", "hash of node types, relations, indexes, join types and keys, without costs and row counts"),
    text("plan_shape", "the same without names"),
    text("plan_gist", "the plan in a line of at most 200 bytes"),
    text("plan_operation", "the root's node type"),
    count("plan_node_count", "", "nodes of the plan, those of subplans too"),
    count("plan_depth", "", "levels of the plan; a plan of one node has 1"),
    number("plan_startup_cost", "", "the planner's cost before the root gives its first row"),
    number("plan_cost", "", "the planner's cost of the root, in its own unit"),
    number("plan_rows", "", "rows that the planner expects of the root"),
    number("plan_width_bytes", "bytes", "mean size that the planner expects of the root's rows"),
    number("plan_actual_rows", "", "rows that the root gave: their mean over its loops times the loops"),
    number("plan_actual_loops", "", "how often the root ran"),
    number("plan_shared_hit_blocks", "", "shared blocks found in the cache, by all nodes"),
    number("plan_shared_read_blocks", "", "shared blocks read from outside the cache, by all nodes"),
    number("plan_temp_read_blocks", "", "blocks read of temporary files, by all nodes"),
    number("plan_temp_written_blocks", "", "blocks written to temporary files, by all nodes"),
    number("plan_wal_bytes", "bytes", "write-ahead log made by all nodes"),
    number("planning_ms", "ms", "time that planning took"),
    number("execution_ms", "ms", "time that the execution took, by EXPLAIN ANALYZE itself"),
    number("plan_jit_ms", "ms", "time that compiling expressions took"),
    number("plan_jit_pct", "%", "the same as a share of execution_ms"),
    number("plan_trigger_ms", "ms", "time in triggers, those of foreign keys too"),
    number("plan_rows_removed", "", "rows that conditions and rechecks threw away, over all nodes and loops"),
    number("plan_misestimate", "",
           "the most that a node's mean of rows a loop differs from what was expected, as a factor; both at least 1"),
    number("plan_disk_bytes", "bytes", "what sorts and aggregates wrote to disk"),
    number("plan_hash_batches", "", "batches of the hash table that has most; absent where each has one"),
    number("plan_workers_planned", "", "parallel workers planned, by all nodes"),
    number("plan_workers_launched", "", "parallel workers launched, by all nodes"),
    flag("plan_has_seq_scan", "true where some node reads a whole table"),
    flag("plan_has_nested_loop", "true where some node is a nested loop"),
    flag("plan_has_hash_join", "true where some node is a hash join"),
    flag("plan_has_sort", "true where some node sorts"),
    texts("plan_relations", "tables that the plan reads or changes, at most 100"),
    texts("plan_indexes", "indexes that it reads, at most 100"),
    member(
        "plan_nodes", MemberType::ObjectList,
        "the nodes that took most time themselves (--nodes): node (in the order of the plan, from 1), type, relation, "
        "index, self_ms (without what stands below), rows and loops in all, blocks of its own"),
    member("plan_findings", MemberType::ObjectList,
           "what is wrong, gravest first: code, severity, node, path, subject, numbers, advice; see dbi-findings(7)"),
    text("plan_finding_codes", "the codes of plan_findings, each once, joined by commas"),
    text("plan_lz4", "the plan as an LZ4 frame in base64, in place of `plan` (--compress)"),
    text("plan_severity", "the gravest of plan_findings: info, warning or critical"),
    kLiterals,
    kMissing,
    // The longest one last.
    member("plan", MemberType::TextOrObject, "the plan without literals: an object for JSON, else a text"),
};

}  // namespace

std::span<const MemberRow> query_sample_members() {
  return kQuerySample;
}

std::span<const MemberRow> plan_members() {
  return kPlan;
}

}  // namespace dbi::record::schema
