// SPDX-License-Identifier: Apache-2.0
#include "extract/plan_facts.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace dbi::extract {

namespace {

using planread::GroupKind;
using planread::Node;
using planread::PlanKey;

// A difference of numbers with three digits has more of them than it says.
double to_nanoseconds(double ms) {
  constexpr double kNanoseconds = 1e6;
  return std::round(ms * kNanoseconds) / kNanoseconds;
}

/// Writes the members of one plan.
class FactWriter {
 public:
  FactWriter(const plan::Analysis& analysis, Members& out)
      : analysis_(analysis), plan_(analysis.plan()), root_(plan_.nodes().front()), out_(out) {}

  void write(std::size_t busiest) {
    write_names();
    write_root();
    write_statement();
    write_sums();
    write_flags();
    write_objects();
    if (busiest > 0) write_busiest(busiest);
    write_findings();
  }

 private:
  void write_names() {
    const plan::Fingerprint& fingerprint = analysis_.fingerprint();
    out_.text("plan_hash", fingerprint.plan_hash());
    out_.text("plan_shape", fingerprint.plan_shape());
    out_.text("plan_gist", analysis_.gist());
    out_.text("plan_operation", plan_.text(root_, PlanKey::NodeType));
    std::uint32_t depth = 0;
    for (const Node& node : plan_.nodes()) depth = std::max(depth, node.depth);
    out_.number("plan_node_count", static_cast<double>(plan_.nodes().size()));
    out_.number("plan_depth", depth);
  }

  void write_root() {
    const auto root = [&](PlanKey key) { return plan_.number(root_, key); };
    out_.number("plan_startup_cost", root(PlanKey::StartupCost));
    out_.number("plan_cost", root(PlanKey::TotalCost));
    out_.number("plan_rows", root(PlanKey::PlanRows));
    out_.number("plan_width_bytes", root(PlanKey::PlanWidth));
    out_.number("plan_actual_rows", analysis_.accounting().nodes().front().rows);
    out_.number("plan_actual_loops", root(PlanKey::ActualLoops));
    out_.number("plan_shared_hit_blocks", root(PlanKey::SharedHitBlocks));
    out_.number("plan_shared_read_blocks", root(PlanKey::SharedReadBlocks));
    out_.number("plan_temp_read_blocks", root(PlanKey::TempReadBlocks));
    out_.number("plan_temp_written_blocks", root(PlanKey::TempWrittenBlocks));
    out_.number("plan_wal_bytes", root(PlanKey::WalBytes));
  }

  void write_statement() {
    const planread::Group* statement = plan_.group(GroupKind::Statement);
    if (statement != nullptr) out_.number("planning_ms", plan_.number(*statement, PlanKey::PlanningTime));
    const auto execution = plan::execution_ms(plan_);
    out_.number("execution_ms", execution);
    if (const planread::Group* jit = plan_.group(GroupKind::Jit)) {
      const auto jit_ms = plan_.number(*jit, PlanKey::JitTotal);
      out_.number("plan_jit_ms", jit_ms);
      if (jit_ms && execution && *execution > 0) out_.number("plan_jit_pct", *jit_ms * 100 / *execution);
    }
    double trigger_ms = 0;
    for (const planread::Group& group : plan_.groups(planread::kNoNode)) {
      if (group.kind == GroupKind::Trigger) trigger_ms += plan_.number(group, PlanKey::Time).value_or(0);
    }
    if (trigger_ms > 0) out_.number("plan_trigger_ms", trigger_ms);
  }

  // Over all nodes.
  void write_sums() {
    double removed = 0, disk_kb = 0, hash_batches = 0, planned = 0, launched = 0, times = 0;
    for (std::uint32_t place = 0; place < plan_.nodes().size(); ++place) {
      const Node& node = plan_.nodes()[place];
      const auto number = [&](PlanKey key) { return plan_.number(node, key).value_or(0); };
      const double loops = number(PlanKey::ActualLoops);
      removed += loops * (number(PlanKey::RowsRemovedByFilter) + number(PlanKey::RowsRemovedByJoinFilter) +
                          number(PlanKey::RowsRemovedByIndexRecheck));
      removed += analysis_.rows_filtered(place);
      disk_kb += plan::sort_disk_kb(plan_, place) + number(PlanKey::DiskUsage);
      hash_batches = std::max({hash_batches, number(PlanKey::HashBatches), number(PlanKey::HashAggBatches)});
      planned += number(PlanKey::WorkersPlanned);
      launched += number(PlanKey::WorkersLaunched);
      times = std::max(times, plan::misestimate(plan_, place).value_or(0));
    }
    if (removed > 0) out_.number("plan_rows_removed", removed);
    if (times > 0) out_.number("plan_misestimate", times);
    if (disk_kb > 0) out_.number("plan_disk_bytes", disk_kb * 1024);
    if (hash_batches > 1) out_.number("plan_hash_batches", hash_batches);
    if (planned > 0) out_.number("plan_workers_planned", planned);
    if (planned > 0 && plan_.has(root_, PlanKey::ActualLoops)) out_.number("plan_workers_launched", launched);
  }

  [[nodiscard]] bool has_node(std::string_view type) const {
    return std::any_of(plan_.nodes().begin(), plan_.nodes().end(),
                       [&](const Node& node) { return plan_.text(node, PlanKey::NodeType) == type; });
  }

  // MySQL's, which reads temporary tables in the same way: what fills them stands below.
  [[nodiscard]] bool scans_table() const {
    const auto nodes = plan_.nodes();
    for (std::uint32_t node = 0; node < nodes.size(); ++node) {
      if (nodes[node].end == node + 1 && plan_.text(nodes[node], PlanKey::NodeType) == "Table Scan") return true;
    }
    return false;
  }

  void write_flags() {
    out_.flag("plan_has_seq_scan", has_node("Seq Scan") || scans_table());
    out_.flag("plan_has_nested_loop", has_node("Nested Loop"));
    out_.flag("plan_has_hash_join", has_node("Hash Join"));
    out_.flag("plan_has_sort", has_node("Sort") || has_node("Incremental Sort"));
  }

  void write_objects() {
    out_.texts("plan_relations", distinct(PlanKey::RelationName));
    out_.texts("plan_indexes", distinct(PlanKey::IndexName));
  }

  [[nodiscard]] std::vector<std::string_view> distinct(PlanKey key) const {
    std::vector<std::string_view> names;
    for (const Node& node : plan_.nodes()) {
      const std::string_view name = plan_.text(node, key);
      if (name.empty() || names.size() == kMaxListed) continue;
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return names;
  }

  // By the time that they took themselves.
  void write_busiest(std::size_t count) {
    const auto figures = analysis_.accounting().nodes();
    std::vector<std::uint32_t> nodes;
    for (std::uint32_t node = 0; node < figures.size(); ++node) {
      if (figures[node].self_ms) nodes.push_back(node);
    }
    if (nodes.empty()) return;
    const auto middle = nodes.begin() + static_cast<std::ptrdiff_t>(std::min(count, nodes.size()));
    std::partial_sort(nodes.begin(), middle, nodes.end(), [&](std::uint32_t a, std::uint32_t b) {
      return figures[a].self_ms != figures[b].self_ms ? figures[a].self_ms > figures[b].self_ms : a < b;
    });
    char before = '[';
    for (auto node = nodes.begin(); node != middle; ++node) {
      out_.json().push_back(before);
      write_node(*node, figures[*node]);
      before = ',';
    }
    out_.json().push_back(']');
    out_.end("plan_nodes");
  }

  void write_node(std::uint32_t place, const plan::NodeFigures& figures) {
    const Node& node = plan_.nodes()[place];
    std::string& json = out_.json();
    json.append("{\"node\":");
    record::append_json_number(json, place + 1);
    append_text("type", plan_.text(node, PlanKey::NodeType));
    append_text("relation", plan_.text(node, PlanKey::RelationName));
    append_text("index", plan_.text(node, PlanKey::IndexName));
    append_number("self_ms", to_nanoseconds(*figures.self_ms));
    append_number("rows", figures.rows.value_or(0));
    append_number("loops", plan_.number(node, PlanKey::ActualLoops).value_or(0));
    append_positive("shared_hit_blocks", figures.self_blocks.shared_hit);
    append_positive("shared_read_blocks", figures.self_blocks.shared_read);
    append_positive("temp_read_blocks", figures.self_blocks.temp_read);
    append_positive("temp_written_blocks", figures.self_blocks.temp_written);
    json.push_back('}');
  }

  void write_findings() {
    const auto findings = analysis_.findings();
    if (findings.empty()) return;
    char before = '[';
    for (const plan::Finding& finding : findings.first(std::min(findings.size(), kMaxListed))) {
      out_.json().push_back(before);
      write_finding(finding);
      before = ',';
    }
    out_.json().push_back(']');
    out_.end("plan_findings");
    write_codes(findings);
    out_.text("plan_severity", plan::severity_word(findings.front().severity));
  }

  void write_finding(const plan::Finding& finding) {
    const plan::FindingRow& row = plan::finding_row(finding.code);
    std::string& json = out_.json();
    json.append("{\"code\":");
    record::append_json_text(json, row.word);
    append_text("severity", plan::severity_word(finding.severity));
    if (finding.node != plan::kWholePlan) {
      append_number("node", finding.node + 1);
      append_text("path", path_of(finding.node));
    }
    append_text("subject", finding.subject);
    json.append(",\"numbers\":{");
    for (std::size_t i = 0; i < finding.evidence.size(); ++i) {
      if (i > 0) json.push_back(',');
      record::append_json_text(json, finding.evidence[i].name);
      json.push_back(':');
      record::append_json_number(json, finding.evidence[i].value);
    }
    json.push_back('}');
    append_text("advice", row.advice(plan_.system()));
    json.push_back('}');
  }

  // Each once, for conditions of rules: "seq_scan_discards,sort_on_disk".
  void write_codes(std::span<const plan::Finding> findings) {
    codes_.clear();
    std::vector<plan::FindingCode> seen;
    for (const plan::Finding& finding : findings) {
      if (std::find(seen.begin(), seen.end(), finding.code) != seen.end()) continue;
      seen.push_back(finding.code);
      if (!codes_.empty()) codes_.push_back(',');
      codes_.append(plan::finding_row(finding.code).word);
    }
    out_.text("plan_finding_codes", codes_);
  }

  // "Limit > Sort > Seq Scan": at most the last eight.
  [[nodiscard]] std::string path_of(std::uint32_t place) const {
    constexpr std::size_t kMost = 8;
    std::vector<std::string_view> types;
    for (std::uint32_t node = place; node != planread::kNoNode; node = plan_.nodes()[node].parent) {
      if (types.size() == kMost) {
        types.emplace_back("...");
        break;
      }
      types.push_back(plan_.text(plan_.nodes()[node], PlanKey::NodeType));
    }
    std::string path;
    for (auto type = types.rbegin(); type != types.rend(); ++type) {
      path.append(path.empty() ? "" : " > ").append(*type);
    }
    return path;
  }

  void append_name(std::string_view name) {
    out_.json().push_back(',');
    record::append_json_text(out_.json(), name);
    out_.json().push_back(':');
  }
  void append_text(std::string_view name, std::string_view text) {
    if (text.empty()) return;
    append_name(name);
    record::append_json_text(out_.json(), text);
  }
  void append_number(std::string_view name, double number) {
    append_name(name);
    record::append_json_number(out_.json(), number);
  }
  void append_positive(std::string_view name, double number) {
    if (number > 0) append_number(name, number);
  }

  const plan::Analysis& analysis_;
  const planread::Plan& plan_;
  const Node& root_;
  Members& out_;
  std::string codes_;
};

}  // namespace

void add_plan_facts(const plan::Analysis& analysis, std::size_t busiest, Members& out) {
  FactWriter(analysis, out).write(busiest);
}

}  // namespace dbi::extract
