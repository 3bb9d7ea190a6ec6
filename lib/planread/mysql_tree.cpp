// SPDX-License-Identifier: Apache-2.0
#include "planread/mysql_tree.hpp"

#include <algorithm>
#include <vector>

#include "planread/text_figures.hpp"

namespace dbi::planread {

namespace {

constexpr std::string_view kArrow = "-> ";

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

// "(cost=0.3..1.2 rows=9) (actual time=0.1..0.2 rows=8 loops=1)" at the end of a line.
// What looks like that within quotation marks is a literal's.
void read_figures(std::string_view line, Plan& plan) {
  line.remove_prefix(line.find_last_of("'\"`") + 1);  // npos and 1 is 0
  if (line.empty()) return;
  const std::size_t actual = line.rfind("(actual ");
  const std::size_t cost = line.rfind("(cost=");
  if (cost != std::string_view::npos && line.back() == ')') {
    std::string_view text = line.substr(cost);
    read_pair(text, "(cost=", PlanKey::StartupCost, PlanKey::TotalCost, plan);
    read_number(text, " rows=", PlanKey::PlanRows, plan);
  }
  if (line.ends_with("(never executed)")) {
    plan.add_number(PlanKey::ActualLoops, 0);
  } else if (actual != std::string_view::npos && line.back() == ')') {
    std::string_view text = line.substr(actual);
    read_pair(text, "(actual time=", PlanKey::ActualStartupTime, PlanKey::ActualTotalTime, plan);
    read_number(text, " rows=", PlanKey::ActualRows, plan);
    read_number(text, " loops=", PlanKey::ActualLoops, plan);
  }
}

/// What a line stands for, by its indent.
struct Open {
  std::size_t indent;
  std::uint32_t node;      // the node itself, or the one that a heading's node stands below
  std::string_view label;  // of a heading's node
  bool heading;
};

}  // namespace

Status read_mysql_tree(std::string_view text, Plan& plan) {
  plan.clear(0, sql::System::MySql);
  std::vector<Open> open;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent == std::string_view::npos || !line.substr(indent).starts_with(kArrow)) continue;
    line.remove_prefix(indent + kArrow.size());
    // A subplan of a select list stands beside its node, not below it.
    const bool beside = line.starts_with("Select #") && line.find("projection") != std::string_view::npos;
    while (!open.empty() && (open.back().indent > indent || (open.back().indent == indent && !beside))) open.pop_back();
    if (open.empty() && !plan.nodes().empty()) return fail(ErrorKind::Malformed, "a plan with two roots");
    const std::uint32_t parent = open.empty() ? kNoNode : open.back().node;
    if (line == "Hash" || line == "Repeat until convergence" || line.starts_with("Select #")) {
      open.push_back({indent, parent, beside ? line : std::string_view(), true});
      continue;
    }
    if (plan.nodes().size() >= Plan::kMaxNodes) return fail(ErrorKind::Unsupported, "more nodes than a plan has");
    const std::uint32_t node = plan.add_node(parent, open.empty() ? std::string_view() : open.back().label);
    read_figures(line, plan);
    open.push_back({indent, node, {}, false});
  }
  if (plan.nodes().empty()) return fail(ErrorKind::Malformed, "no line of the plan begins with '->'");
  plan.finish();
  return {};
}

}  // namespace dbi::planread
