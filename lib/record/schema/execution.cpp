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
    text("plan_source", "where the plan comes from (\"explain\", \"auto_explain\")"),
    text("plan_reason", "why there is no `plan`, or why it was replaced by its length and hash"),
    text("plan_name", "the name of the statement in a file of statements"),
    // What dbi-plan adds.
    text("plan_hash", "hash of node types, relations, indexes, join types and keys, without costs and row counts"),
    text("plan_shape", "the same without names"),
    text("plan_gist", "the plan in a line of at most 200 bytes"),
    number("plan_cost", "", "the planner's cost of the root"),
    number("plan_rows", "", "rows that the planner expects of the root"),
    number("plan_actual_rows", "", "rows that the root gave"),
    count("plan_node_count", "", "nodes of the plan"),
    count("plan_depth", "", "levels of the plan"),
    text("plan_operation", "the root's node type"),
    flag("plan_has_seq_scan", "true where some node reads a whole table"),
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
