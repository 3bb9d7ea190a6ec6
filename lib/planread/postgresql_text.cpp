// SPDX-License-Identifier: Apache-2.0
#include "planread/postgresql_text.hpp"

#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "planread/document.hpp"
#include "planread/postgresql_text_node.hpp"
#include "planread/postgresql_text_property.hpp"
#include "planread/text_lines.hpp"

namespace dbi::planread {

namespace {

// "public.t a" of "Update on public.t a": a table that is changed beside the first; empty for any other line.
std::string_view target_of(std::string_view line) {
  for (const std::string_view verb :
       {"Foreign Update on ", "Foreign Delete on ", "Insert on ", "Update on ", "Delete on ", "Merge on "}) {
    if (line.starts_with(verb)) return line.substr(verb.size());
  }
  return {};
}

/// A node's properties stand between its line and that of the next node.
class TextReader {
 public:
  TextReader(std::string_view text, Plan& plan) : text_(text), lines_(text), plan_(plan) {}

  Status read() {
    TextLine line;
    if (!lines_.next(line)) return fail(ErrorKind::Malformed, "the plan is empty");
    root_indent_ = line.indent;
    do DBI_TRY(read_line(line));
    while (lines_.next(line));
    if (!in_statement_) end_node();
    end_statement();
    plan_.finish();
    return {};
  }

 private:
  struct Open {
    std::uint32_t node;
    std::size_t column;  // of its arrow
  };

  Status read_line(const TextLine& line) {
    // Behind a label the arrow stands further right than those of the node's other children.
    if (line.kind == LineKind::Node) return read_node(line, label_.empty() ? line.indent : label_column_);
    if (line.indent <= root_indent_) {
      read_statement_line(line);
    } else if (in_statement_) {
      read_statement_detail(line);
    } else if (line.kind == LineKind::Label) {
      label_ = line.text;
      label_column_ = line.indent;
    } else {
      read_node_detail(line);
    }
    return {};
  }

  Status read_node(const TextLine& line, std::size_t column) {
    if (plan_.nodes().size() >= Plan::kMaxNodes) return fail(ErrorKind::Unsupported, "more nodes than a plan has");
    if (in_statement_) return fail(ErrorKind::Malformed, line_of(text_, line.begin) + ": a node behind the plan's end");
    end_node();
    while (!open_.empty() && open_.back().column >= column) open_.pop_back();
    if (open_.empty() && !plan_.nodes().empty()) {
      return fail(ErrorKind::Malformed, line_of(text_, line.begin) + ": a second root");
    }
    if (open_.empty() && !is_node_line(line.text) && node_numbers_begin(line.text) == line.text.size()) {
      return fail(ErrorKind::Malformed, line_of(text_, line.begin) + ": expected the line of a plan's node");
    }
    const std::uint32_t node = plan_.add_node(open_.empty() ? kNoNode : open_.back().node, std::exchange(label_, {}));
    read_node_line(line.text, plan_);
    open_.push_back({node, column});
    detail_indent_ = 0;
    skipped_indent_ = 0;
    return {};
  }

  // What is a group of its own waits until the node's own properties, which stand together, are read.
  void read_node_detail(const TextLine& line) {
    if (detail_indent_ == 0) detail_indent_ = line.indent;
    // What JIT cost in all processes stands behind the plan.
    if (skipped_indent_ != 0 && line.indent > skipped_indent_) return;
    const bool jit = line.label == "JIT" || line.label.starts_with("JIT for worker ");
    skipped_indent_ = jit ? line.indent : 0;
    if (jit) return;
    if (line.indent <= detail_indent_) in_worker_ = line.label.starts_with("Worker ");
    const bool sort = line.label == "Full-sort Groups" || line.label == "Pre-sorted Groups";
    if (in_worker_ || sort || !target_of(line.text).empty()) {
      waiting_.push_back(line);
    } else {
      read_property(line, open_.back().node);
    }
  }

  void end_node() {
    if (open_.empty()) return;
    const std::uint32_t node = open_.back().node;
    for (const TextLine& line : waiting_) {
      if (const std::string_view target = target_of(line.text); !target.empty()) {
        plan_.begin_group(GroupKind::TargetTable, node);
        read_target(target, PlanKey::RelationName, plan_);
      } else if (line.label.starts_with("Worker ")) {
        read_worker(line, node);
      } else {
        read_property(line, node);
      }
    }
    waiting_.clear();
    in_worker_ = false;
  }

  // "Worker 0:  actual time=0.1..0.2 rows=3 loops=1", or with a property at once.
  void read_worker(const TextLine& line, std::uint32_t node) {
    plan_.begin_group(GroupKind::Worker, node);
    read_property_line("Worker Number", line.label.substr(7), node, plan_);
    std::string_view rest = line.value;
    if (rest.starts_with("actual")) {
      rest.remove_prefix(6);
      read_actual(rest, plan_);
    } else if (const std::size_t colon = rest.find(':'); colon != std::string_view::npos) {
      read_property_line(rest.substr(0, colon), trim(rest.substr(colon + 1)), node, plan_);
    }
  }

  void read_property(const TextLine& line, std::uint32_t node) {
    if (line.kind == LineKind::Property) {
      read_property_line(line.label, line.value, node, plan_);
    } else {
      plan_.add_unknown(line.text);
    }
  }

  // Lines in the root's column: what follows the plan.
  void read_statement_line(const TextLine& line) {
    if (!in_statement_) end_node();
    in_statement_ = true;
    if (line.label.starts_with("Trigger ")) return read_trigger_line(line.text.substr(8), plan_);
    if (line.label == "Planning") return plan_.begin_group(GroupKind::Planning, kNoNode);
    if (line.label == "JIT") return plan_.begin_group(GroupKind::Jit, kNoNode);
    if (line.label == "Settings") return;
    if (line.label != "Serialization") return waiting_.push_back(line);
    plan_.begin_group(GroupKind::Serialization, kNoNode);
    const std::size_t format = line.value.find("format=");
    if (format != std::string_view::npos) plan_.add_text(PlanKey::Format, line.value.substr(format + 7));
    read_property(line, kNoNode);
  }

  void read_statement_detail(const TextLine& line) {
    if (line.label == "Timing") return read_jit_timing(line.value, plan_);
    if (line.label != "Options") read_property(line, kNoNode);
  }

  void end_statement() {
    plan_.begin_group(GroupKind::Statement, kNoNode);
    for (const TextLine& line : waiting_) read_property(line, kNoNode);
  }

  std::string_view text_;
  TextLines lines_;
  Plan& plan_;
  std::size_t root_indent_ = 0;
  std::vector<Open> open_;  // the node that was read last and those above it
  std::string_view label_;  // of the subplan whose node comes next
  std::size_t label_column_ = 0;
  std::size_t detail_indent_ = 0;   // of the properties of the last node; 0 before the first
  std::size_t skipped_indent_ = 0;  // lines that are indented further than this are not read; 0 for none
  bool in_worker_ = false;          // lines that are indented further than the node's own belong to one
  std::vector<TextLine> waiting_;   // groups of the last node, or properties of the statement
  bool in_statement_ = false;
};

}  // namespace

Status read_postgresql_text(std::string_view text, Plan& plan) {
  plan.clear(text.size());
  return TextReader(text, plan).read();
}

}  // namespace dbi::planread
