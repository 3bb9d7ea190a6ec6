// SPDX-License-Identifier: Apache-2.0
#include "plan/outline.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <map>
#include <set>
#include <utility>

#include "base/text.hpp"

namespace dbi::plan {

namespace {

using planread::Edge;
using planread::PlanKey;

constexpr std::size_t kFields = 10;
// An estimate that moved by less explains nothing.
constexpr double kMovedTimes = 10;
constexpr std::array<std::string_view, 12> kCodes{"scan_changed",   "index_lost",        "join_method",   "join_order",
                                                  "parallel_lost",  "parallel_gained",   "step_appeared", "step_gone",
                                                  "estimate_moved", "relation_appeared", "relation_gone", "shape"};

void append_field(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

std::string read_field(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    out += c == 't' ? '\t' : c == 'n' ? '\n' : c;
  }
  return out;
}

template <typename Number>
bool read_number(std::string_view text, Number& number, int base = 10) {
  std::from_chars_result result{};
  if constexpr (std::is_floating_point_v<Number>) {
    result = std::from_chars(text.data(), text.data() + text.size(), number);
  } else {
    result = std::from_chars(text.data(), text.data() + text.size(), number, base);
  }
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

template <typename Number>
std::string number_text(Number number) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  return {buffer.data(), end};
}

bool read_node(std::string_view line, OutlineNode& node) {
  const auto fields = split(line, '\t');
  std::uint32_t edge = 0;
  if (fields.size() != kFields || !read_number(fields[0], node.depth) || !read_number(fields[1], edge) ||
      edge > static_cast<std::uint32_t>(Edge::Cte) || !read_number(fields[7], node.rows) ||
      !read_number(fields[8], node.subtree.high, 16) || !read_number(fields[9], node.subtree.low, 16)) {
    return false;
  }
  node.edge = static_cast<Edge>(edge);
  node.parallel = fields[2] == "p";
  node.type = read_field(fields[3]);
  node.join_type = read_field(fields[4]);
  node.relation = read_field(fields[5]);
  node.index = read_field(fields[6]);
  return true;
}

bool is_join(std::string_view type) {
  return type == "Nested Loop" || type == "Hash Join" || type == "Merge Join";
}

bool is_whole_scan(std::string_view type) {
  return type == "Seq Scan" || type == "Table Scan";  // PostgreSQL's, MySQL's
}

bool is_scan(const OutlineNode& node) {
  return !node.relation.empty() && node.type != "ModifyTable";
}

bool is_step(std::string_view type) {
  return type == "Sort" || type == "Incremental Sort" || type == "Materialize" || type == "Memoize";
}

/// A scan by its relation; a bitmap heap scan has the indexes that stand below it.
struct Scan {
  std::string type;
  std::string indexes;
  double rows = 0;
};

struct Facts {
  std::map<std::string, std::vector<Scan>> scans;
  std::vector<std::string> order;  // of relations
  std::vector<std::string> joins;
  std::map<std::string, int> steps;
  std::map<std::string, int> join_counts;
  bool parallel = false;
  double nested_outer_rows = 0;  // the most of a nested loop
};

Facts facts_of(const Outline& outline) {
  Facts facts;
  for (std::size_t i = 0; i < outline.nodes.size(); ++i) {
    const OutlineNode& node = outline.nodes[i];
    facts.parallel = facts.parallel || node.parallel || node.type == "Gather" || node.type == "Gather Merge";
    if (is_step(node.type)) ++facts.steps[node.type];
    if (is_join(node.type)) {
      facts.joins.push_back(node.type);
      ++facts.join_counts[node.type];
      if (node.type == "Nested Loop" && i + 1 < outline.nodes.size()) {
        facts.nested_outer_rows = std::max(facts.nested_outer_rows, outline.nodes[i + 1].rows);
      }
    }
    if (!is_scan(node)) continue;
    Scan scan{node.type, node.index, node.rows};
    for (std::size_t below = i + 1; below < outline.nodes.size() && outline.nodes[below].depth > node.depth; ++below) {
      const OutlineNode& part = outline.nodes[below];
      if (part.index.empty() || !part.relation.empty()) continue;
      scan.indexes += (scan.indexes.empty() ? "" : ", ") + part.index;
    }
    facts.order.push_back(node.relation);
    facts.scans[node.relation].push_back(std::move(scan));
  }
  return facts;
}

std::set<std::string> indexes_of(const std::vector<Scan>& scans) {
  std::set<std::string> indexes;
  for (const Scan& scan : scans) {
    if (!scan.indexes.empty()) indexes.insert(scan.indexes);
  }
  return indexes;
}

std::string types_of(const std::vector<Scan>& scans) {
  std::set<std::string> types;
  for (const Scan& scan : scans) types.insert(scan.indexes.empty() ? scan.type : scan.type + " using " + scan.indexes);
  std::string text;
  for (const std::string& type : types) text += (text.empty() ? "" : ", ") + type;
  return text;
}

std::size_t whole_scans(const std::vector<Scan>& scans) {
  return static_cast<std::size_t>(
      std::count_if(scans.begin(), scans.end(), [](const Scan& scan) { return is_whole_scan(scan.type); }));
}

std::string joined_text(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

class Comparison {
 public:
  Comparison(const Outline& before, const Outline& after) : before_(facts_of(before)), after_(facts_of(after)) {}

  std::vector<Difference> run(bool same) {
    if (!same) {
      compare_scans();
      compare_joins();
      compare_parallel();
      compare_steps();
    }
    compare_estimates();
    if (!same && found_.empty()) add("shape", "the plan's nodes or conditions differ");
    return std::move(found_);
  }

 private:
  void add(std::string_view code, std::string text) { found_.push_back({code, std::move(text)}); }

  void compare_scans() {
    for (const auto& [relation, scans] : before_.scans) {
      const auto now = after_.scans.find(relation);
      if (now == after_.scans.end()) {
        add("relation_gone", relation + " is no longer read");
        continue;
      }
      const std::string was = types_of(scans);
      const std::string is = types_of(now->second);
      if (was == is) continue;
      add("scan_changed", joined_text({"scan of ", relation, " changed from ", was, " to ", is}));
      const auto used = indexes_of(now->second);
      for (const std::string& index : indexes_of(scans)) {
        if (used.count(index) == 0)
          add("index_lost", joined_text({"index ", index, " of ", relation, " is no longer used"}));
      }
    }
    for (const auto& [relation, scans] : after_.scans) {
      if (before_.scans.count(relation) == 0) add("relation_appeared", relation + " is now read");
    }
  }

  void compare_joins() {
    if (before_.join_counts != after_.join_counts) {
      add("join_method", "joins changed from " + (before_.joins.empty() ? "none" : joined(before_.joins)) + " to " +
                             (after_.joins.empty() ? "none" : joined(after_.joins)));
    }
    auto was = before_.order;
    auto is = after_.order;
    std::sort(was.begin(), was.end());
    std::sort(is.begin(), is.end());
    if (was == is && before_.order != after_.order) {
      add("join_order", "join order changed from " + joined(before_.order) + " to " + joined(after_.order));
    }
  }

  void compare_parallel() {
    if (before_.parallel && !after_.parallel) add("parallel_lost", "no longer runs in parallel");
    if (!before_.parallel && after_.parallel) add("parallel_gained", "now runs in parallel");
  }

  void compare_steps() {
    for (const auto& [type, count] : after_.steps) {
      if (count > before_.steps[type]) add("step_appeared", type + " appeared");
    }
    for (const auto& [type, count] : before_.steps) {
      if (count > after_.steps[type]) add("step_gone", type + " is gone");
    }
  }

  void compare_estimates() {
    for (const auto& [relation, scans] : before_.scans) {
      const auto now = after_.scans.find(relation);
      if (now == after_.scans.end() || scans.size() != 1 || now->second.size() != 1) continue;
      const double was = std::max(scans.front().rows, 1.0);
      const double is = std::max(now->second.front().rows, 1.0);
      if (std::max(was / is, is / was) < kMovedTimes) continue;
      add("estimate_moved", "estimate of " + relation + " moved from " + number_text(scans.front().rows) + " to " +
                                number_text(now->second.front().rows) + " rows");
    }
  }

  Facts before_;
  Facts after_;
  std::vector<Difference> found_;
};

}  // namespace

Outline outline_of(const planread::Plan& plan, std::span<const Hash128> subtrees) {
  Outline outline;
  const auto nodes = plan.nodes();
  const std::size_t count = std::min({nodes.size(), subtrees.size(), Outline::kMaxNodes});
  outline.nodes.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const planread::Node& node = nodes[i];
    OutlineNode& kept = outline.nodes.emplace_back();
    kept.depth = node.depth;
    kept.edge = node.edge;
    kept.type = plan.text(node, PlanKey::NodeType);
    kept.join_type = plan.text(node, PlanKey::JoinType);
    kept.relation = plan.text(node, PlanKey::RelationName);
    if (kept.relation.empty()) kept.relation = plan.text(node, PlanKey::FunctionName);
    if (kept.relation.empty()) kept.relation = plan.text(node, PlanKey::CteName);
    kept.index = plan.text(node, PlanKey::IndexName);
    kept.rows = plan.number(node, PlanKey::PlanRows).value_or(0);
    kept.parallel = plan.has(node, PlanKey::ParallelAware);
    kept.subtree = subtrees[i];
  }
  return outline;
}

std::string format_outline(const Outline& outline) {
  std::string out;
  for (const OutlineNode& node : outline.nodes) {
    if (!out.empty()) out += '\n';
    out += number_text(node.depth) + '\t' + number_text(static_cast<unsigned>(node.edge)) + '\t';
    out += node.parallel ? "p\t" : "\t";
    for (const std::string* field : {&node.type, &node.join_type, &node.relation, &node.index}) {
      append_field(out, *field);
      out += '\t';
    }
    out += number_text(node.rows) + '\t' + hex16(node.subtree.high) + '\t' + hex16(node.subtree.low);
  }
  return out;
}

std::optional<Outline> parse_outline(std::string_view text) {
  Outline outline;
  if (text.empty()) return outline;
  for (const std::string_view line : split(text, '\n')) {
    if (outline.nodes.size() == Outline::kMaxNodes || !read_node(line, outline.nodes.emplace_back())) {
      return std::nullopt;
    }
  }
  return outline;
}

std::span<const std::string_view> difference_codes() {
  return kCodes;
}

std::vector<Difference> differences(const Outline& before, const Outline& after) {
  const bool same =
      !before.nodes.empty() && !after.nodes.empty() && before.nodes.front().subtree == after.nodes.front().subtree;
  return Comparison(before, after).run(same);
}

bool has_worse_class(const Outline& before, const Outline& after) {
  Facts was = facts_of(before);
  Facts is = facts_of(after);
  for (const auto& [relation, scans] : was.scans) {
    const auto now = is.scans.find(relation);
    if (now != is.scans.end() && whole_scans(now->second) > whole_scans(scans)) return true;
  }
  const int hashed = was.join_counts["Hash Join"] + was.join_counts["Merge Join"];
  const int still_hashed = is.join_counts["Hash Join"] + is.join_counts["Merge Join"];
  return still_hashed < hashed && is.join_counts["Nested Loop"] > was.join_counts["Nested Loop"] &&
         is.nested_outer_rows > was.nested_outer_rows;
}

}  // namespace dbi::plan
