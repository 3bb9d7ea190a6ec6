// SPDX-License-Identifier: Apache-2.0
#include "planread/mysql_tree.hpp"

#include <vector>

#include "base/text.hpp"
#include "planread/mysql_tree_line.hpp"
#include "planread/operation.hpp"
#include "planread/text_figures.hpp"

namespace dbi::planread {

namespace {

void read_pair(std::string_view& text, std::string_view word, PlanKey first, PlanKey second, Plan& plan) {
  double number = 0;
  if (!take_number(text, word, number)) return;
  double last = 0;
  if (take_number(text, "..", last)) {
    plan.add_number(first, number);
    plan.add_number(second, last);
  } else {
    plan.add_number(second, number);
  }
}

// "(cost=0.3..1.2 rows=9) (actual time=0.1..0.2 rows=8 loops=1)"
void read_figures(std::string_view text, Plan& plan) {
  text = trim(text);
  if (text.starts_with("(cost=")) {
    read_pair(text, "(cost=", PlanKey::StartupCost, PlanKey::TotalCost, plan);
    read_number(text, " rows=", PlanKey::PlanRows, plan);
  }
  if (text.ends_with("(never executed)")) {
    plan.add_number(PlanKey::ActualLoops, 0);
  } else if (const std::size_t actual = text.find("(actual "); actual != std::string_view::npos) {
    text.remove_prefix(actual);
    read_pair(text, "(actual time=", PlanKey::ActualStartupTime, PlanKey::ActualTotalTime, plan);
    read_number(text, " rows=", PlanKey::ActualRows, plan);
    read_number(text, " loops=", PlanKey::ActualLoops, plan);
  }
}

void add_operation(std::string_view words, Plan& plan) {
  const Operation operation = read_operation(words);
  plan.add_text(PlanKey::NodeType, operation.type.empty() ? "Other" : operation.type);
  plan.add_text(PlanKey::Operation, operation.command);
  plan.add_text(PlanKey::Strategy, operation.strategy);
  plan.add_text(PlanKey::JoinType, operation.join_type);
  plan.add_text(PlanKey::CteName, operation.cte);
  plan.add_text(PlanKey::OperationText, words);
  if (operation.backward) plan.add_text(PlanKey::ScanDirection, "Backward");
  plan.add_text(PlanKey::RelationName, operation.table);
  plan.add_text(PlanKey::IndexName, operation.index);
  plan.add_text(PlanKey::IndexCond, operation.lookup);
  plan.add_text(PlanKey::IndexCond, operation.pushed);
  plan.add_text(PlanKey::HashCond, operation.hash_condition);
  plan.add_text(PlanKey::JoinFilter, operation.extra_condition);
  plan.add_flag(PlanKey::Covering, operation.covering);
  plan.add_text(PlanKey::Filter, operation.filter);
  plan.add_text(PlanKey::SortKey, operation.sort_key);
}

bool has_actuals(std::string_view figures) {
  return figures.find("(actual ") != std::string_view::npos || figures.ends_with("(never executed)");
}

/// What a line stands for, by its indent.
struct Open {
  std::size_t indent;
  std::uint32_t node;      // the node itself, or the one that a heading's node stands below
  std::string_view label;  // of a heading's node
};

}  // namespace

Status read_mysql_tree(std::string_view text, Plan& plan) {
  plan.clear(0, sql::System::MySql);
  std::vector<Open> open;
  bool continued = false;  // figures on the next line are the node's
  MySqlTreeLines lines(text);
  MySqlTreeLine line;
  while (lines.next(line)) {
    if (!line.is_node) {
      if (continued) read_figures(line.figures, plan);
      continued = false;
      continue;
    }
    continued = false;
    // A subplan of a select list stands beside its node, not below it.
    const bool beside = line.is_subquery && line.words.find("projection") != std::string_view::npos;
    while (!open.empty() && (open.back().indent > line.indent || (open.back().indent == line.indent && !beside)))
      open.pop_back();
    if (open.empty() && !plan.nodes().empty()) return fail(ErrorKind::Malformed, "a plan with two roots");
    const std::uint32_t parent = open.empty() ? kNoNode : open.back().node;
    if (line.is_heading) {
      open.push_back({line.indent, parent, line.is_subquery ? line.words : std::string_view()});
      continue;
    }
    if (plan.nodes().size() >= Plan::kMaxNodes) return fail(ErrorKind::Unsupported, "more nodes than a plan has");
    const std::uint32_t node = plan.add_node(parent, open.empty() ? std::string_view() : open.back().label);
    add_operation(line.words, plan);
    read_figures(line.figures, plan);
    continued = !has_actuals(line.figures);
    open.push_back({line.indent, node, {}});
  }
  if (plan.nodes().empty()) return fail(ErrorKind::Malformed, "no line of the plan begins with '->'");
  plan.begin_group(GroupKind::Statement, kNoNode);
  plan.finish();
  return {};
}

}  // namespace dbi::planread
