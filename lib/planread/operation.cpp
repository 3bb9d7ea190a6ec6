// SPDX-License-Identifier: Apache-2.0
#include "planread/operation.hpp"

#include <algorithm>
#include <iterator>

namespace dbi::planread {

namespace {

/// What follows the words that begin an operation.
enum class Tail { None, OnTable, OnIndex, Table, Tables, Cte, Filter, Sort, HashJoin, RowFrom, SortedOn };

struct OperationRow {
  std::string_view words;
  std::string_view type;
  Tail tail = Tail::None;
  std::string_view detail = {};  ///< a join's type, a merge's strategy, a command
};

// The first row whose words begin the operation is its, "Covering" and "Single-row" apart.
constexpr OperationRow kOperations[] = {
    {"Filter: ", "Filter", Tail::Filter},
    {"Table scan on ", "Table Scan", Tail::OnTable},
    {"Index range scan ", "Index Range Scan", Tail::OnIndex},
    {"Index lookup on ", "Index Lookup", Tail::OnIndex},
    {"Index scan on ", "Index Scan", Tail::OnIndex},
    {"Multi-range index lookup on ", "Multi-Range Index Lookup", Tail::OnIndex},
    {"Full-text index search on ", "Full Text Search", Tail::OnIndex},
    {"Full-text covering index search on ", "Full Text Search", Tail::OnIndex},
    {"Index skip scan for ", "Group Index Skip Scan", Tail::OnIndex},
    {"Index skip scan on ", "Index Skip Scan", Tail::OnIndex},
    {"Index distance scan on ", "Index Distance Scan", Tail::OnIndex},
    {"Constant row from ", "Constant Row", Tail::Table},
    {"Scan new records on ", "Scan New Records", Tail::OnTable},
    {"Nested loop inner join", "Nested Loop", Tail::None, "Inner"},
    {"Nested loop left join", "Nested Loop", Tail::None, "Left"},
    {"Nested loop semijoin", "Nested Loop", Tail::None, "Semi"},
    {"Nested loop antijoin", "Nested Loop", Tail::None, "Anti"},
    {"Batched key access inner join", "Nested Loop", Tail::None, "Inner"},
    {"Batched key access left join", "Nested Loop", Tail::None, "Left"},
    {"Batched key access semijoin", "Nested Loop", Tail::None, "Semi"},
    {"Batched key access antijoin", "Nested Loop", Tail::None, "Anti"},
    {"Inner hash join ", "Hash Join", Tail::HashJoin, "Inner"},
    {"Left hash join ", "Hash Join", Tail::HashJoin, "Left"},
    {"Hash semijoin ", "Hash Join", Tail::HashJoin, "Semi"},
    {"Hash antijoin ", "Hash Join", Tail::HashJoin, "Anti"},
    {"Sort-deduplicate by row ID", "Index Merge", Tail::None, "sort_union"},
    {"Deduplicate rows sorted by row ID", "Index Merge", Tail::None, "union"},
    {"Intersect rows sorted by row ID", "Index Merge", Tail::None, "intersect"},
    {"Sort", "Sort", Tail::Sort},
    {"Limit", "Limit"},
    {"Offset", "Limit"},
    {"Aggregate using temporary table", "Temp Table Aggregate"},
    {"Aggregate", "Aggregate"},
    {"Group ", "Aggregate"},
    {"Window ", "Window"},
    {"Stream results", "Stream"},
    {"Rows fetched before execution", "Rows Fetched Before Execution"},
    {"Zero rows", "Zero Rows"},
    {"Zero input rows", "Zero Rows Aggregated"},
    {"Materialize table function", "Materialized Table Function"},
    {"Materialize recursive CTE ", "Recursive Union", Tail::Cte},
    {"Materialize CTE ", "Materialize", Tail::Cte},
    {"Materialize", "Materialize"},
    {"Temporary table", "Temporary Table"},
    {"Union materialize", "Union"},
    {"Union all materialize", "Union"},
    {"Intersect materialize", "Intersect"},
    {"Intersect all materialize", "Intersect"},
    {"Except materialize", "Except"},
    {"Except all materialize", "Except"},
    {"Batch input rows", "Batch Input Rows"},
    {"Alternative plans for IN subquery", "Alternatives"},
    {"Count rows in ", "Count Rows", Tail::OnTable},
    {"Fill information schema table ", "Fill Information Schema Table", Tail::OnTable},
    {"Append", "Append"},
    {"Remove duplicates from input sorted on ", "Remove Duplicates", Tail::SortedOn},
    {"Remove duplicate", "Remove Duplicates"},
    {"Invalidate materialized tables", "Invalidate Materialized Tables", Tail::RowFrom},
    {"Insert into ", "Insert", Tail::Table, "Insert"},
    {"Replace into ", "Replace", Tail::Table, "Replace"},
    {"Update ", "Update", Tail::Tables, "Update"},
    {"Delete from ", "Delete", Tail::Tables, "Delete"},
};

constexpr std::string_view kPushed = ", with index condition: ";
constexpr std::string_view kExtra = ", extra conditions: ";
constexpr std::string_view kReverse = " (reverse)";
constexpr std::string_view kReplanned = " (re-planned for each iteration)";
constexpr std::string_view kUsing = " using ";

bool take(std::string_view& text, std::string_view words) {
  if (!text.starts_with(words)) return false;
  text.remove_prefix(words.size());
  return true;
}

bool take_end(std::string_view& text, std::string_view words) {
  if (!text.ends_with(words)) return false;
  text.remove_suffix(words.size());
  return true;
}

// "Covering index lookup" as "Index lookup".
bool begins(std::string_view words, std::string_view wanted, bool lower) {
  if (!lower || wanted.empty()) return words.starts_with(wanted);
  return words.starts_with('i') && wanted.front() == 'I' && words.substr(1).starts_with(wanted.substr(1));
}

/// Where the words stand outside quotation marks; npos where they do not.
std::size_t find_outside(std::string_view text, std::string_view words) {
  char quote = '\0';
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != '\0') {
      if (c == '\\' && quote != '`') ++at;
      if (c == quote) quote = '\0';
    } else if (c == '\'' || c == '"' || c == '`') {
      quote = c;
    } else if (c == words.front() && text.substr(at).starts_with(words)) {
      return at;
    }
  }
  return std::string_view::npos;
}

// The text before the words, and with them off the text.
std::string_view take_until(std::string_view& text, std::string_view words) {
  const std::size_t at = find_outside(text, words);
  const std::string_view before = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + words.size());
  return before;
}

// "orders using by_customer (customer_id = 77), with index condition: (orders.total > 5)"
void read_index(std::string_view text, Operation& operation) {
  if (take_end(text, kReplanned)) operation.type = "Dynamic Index Range Scan";
  const std::size_t split = text.find(kUsing);
  operation.table = text.substr(0, split);
  if (split == std::string_view::npos) return;
  text.remove_prefix(split + kUsing.size());
  operation.pushed = text;
  std::string_view access = take_until(operation.pushed, kPushed);
  operation.backward = take_end(access, kReverse);
  const std::size_t end = std::min({access.find(" ("), access.find(" over "), access.find(',')});
  operation.index = access.substr(0, end);
  access.remove_prefix(std::min(end, access.size()));
  const bool looks_up = operation.type != "Index Range Scan" && operation.type != "Group Index Skip Scan";
  if (looks_up && take(access, " (") && take_end(access, ")")) operation.lookup = access;
}

void read_hash_join(std::string_view text, Operation& operation) {
  operation.hash_condition = take_until(text, kExtra);
  operation.extra_condition = text;
  if (operation.hash_condition == "(no condition)") operation.hash_condition = {};
}

// ": a, b DESC, limit input to 5 row(s) per chunk"
void read_sort(std::string_view text, Operation& operation) {
  const std::size_t colon = text.find(": ");
  if (colon == std::string_view::npos) return;
  text.remove_prefix(colon + 2);
  const std::size_t limit = text.rfind(", limit input to ");
  operation.sort_key = text.ends_with(" per chunk") ? text.substr(0, limit) : text;
}

// "s (buffered)"; of several tables none.
std::string_view only_table(std::string_view text) {
  if (text.find(',') != std::string_view::npos) return {};
  if (!take_end(text, " (buffered)")) take_end(text, " (immediate)");
  return text;
}

// "recent if needed (query plan printed elsewhere)"
std::string_view cte_of(std::string_view text) {
  return text.substr(0, std::min(text.find(" if needed"), text.find(" (")));
}

void read_tail(Tail tail, std::string_view text, Operation& operation) {
  switch (tail) {
    case Tail::None:
      return;
    case Tail::OnTable:
    case Tail::Table:
      operation.table = text;
      return;
    case Tail::OnIndex:
      return read_index(text, operation);
    case Tail::Tables:
      operation.table = only_table(text);
      return;
    case Tail::Cte:
      operation.cte = cte_of(text);
      return;
    case Tail::Filter:
      operation.filter = text;
      return;
    case Tail::Sort:
      return read_sort(text, operation);
    case Tail::HashJoin:
      return read_hash_join(text, operation);
    case Tail::RowFrom:
      if (take(text, " (row from ") && take_end(text, ")")) operation.table = text;
      return;
    case Tail::SortedOn:
      operation.index = text;
      return;
  }
}

}  // namespace

Operation read_operation(std::string_view words) {
  Operation operation;
  const bool single = take(words, "Single-row ");
  operation.covering = take(words, single ? "covering " : "Covering ");
  const bool lower = single || operation.covering;
  const auto* const row = std::find_if(std::begin(kOperations), std::end(kOperations),
                                       [&](const OperationRow& one) { return begins(words, one.words, lower); });
  if (row == std::end(kOperations)) return operation;
  operation.type = single && row->type == "Index Lookup" ? "Single-row Index Lookup" : row->type;
  if (row->type == "Index Merge") operation.strategy = row->detail;
  if (row->type == "Nested Loop" || row->type == "Hash Join") operation.join_type = row->detail;
  if (row->tail == Tail::Table || row->tail == Tail::Tables) operation.command = row->detail;
  std::string_view text = words.substr(row->words.size());
  if (row->tail == Tail::OnIndex && !row->words.ends_with(" on ")) {  // "(Multi-Range Read) on t", "grouping on t"
    const std::size_t on = text.find("on ");
    text.remove_prefix(on == std::string_view::npos ? 0 : on + 3);
  }
  read_tail(row->tail, text, operation);
  return operation;
}

}  // namespace dbi::planread
