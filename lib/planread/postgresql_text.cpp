// SPDX-License-Identifier: Apache-2.0
#include "planread/postgresql_text.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "planread/document.hpp"
#include "planread/postgresql_text_node.hpp"
#include "planread/postgresql_text_property.hpp"

namespace dbi::planread {

namespace {

constexpr std::string_view kArrow = "->  ";

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

/// Goes through the lines; a node's properties stand between its line and the one of the next node.
class TextReader {
 public:
  TextReader(std::string_view text, Plan& plan) : text_(text), plan_(plan) {}

  Status read() {
    if (!next_line()) return fail(ErrorKind::Malformed, "the plan is empty");
    root_indent_ = indent_of(line_);
    DBI_TRY(read_node(trimmed(), root_indent_));
    while (next_line()) DBI_TRY(read_line());
    if (!in_statement_) end_node();
    end_statement();
    plan_.finish();
    return {};
  }

 private:
  /// What the lines that are indented further than a node's own belong to.
  enum class Inside : std::uint8_t { Node, Worker, WorkerJit };
  struct Open {
    std::uint32_t node;
    std::size_t column;  // of its arrow
  };

  bool next_line() {
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      line_ = text_.substr(at_, end - at_);
      line_begin_ = at_;
      at_ = end + 1;
      if (line_.ends_with('\r')) line_.remove_suffix(1);
      if (indent_of(line_) < line_.size()) return true;
    }
    return false;
  }

  [[nodiscard]] std::string_view trimmed() const { return trim(line_); }

  // The next line that is not empty, without taking it.
  [[nodiscard]] std::string_view peek() const {
    for (std::size_t at = at_; at < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', at), text_.size());
      const std::string_view line = trim(text_.substr(at, end - at));
      if (!line.empty()) return line;
      at = end + 1;
    }
    return {};
  }

  Status read_line() {
    const std::size_t indent = indent_of(line_);
    const std::string_view line = trimmed();
    // Behind a label the arrow stands further right than those of the node's other children.
    if (line.starts_with(kArrow)) return read_node(line.substr(kArrow.size()), label_.empty() ? indent : label_column_);
    if (indent <= root_indent_) return read_statement_line(line), Status();
    if (in_statement_) return read_statement_detail(line), Status();
    if (is_label(line)) {
      label_ = line;
      label_column_ = indent;
      return {};
    }
    read_node_detail(line, indent);
    return {};
  }

  // A name of a subplan is whatever the user wrote, so only what follows tells.
  [[nodiscard]] bool is_label(std::string_view line) const {
    const bool named = line.starts_with("InitPlan ") || line.starts_with("SubPlan ") || line.starts_with("CTE ");
    return named && peek().starts_with(kArrow);
  }

  Status read_node(std::string_view line, std::size_t column) {
    if (plan_.nodes().size() >= Plan::kMaxNodes) return fail(ErrorKind::Unsupported, "more nodes than a plan has");
    end_node();
    while (!open_.empty() && open_.back().column >= column) open_.pop_back();
    if (open_.empty() && !plan_.nodes().empty()) {
      return fail(ErrorKind::Malformed, line_of(text_, line_begin_) + ": a second root");
    }
    if (open_.empty() && !is_node_line(line) && node_numbers_begin(line) == line.size()) {
      return fail(ErrorKind::Malformed, line_of(text_, line_begin_) + ": expected the line of a plan's node");
    }
    const std::uint32_t node = plan_.add_node(open_.empty() ? kNoNode : open_.back().node, label_);
    label_ = {};
    read_node_line(line, plan_);
    open_.push_back({node, column});
    detail_indent_ = 0;
    return {};
  }

  // What is a group of its own waits until the node's own properties, which stand together, are read.
  void read_node_detail(std::string_view line, std::size_t indent) {
    if (detail_indent_ == 0) detail_indent_ = indent;
    if (indent <= detail_indent_) inside_ = Inside::Node;
    if (line.starts_with("Worker ")) inside_ = Inside::Worker;
    if (line.starts_with("JIT for worker ")) inside_ = Inside::WorkerJit;
    if (inside_ == Inside::WorkerJit) return;  // what all workers did is in the statement's
    if (inside_ == Inside::Worker || is_group(line)) {
      waiting_.push_back(line);
    } else {
      read_property(line, open_.back().node);
    }
  }

  static bool is_group(std::string_view line) {
    return line.starts_with("Full-sort Groups: ") || line.starts_with("Pre-sorted Groups: ") ||
           !target_of(line).empty();
  }

  // "public.t a" of "Update on public.t a".
  static std::string_view target_of(std::string_view line) {
    for (const std::string_view verb :
         {"Foreign Update on ", "Foreign Delete on ", "Insert on ", "Update on ", "Delete on ", "Merge on "}) {
      if (line.starts_with(verb)) return line.substr(verb.size());
    }
    return {};
  }

  void end_node() {
    if (open_.empty()) return;
    const std::uint32_t node = open_.back().node;
    for (const std::string_view line : waiting_) {
      if (const std::string_view target = target_of(line); !target.empty()) {
        plan_.begin_group(GroupKind::TargetTable, node);
        read_target(target, PlanKey::RelationName, plan_);
      } else if (line.starts_with("Worker ")) {
        read_worker(line, node);
      } else {
        read_property(line, node);
      }
    }
    waiting_.clear();
    inside_ = Inside::Node;
  }

  // "Worker 0:  actual time=0.1..0.2 rows=3 loops=1", or with a property at once.
  void read_worker(std::string_view line, std::uint32_t node) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    std::string_view rest = trim(line.substr(std::min(colon + 1, line.size())));
    plan_.begin_group(GroupKind::Worker, node);
    read_property_line("Worker Number", line.substr(7, colon - 7), node, plan_);
    if (rest.starts_with("actual")) {
      rest.remove_prefix(6);
      read_actual(rest, plan_);
    } else if (!rest.empty()) {
      read_property(rest, node);
    }
  }

  void read_property(std::string_view line, std::uint32_t node) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return plan_.add_unknown(line);
    const std::string_view label = line.substr(0, colon);
    std::string_view value = trim(line.substr(colon + 1));
    const PlanKeyRow* row = find_plan_key(label);
    const bool expression =
        row != nullptr && (row->key_class == KeyClass::Condition || row->key_class == KeyClass::Masked);
    if (expression) value = with_continuation(value);
    read_property_line(label, value, node, plan_);
  }

  // A literal with line ends goes on until its quotation mark: as long as the text itself, so in one view.
  std::string_view with_continuation(std::string_view value) {
    const char* const begin = value.data();
    while (ends_within_quotes(value) && at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      value = std::string_view(begin, static_cast<std::size_t>(text_.data() + end - begin));
      at_ = end + 1;
    }
    return value;
  }

  // Lines in the root's column: what follows the plan.
  void read_statement_line(std::string_view line) {
    if (!in_statement_) end_node();
    in_statement_ = true;
    if (line.starts_with("Trigger ")) return read_trigger_line(line.substr(8), plan_);
    if (line == "Planning:") return plan_.begin_group(GroupKind::Planning, kNoNode);
    if (line == "JIT:") return plan_.begin_group(GroupKind::Jit, kNoNode);
    if (line.starts_with("Settings:")) return;
    if (!line.starts_with("Serialization:")) return waiting_.push_back(line);
    plan_.begin_group(GroupKind::Serialization, kNoNode);
    const std::size_t format = line.find("format=");
    if (format != std::string_view::npos) plan_.add_text(PlanKey::Format, line.substr(format + 7));
    read_property(line, kNoNode);
  }

  void end_statement() {
    plan_.begin_group(GroupKind::Statement, kNoNode);
    for (const std::string_view line : waiting_) read_property(line, kNoNode);
  }

  void read_statement_detail(std::string_view line) {
    if (line.starts_with("Timing: ")) return read_jit_timing(line.substr(8), plan_);
    if (line.starts_with("Options: ")) return;
    read_property(line, kNoNode);
  }

  std::string_view text_;
  Plan& plan_;
  std::size_t at_ = 0;
  std::string_view line_;
  std::size_t line_begin_ = 0;
  std::size_t root_indent_ = 0;
  std::vector<Open> open_;  // the node that was read last and those above it
  std::string_view label_;  // of the subplan whose node comes next
  std::size_t label_column_ = 0;
  std::size_t detail_indent_ = 0;  // of the properties of the last node; 0 before the first
  Inside inside_ = Inside::Node;
  std::vector<std::string_view> waiting_;  // groups of the last node, or properties of the statement
  bool in_statement_ = false;
};

}  // namespace

Status read_postgresql_text(std::string_view text, Plan& plan) {
  plan.clear(text.size());
  return TextReader(text, plan).read();
}

}  // namespace dbi::planread
