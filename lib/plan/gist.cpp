// SPDX-License-Identifier: Apache-2.0
#include "plan/gist.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace dbi::plan {

namespace {

using planread::Edge;
using planread::Node;
using planread::PlanKey;

constexpr std::pair<std::string_view, std::string_view> kAbbreviations[] = {{"Aggregate", "Agg"},
                                                                            {"Append", "App"},
                                                                            {"Bitmap Heap Scan", "BHS"},
                                                                            {"Bitmap Index Scan", "BIS"},
                                                                            {"BitmapAnd", "BAnd"},
                                                                            {"BitmapOr", "BOr"},
                                                                            {"CTE Scan", "CTE"},
                                                                            {"Custom Scan", "Cus"},
                                                                            {"Foreign Scan", "FS"},
                                                                            {"Function Scan", "Fun"},
                                                                            {"Gather", "Gat"},
                                                                            {"Gather Merge", "GM"},
                                                                            {"Group", "Grp"},
                                                                            {"Hash", "H"},
                                                                            {"Hash Join", "HJ"},
                                                                            {"Incremental Sort", "ISrt"},
                                                                            {"Index Only Scan", "IOS"},
                                                                            {"Index Scan", "IS"},
                                                                            {"Limit", "Lim"},
                                                                            {"LockRows", "Lock"},
                                                                            {"Materialize", "Mat"},
                                                                            {"Memoize", "Memo"},
                                                                            {"Merge Append", "MApp"},
                                                                            {"Merge Join", "MJ"},
                                                                            {"ModifyTable", "Mod"},
                                                                            {"Nested Loop", "NL"},
                                                                            {"ProjectSet", "PS"},
                                                                            {"Recursive Union", "RU"},
                                                                            {"Result", "Res"},
                                                                            {"Sample Scan", "Sam"},
                                                                            {"Seq Scan", "SS"},
                                                                            {"SetOp", "Set"},
                                                                            {"Sort", "Srt"},
                                                                            {"Subquery Scan", "Sub"},
                                                                            {"Table Function Scan", "TF"},
                                                                            {"Tid Range Scan", "TRS"},
                                                                            {"Tid Scan", "TS"},
                                                                            {"Unique", "Uni"},
                                                                            {"Values Scan", "Val"},
                                                                            {"WindowAgg", "Win"},
                                                                            {"WorkTable Scan", "WT"},
                                                                            // MySQL and MariaDB
                                                                            {"Constant Row", "Const"},
                                                                            {"Dynamic Index Range Scan", "DIRS"},
                                                                            {"Filter", "Fil"},
                                                                            {"Full Text Search", "FTS"},
                                                                            {"Group Index Skip Scan", "GISS"},
                                                                            {"Index Lookup", "IL"},
                                                                            {"Index Merge", "IMrg"},
                                                                            {"Index Range Scan", "IRS"},
                                                                            {"Index Skip Scan", "ISS"},
                                                                            {"Multi-Range Index Lookup", "MRIL"},
                                                                            {"Remove Duplicates", "Dup"},
                                                                            {"Rows Fetched Before Execution", "Pre"},
                                                                            {"Single-row Index Lookup", "1IL"},
                                                                            {"Table Scan", "TbS"},
                                                                            {"Temp Table Aggregate", "TAgg"},
                                                                            {"Temporary Table", "Tmp"},
                                                                            {"Window", "Win"}};

std::string_view abbreviation(std::string_view type) {
  const auto* const found = std::find_if(std::begin(kAbbreviations), std::end(kAbbreviations),
                                         [&](const auto& pair) { return pair.first == type; });
  return found == std::end(kAbbreviations) ? type : found->second;
}

// What a scan or a change works on: relation, then index.
void append_objects(const planread::Plan& plan, const Node& node, std::string& out) {
  char before = ':';
  for (const PlanKey key : {PlanKey::RelationName, PlanKey::FunctionName, PlanKey::CteName, PlanKey::IndexName}) {
    const std::string_view name = plan.text(node, key);
    if (name.empty()) continue;
    out.push_back(std::exchange(before, '.'));
    out.append(name);
  }
}

void append_node(const planread::Plan& plan, const Node& node, std::string& out) {
  if (node.edge == Edge::InitPlan || node.edge == Edge::SubPlan || node.edge == Edge::Cte) out.push_back('@');
  if (plan.has(node, PlanKey::ParallelAware)) out.append("p");
  if (const std::string_view join = plan.text(node, PlanKey::JoinType); !join.empty() && join != "Inner") {
    out.append(lower_case(join)).push_back(' ');
  }
  const std::string_view operation = plan.text(node, PlanKey::Operation);
  const std::string_view type = plan.text(node, PlanKey::NodeType);
  out.append(type == "ModifyTable" && !operation.empty() ? operation : abbreviation(type));
  append_objects(plan, node, out);
}

}  // namespace

std::string gist(const planread::Plan& plan) {
  constexpr std::string_view kCut = "...";
  std::string out;
  std::vector<std::uint32_t> open;  // nodes whose children are being written, by where they end
  const auto nodes = plan.nodes();
  for (std::uint32_t place = 0; place < nodes.size() && out.size() <= kMaxGistBytes; ++place) {
    for (; !open.empty() && open.back() <= place; open.pop_back()) out.push_back(')');
    if (place > 0 && out.back() != '(') out.push_back(',');
    append_node(plan, nodes[place], out);
    if (nodes[place].end == place + 1) continue;
    out.push_back('(');
    open.push_back(nodes[place].end);
  }
  out.append(open.size(), ')');
  if (out.size() <= kMaxGistBytes) return out;
  return std::string(truncate_utf8(out, kMaxGistBytes - kCut.size())).append(kCut);
}

}  // namespace dbi::plan
