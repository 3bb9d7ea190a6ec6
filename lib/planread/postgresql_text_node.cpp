// After ExplainNode, ExplainTargetRel and ExplainIndexScanDetails of explain.c, PostgreSQL 12 to 18.
// SPDX-License-Identifier: Apache-2.0
#include "planread/postgresql_text_node.hpp"

#include <algorithm>
#include <array>

#include "planread/text_figures.hpp"

namespace dbi::planread {

namespace {

/// What stands behind " on " in the line of a node.
enum class Target : std::uint8_t {
  None,
  Relation,
  Index,
  Function,
  TableFunction,
  Cte,
  Tuplestore,
  AliasOnly,
  Optional
};

/// A node as TEXT names it, and as JSON does.
struct NodeName {
  std::string_view text;
  std::string_view node_type;
  Target target = Target::None;
  PlanKey key = PlanKey::NodeType;  ///< of a word that TEXT has in the name; NodeType for none
  std::string_view word = {};
};

// Longer names before those that they begin with.
constexpr NodeName kNodeNames[] = {
    {"Bitmap Heap Scan", "Bitmap Heap Scan", Target::Relation},
    {"Bitmap Index Scan", "Bitmap Index Scan", Target::Index},
    {"BitmapAnd", "BitmapAnd"},
    {"BitmapOr", "BitmapOr"},
    {"Index Only Scan", "Index Only Scan", Target::Relation},
    {"Index Scan", "Index Scan", Target::Relation},
    {"Seq Scan", "Seq Scan", Target::Relation},
    {"Sample Scan", "Sample Scan", Target::Relation},
    {"Tid Range Scan", "Tid Range Scan", Target::Relation},
    {"Tid Scan", "Tid Scan", Target::Relation},
    {"Foreign Scan", "Foreign Scan", Target::Optional, PlanKey::Operation, "Select"},
    {"Foreign Insert", "Foreign Scan", Target::Optional, PlanKey::Operation, "Insert"},
    {"Foreign Update", "Foreign Scan", Target::Optional, PlanKey::Operation, "Update"},
    {"Foreign Delete", "Foreign Scan", Target::Optional, PlanKey::Operation, "Delete"},
    {"Custom Scan", "Custom Scan", Target::Optional},
    {"Function Scan", "Function Scan", Target::Function},
    {"Table Function Scan", "Table Function Scan", Target::TableFunction},
    {"Values Scan", "Values Scan", Target::AliasOnly},
    {"CTE Scan", "CTE Scan", Target::Cte},
    {"Named Tuplestore Scan", "Named Tuplestore Scan", Target::Tuplestore},
    {"WorkTable Scan", "WorkTable Scan", Target::Cte},
    {"Subquery Scan", "Subquery Scan", Target::AliasOnly},
    {"Insert", "ModifyTable", Target::Relation, PlanKey::Operation, "Insert"},
    {"Update", "ModifyTable", Target::Relation, PlanKey::Operation, "Update"},
    {"Delete", "ModifyTable", Target::Relation, PlanKey::Operation, "Delete"},
    {"Merge on", "ModifyTable", Target::Relation, PlanKey::Operation, "Merge"},
    {"Nested Loop", "Nested Loop", Target::None, PlanKey::JoinType, {}},
    {"Merge Append", "Merge Append"},
    {"Merge", "Merge Join", Target::None, PlanKey::JoinType, {}},
    {"HashAggregate", "Aggregate", Target::None, PlanKey::Strategy, "Hashed"},
    {"HashSetOp", "SetOp", Target::None, PlanKey::Strategy, "Hashed"},
    {"Hash", "Hash Join", Target::None, PlanKey::JoinType, {}},  // "Hash" alone is the node Hash: see below
    {"Append", "Append"},
    {"Recursive Union", "Recursive Union"},
    {"Gather Merge", "Gather Merge"},
    {"Gather", "Gather"},
    {"Materialize", "Materialize"},
    {"Memoize", "Memoize"},
    {"Incremental Sort", "Incremental Sort"},
    {"Sort", "Sort"},
    {"GroupAggregate", "Aggregate", Target::None, PlanKey::Strategy, "Sorted"},
    {"MixedAggregate", "Aggregate", Target::None, PlanKey::Strategy, "Mixed"},
    {"Aggregate", "Aggregate", Target::None, PlanKey::Strategy, "Plain"},
    {"Group", "Group"},
    {"WindowAgg", "WindowAgg"},
    {"Unique", "Unique"},
    {"SetOp", "SetOp", Target::None, PlanKey::Strategy, "Sorted"},
    {"LockRows", "LockRows"},
    {"Limit", "Limit"},
    {"ProjectSet", "ProjectSet"},
    {"Result", "Result"},
};

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// The words before the name of a node.
struct Prefixes {
  bool parallel = false;
  bool async = false;
  std::string_view partial_mode;
};

Prefixes take_prefixes(std::string_view& line) {
  Prefixes found;
  found.parallel = take(line, "Parallel ");
  found.async = take(line, "Async ");
  if (take(line, "Partial ")) found.partial_mode = "Partial";
  if (take(line, "Finalize ")) found.partial_mode = "Finalize";
  return found;
}

// A name is followed by a blank, or by nothing.
bool begins_with_name(std::string_view line, const NodeName& name) {
  return line.starts_with(name.text) && (line.size() == name.text.size() || line[name.text.size()] == ' ');
}

const NodeName* find_name(std::string_view line) {
  const auto* const found = std::find_if(std::begin(kNodeNames), std::end(kNodeNames),
                                         [&](const NodeName& name) { return begins_with_name(line, name); });
  return found == std::end(kNodeNames) ? nullptr : found;
}

// Behind the quoted name at the front; 0 where there is none.
std::size_t quoted_size(std::string_view text) {
  if (!text.starts_with('"')) return 0;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] != '"') continue;
    if (at + 1 == text.size() || text[at + 1] != '"') return at + 1;
    ++at;
  }
  return text.size();
}

// Takes one name, quoted or not, from the front; the quotation marks go.
std::string_view take_name(std::string_view& text, Plan& plan) {
  if (const std::size_t size = quoted_size(text); size > 1) {
    std::string_view name = text.substr(1, size - 2);
    text.remove_prefix(size);
    if (name.find('"') == std::string_view::npos) return name;
    const std::size_t begin = plan.text().size();
    for (std::size_t at = 0; at < name.size(); ++at) {
      plan.text().push_back(name[at]);
      if (name[at] == '"') ++at;
    }
    return plan.text_since(begin);
  }
  const std::size_t size = std::min(text.find_first_of(" ."), text.size());
  const std::string_view name = text.substr(0, size);
  text.remove_prefix(size);
  return name;
}

PlanKey object_of(Target target) {
  switch (target) {
    case Target::Function:
      return PlanKey::FunctionName;
    case Target::TableFunction:
      return PlanKey::TableFunctionName;
    case Target::Cte:
      return PlanKey::CteName;
    case Target::Tuplestore:
      return PlanKey::TuplestoreName;
    case Target::AliasOnly:
      return PlanKey::Alias;
    default:
      return PlanKey::RelationName;
  }
}

void read_index(std::string_view& rest, Plan& plan) {
  if (take(rest, " Backward")) plan.add_text(PlanKey::ScanDirection, "Backward");
  if (take(rest, " using ")) plan.add_text(PlanKey::IndexName, take_name(rest, plan));
}

void read_join(std::string_view rest, Plan& plan) {
  if (rest.ends_with(" Join")) rest.remove_suffix(5);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  plan.add_text(PlanKey::JoinType, rest.empty() ? "Inner" : rest);
}

// What stands behind a node's name and before its numbers.
void read_rest(const NodeName& name, std::string_view rest, Plan& plan) {
  if (name.key == PlanKey::JoinType) return read_join(rest, plan);
  if (name.key != PlanKey::NodeType) plan.add_text(name.key, name.word);
  if (name.node_type == "SetOp" && take(rest, " ")) return plan.add_text(PlanKey::Command, rest);
  if (name.node_type == "Custom Scan" && take(rest, " (")) {
    const std::size_t end = std::min(rest.find(')'), rest.size());
    plan.add_text(PlanKey::CustomPlanProvider, rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  read_index(rest, plan);
  if (name.target == Target::None || (!take(rest, " on ") && !take(rest, " "))) return;
  if (name.target == Target::Index) return plan.add_text(PlanKey::IndexName, take_name(rest, plan));
  read_target(rest, object_of(name.target), plan);
}

// "cost=0.29..8.30"
void read_pair(std::string_view& text, std::string_view before, PlanKey first, PlanKey second, Plan& plan) {
  double begin = 0;
  double end = 0;
  if (!take_number(text, before, begin) || !take_number(text, "..", end)) return;
  plan.add_number(first, begin);
  plan.add_number(second, end);
}

// "  (cost=0.29..8.30 rows=1 width=4) (actual time=0.017..0.019 rows=3 loops=1)"
void read_numbers(std::string_view text, Plan& plan) {
  while (!text.empty()) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    if (text.starts_with("(cost=")) {
      read_pair(text, "(cost=", PlanKey::StartupCost, PlanKey::TotalCost, plan);
      read_number(text, " rows=", PlanKey::PlanRows, plan);
      read_number(text, " width=", PlanKey::PlanWidth, plan);
    } else if (text.starts_with("(never executed)")) {
      plan.add_number(PlanKey::ActualLoops, 0);
    } else if (take(text, "(actual")) {
      read_actual(text, plan);
    }
    const std::size_t end = text.find(')');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

}  // namespace

std::size_t node_numbers_begin(std::string_view line) {
  for (std::size_t at = 0; at < line.size();) {
    const std::string_view rest = line.substr(at);
    if (rest.starts_with("  (cost=") || rest.starts_with("  (actual ") || rest.starts_with("  (never executed)"))
      return at;
    at += std::max<std::size_t>(quoted_size(rest), 1);
  }
  return line.size();
}

bool is_node_line(std::string_view line) {
  take_prefixes(line);
  return find_name(line) != nullptr;
}

void read_actual(std::string_view& text, Plan& plan) {
  read_pair(text, " time=", PlanKey::ActualStartupTime, PlanKey::ActualTotalTime, plan);
  read_number(text, " rows=", PlanKey::ActualRows, plan);
  read_number(text, " loops=", PlanKey::ActualLoops, plan);
}

void read_node_line(std::string_view line, Plan& plan) {
  const std::size_t numbers = node_numbers_begin(line);
  std::string_view text = line.substr(0, numbers);
  const Prefixes prefixes = take_prefixes(text);
  const NodeName* const name = find_name(text);
  if (name == nullptr || text == "Hash") {
    plan.add_text(PlanKey::NodeType, text);  // the node Hash, or one of an extension or a later version
  } else {
    plan.add_text(PlanKey::NodeType, name->node_type);
    plan.add_text(PlanKey::PartialMode, prefixes.partial_mode);
    read_rest(*name, text.substr(name->text.size()), plan);
  }
  plan.add_flag(PlanKey::ParallelAware, prefixes.parallel);
  read_numbers(line.substr(numbers), plan);
}

void read_target(std::string_view text, PlanKey object, Plan& plan) {
  std::string_view name = take_name(text, plan);
  if (take(text, ".")) {
    plan.add_text(PlanKey::Schema, name);
    name = take_name(text, plan);
  }
  const std::string_view alias = take(text, " ") ? take_name(text, plan) : name;
  if (object != PlanKey::Alias) plan.add_text(object, name);
  plan.add_text(PlanKey::Alias, alias);
}

}  // namespace dbi::planread
