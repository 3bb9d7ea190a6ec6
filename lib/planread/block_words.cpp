// SPDX-License-Identifier: Apache-2.0
#include "planread/block_words.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dbi::planread {

namespace {

using enum BlockKind;

// sql/opt_explain_json.cc of MySQL, sql/sql_explain.cc of MariaDB.
constexpr BlockRow kBlocks[] = {
    {"table", Table, {}},
    {"nested_loop", Container, {}},
    {"query_block", QueryBlock, {}},
    {"block-nl-join", Around, {}},
    {"range-checked-for-each-record", Around, {}},
    {"read_sorted_file", Container, {}},
    {"insert_from", Container, {}},
    {"filesort", Node, "Sort"},
    {"temporary_table", Node, "Temporary Table"},
    {"buffer", Node, "Temporary Table"},
    {"buffer_result", Node, "Temporary Table"},
    {"duplicates_removal", Node, "Remove Duplicates"},
    {"duplicate_removal", Node, "Remove Duplicates"},  // MariaDB's
    {"materialized", Node, "Materialize"},
    {"materialized_from_subquery", Node, "Materialize"},
    {"materialization", Node, "Materialize"},
    {"expression_cache", Node, "Subquery Cache"},
    {"subquery_cache", Node, "Subquery Cache"},
    {"ordering_operation", Ordering, "Sort"},
    {"grouping_operation", Grouping, "Aggregate"},
    {"windowing", Windows, "Window"},
    {"window_functions_computation", WindowSorts, "Window"},
    {"union_result", SetOperation, "Union"},
    {"recursive_union", SetOperation, "Recursive Union"},
    {"intersect_result", SetOperation, "Intersect"},
    {"except_result", SetOperation, "Except"},
    {"unary_result", SetOperation, "Materialize"},
};

constexpr BlockMember kMembers[] = {
    {"table_name", PlanKey::RelationName},
    {"access_type", PlanKey::AccessType},
    {"possible_keys", PlanKey::PossibleKeys},
    {"key", PlanKey::IndexName},
    {"used_key_parts", PlanKey::UsedKeyParts},
    {"table_function", PlanKey::TableFunctionName},
    {"using_index", PlanKey::Covering},
    {"using_filesort", PlanKey::UsingFilesort},
    {"using_temporary_table", PlanKey::UsingTemporaryTable},
    {"range_checked_for_each_record", PlanKey::RangeChecked},
    {"index_condition", PlanKey::IndexCond},
    {"index_condition_bka", PlanKey::IndexCond},
    {"attached_condition", PlanKey::Filter},
    {"sort_key", PlanKey::SortKey},
    {"filesort_key", PlanKey::SortKey},
    {"message", PlanKey::OperationText},
    {"rows", PlanKey::PlanRows},
    {"rows_examined_per_scan", PlanKey::PlanRows},
    {"filtered", PlanKey::Filtered},
    {"r_rows", PlanKey::ActualRows},
    {"r_output_rows", PlanKey::ActualRows},
    {"r_filtered", PlanKey::ActualFiltered},
    {"r_sort_passes", PlanKey::SortPasses},
    {"r_used_priority_queue", PlanKey::UsedPriorityQueue},
    // Read where they belong, or nothing that a reader of plans asks for.
    {"backward_index_scan", {}},
    {"buffer_size", {}},
    {"buffer_type", {}},
    {"cacheable", {}},
    {"const_condition", {}},
    {"cost", {}},
    {"cost_info", {}},
    {"definition_position", {}},
    {"delete", {}},
    {"dependent", {}},
    {"first_match", {}},
    {"frame_buffer", {}},
    {"ft_hints", {}},
    {"functions", {}},
    {"having_condition", {}},
    {"impossible_on_condition", {}},
    {"index_merge", {}},
    {"insert", {}},
    {"join_type", {}},
    {"key_length", {}},
    {"keys", {}},
    {"last_executed_window", {}},
    {"lateral", {}},
    {"loops", {}},
    {"loose_scan", {}},
    {"loosescan", {}},
    {"mrr_type", {}},
    {"name", {}},
    {"not_exists", {}},
    {"operation", {}},
    {"outer_ref_condition", {}},
    {"partitions", {}},
    {"pseudo_bits_condition", {}},
    {"query_specifications", {}},
    {"r_buffer_size", {}},
    {"r_effective_rows", {}},
    {"r_engine_stats", {}},
    {"r_hit_ratio", {}},
    {"r_icp_filtered", {}},
    {"r_index_lookups", {}},
    {"r_index_rows", {}},
    {"r_keys", {}},
    {"r_limit", {}},
    {"r_loops", {}},
    {"r_other_time_ms", {}},
    {"r_partial_matches", {}},
    {"r_sort_mode", {}},
    {"r_strategy", {}},
    {"r_table_loops", {}},
    {"r_table_time_ms", {}},
    {"r_total_filtered", {}},
    {"r_total_time_ms", {}},
    {"r_unpack_ops", {}},
    {"r_unpack_time_ms", {}},
    {"recursive", {}},
    {"ref", {}},
    {"rematerialize", {}},
    {"replace", {}},
    {"rowid_filter", {}},
    {"rows_produced_per_join", {}},
    {"select_id", {}},
    {"sharing_temporary_table_with", {}},
    {"sorts", {}},
    {"state", {}},
    {"unique", {}},
    {"update", {}},
    {"used_columns", {}},
    {"using_MRR", {}},
    {"using_index_for_group_by", {}},
    {"using_index_for_skip_scan", {}},
    {"using_join_buffer", {}},
    {"windows", {}},
};

template <typename Row, std::size_t kCount>
const Row* find_row(const Row (&rows)[kCount], std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(rows), std::end(rows), [&](const Row& row) { return row.name == name; });
  return found == std::end(rows) ? nullptr : found;
}

using Word = std::pair<std::string_view, std::string_view>;

}  // namespace

const BlockRow* find_block(std::string_view name) {
  return find_row(kBlocks, name);
}

bool is_subqueries(std::string_view name) {
  return name.ends_with("subqueries");
}

const BlockMember* find_block_member(std::string_view name) {
  return find_row(kMembers, name);
}

std::string_view type_of_access(std::string_view access_type) {
  constexpr Word kTypes[] = {{"ALL", "Table Scan"},
                             {"index", "Index Scan"},
                             {"range", "Index Range Scan"},
                             {"ref", "Index Lookup"},
                             {"ref_or_null", "Index Lookup"},
                             {"index_subquery", "Index Lookup"},
                             {"eq_ref", "Single-row Index Lookup"},
                             {"unique_subquery", "Single-row Index Lookup"},
                             {"const", "Rows Fetched Before Execution"},
                             {"system", "Rows Fetched Before Execution"},
                             {"fulltext", "Full Text Search"},
                             {"index_merge", "Index Merge"}};
  // MariaDB's of a table that a hash or a filter of row ids is made for.
  if (access_type.starts_with("hash_")) access_type.remove_prefix(5);
  access_type = access_type.substr(0, access_type.find('|'));
  for (const auto& [word, type] : kTypes) {
    if (word == access_type) return type;
  }
  return "Other";
}

std::string_view type_of_message(std::string_view message) {
  constexpr Word kTypes[] = {{"No tables used", "Rows Fetched Before Execution"},
                             {"Select tables optimized away", "Rows Fetched Before Execution"},
                             {"Deleting all rows", "Delete"},
                             {"Impossible ", "Zero Rows"},
                             {"No matching ", "Zero Rows"},
                             {"no matching ", "Zero Rows"},
                             {"Zero limit", "Zero Rows"}};
  for (const auto& [words, type] : kTypes) {
    if (message.starts_with(words)) return type;
  }
  return "Other";
}

}  // namespace dbi::planread
