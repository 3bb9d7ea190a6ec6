// SPDX-License-Identifier: Apache-2.0
#include "planview/tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "planview/flame.hpp"
#include "planview/node_words.hpp"
#include "planview/severity.hpp"
#include "planview/statement_words.hpp"
#include "planview/tree_columns.hpp"
#include "planview/tree_guides.hpp"
#include "terminal/display_width.hpp"
#include "terminal/figures.hpp"
#include "terminal/ink.hpp"
#include "terminal/wrap.hpp"

namespace dbi::planview {

namespace {

using planread::PlanKey;
using terminal::display_width;
using terminal::Ink;
using terminal::Style;
using terminal::wrap;

// Of a condition or statement; an IN list may have thousands.
constexpr std::size_t kTextLines = 3;
constexpr std::size_t kFindings = 100;

std::string labelled(const planread::Node& node, std::string_view text) {
  return node.label.empty() ? std::string(text) : fmt::format("{}: {}", node.label, text);
}

class Drawing {
 public:
  Drawing(const plan::Analysis& analysis, const Heading& heading, const TreeLook& look, std::string& out)
      : analysis_(analysis),
        plan_(analysis.plan()),
        heading_(heading),
        look_(look),
        ink_(out, look.color),
        flame_(flame_of(analysis)),
        nodes_(std::min(plan_.nodes().size(), kMaxTreeNodes)),
        columns_(analysis, flame_, look, nodes_),
        // A name keeps three quarters of what the columns leave.
        guides_(plan_, std::max<std::size_t>(room() / 8, 2), look.unicode) {}

  void draw() {
    head();
    columns_.write_heads(ink_);
    ink_.line(Style::Dim, "NODE");
    for (std::uint32_t node = 0; node < nodes_; ++node) draw_node(node);
    if (nodes_ < plan_.nodes().size()) {
      ink_.line(Style::Dim, fmt::format("  and {} more nodes", plan_.nodes().size() - nodes_));
    }
    findings();
  }

 private:
  using Part = std::pair<Style, std::string>;

  [[nodiscard]] std::size_t room() const { return look_.width - std::min(look_.width, columns_.margin()); }
  [[nodiscard]] std::vector<Part> statement_parts() const;
  void head();
  void parts(const std::vector<Part>& parts);
  void draw_node(std::uint32_t node);
  void draw_name(std::uint32_t node);
  void draw_details(std::uint32_t node);
  void draw_marks(std::uint32_t node);
  void below(std::uint32_t node, Style style, std::string_view text, std::size_t most);
  void findings();
  void draw_finding(std::size_t number, const plan::Finding& finding);
  void paragraph(Style style, std::string_view text, std::size_t indent, std::size_t most);

  const plan::Analysis& analysis_;
  const planread::Plan& plan_;
  const Heading& heading_;
  const TreeLook& look_;
  Ink ink_;
  const Flame flame_;
  const std::size_t nodes_;  // that are drawn
  const TreeColumns columns_;
  const TreeGuides guides_;
};

void Drawing::paragraph(Style style, std::string_view text, std::size_t indent, std::size_t most) {
  for (const std::string& line : wrap(text, look_.width - indent, most)) {
    ink_.blanks(indent);
    ink_.line(style, line);
  }
}

// One behind the other, as many on a line as fit.
void Drawing::parts(const std::vector<Part>& parts) {
  std::size_t used = 0;
  for (const auto& [style, words] : parts) {
    const std::vector<std::string> lines = wrap(look_.plain(words), look_.width, 1);
    if (lines.empty()) continue;
    const std::size_t width = display_width(lines.front());
    if (used > 0 && used + 2 + width > look_.width) {
      ink_.end_line();
      used = 0;
    }
    ink_.blanks(used > 0 ? 2 : 0);
    ink_.text(style, lines.front());
    used += (used > 0 ? 2 : 0) + width;
  }
  ink_.end_line();
}

std::vector<Drawing::Part> Drawing::statement_parts() const {
  std::vector<Part> parts;
  if (const auto time = execution_ms(analysis_, heading_)) {
    parts.emplace_back(Style::Bold, terminal::show_ms(*time));
  } else {
    parts.emplace_back(Style::Plain, has_run(plan_) ? "without timing" : "estimates only");
  }
  for (const Detail& figure : statement_figures(analysis_)) {
    if (figure.label == "Planning Time") parts.emplace_back(Style::Plain, "planning " + figure.text);
    if (figure.label == "Workers" || figure.label == "JIT" || figure.label == "Trigger" ||
        figure.label == "Serialization") {
      parts.emplace_back(Style::Plain, lower_case(figure.label) + " " + figure.text);
    }
  }
  if (const auto cost = plan_.number(plan_.nodes().front(), PlanKey::TotalCost)) {
    parts.emplace_back(Style::Plain, "cost " + terminal::show_count(*cost));
  }
  const std::size_t nodes = plan_.nodes().size();
  parts.emplace_back(Style::Plain, fmt::format("{} node{}", nodes, nodes == 1 ? "" : "s"));
  parts.emplace_back(Style::Dim, heading_.system);
  parts.emplace_back(Style::Dim, heading_.database);
  parts.emplace_back(Style::Dim, heading_.source);
  parts.emplace_back(Style::Dim, short_hash(analysis_));
  return parts;
}

void Drawing::head() {
  const std::string query = statement(analysis_, heading_);
  if (heading_.title.empty()) {
    paragraph(Style::Bold, query, 0, kTextLines);
    parts(statement_parts());
  } else {
    paragraph(Style::Bold, heading_.title, 0, 1);
    parts(statement_parts());
    paragraph(Style::Dim, query, 2, kTextLines);
  }
  ink_.end_line();
}

// Lines below a node, behind its guides; what follows the first hangs. Nothing where no word has room.
void Drawing::below(std::uint32_t node, Style style, std::string_view text, std::size_t most) {
  constexpr std::size_t kHang = 2;
  constexpr std::size_t kWord = 5;
  const std::string lead = guides_.below(node);
  const std::size_t taken = display_width(lead) + kHang;
  if (room() < taken + kWord) return;
  bool first = true;
  for (const std::string& line : wrap(text, room() - taken, most)) {
    ink_.blanks(columns_.margin());
    ink_.text(Style::Dim, lead);
    ink_.blanks(std::exchange(first, false) ? 0 : kHang);
    ink_.line(style, line);
  }
}

// What it does, and to what, if that fits behind it, else below.
void Drawing::draw_name(std::uint32_t node) {
  const planread::Node& at = plan_.nodes()[node];
  const std::string lead = guides_.to(node);
  ink_.text(Style::Dim, lead);
  const std::size_t width = room() - std::min(room(), display_width(lead));
  const bool never = plan_.number(at, PlanKey::ActualLoops).value_or(1) == 0;
  const Style style = never ? Style::Dim : Style::Bold;
  const std::string what = labelled(at, operation(plan_, at));
  const std::string to = terminal::one_line(object(plan_, at));
  if (display_width(what) + 1 + display_width(to) <= width) {
    ink_.text(style, terminal::one_line(what));
    ink_.line(Style::Plain, to.empty() ? to : " " + to);
    return;
  }
  const std::vector<std::string> lines = wrap(what, width, 1);
  ink_.line(style, lines.front());
  if (display_width(what) > width) below(node, style, what, kTextLines);
  below(node, Style::Plain, to, kTextLines);
}

void Drawing::draw_details(std::uint32_t node) {
  std::string measured;
  for (const Detail& detail : measures(plan_, node, analysis_.accounting().nodes()[node])) {
    measured += fmt::format("{}{} {}", measured.empty() ? "" : ", ", detail.label, detail.text);
  }
  below(node, Style::Plain, measured, kTextLines);
  for (const Detail& detail : conditions(plan_, plan_.nodes()[node], heading_.keep_literals, false)) {
    below(node, Style::Dim, fmt::format("{}: {}", detail.label, detail.text), kTextLines);
  }
}

// The numbers of its findings.
void Drawing::draw_marks(std::uint32_t node) {
  const auto all = analysis_.findings();
  for (std::size_t i = 0; i < std::min(all.size(), kFindings); ++i) {
    if (all[i].node != node) continue;
    below(node, severity_style(all[i].severity),
          fmt::format("{} [{}] {}", trim(severity_mark(all[i].severity)), i + 1, plan::finding_row(all[i].code).word),
          1);
  }
}

void Drawing::draw_node(std::uint32_t node) {
  columns_.write(node, ink_);
  draw_name(node);
  draw_details(node);
  draw_marks(node);
}

void Drawing::draw_finding(std::size_t number, const plan::Finding& finding) {
  const plan::FindingRow& row = plan::finding_row(finding.code);
  std::string head = fmt::format("{} [{}] {}", severity_mark(finding.severity), number, row.word);
  if (finding.node != plan::kWholePlan) head += ": " + name(plan_, plan_.nodes()[finding.node]);
  paragraph(severity_style(finding.severity), head, 0, 1);
  constexpr std::size_t kIndent = 7;
  constexpr std::size_t kLines = 6;
  const std::string evidence = show_evidence(finding);
  paragraph(Style::Plain, evidence.empty() ? std::string(row.meaning) : fmt::format("{} ({})", row.meaning, evidence),
            kIndent, kLines);
  const std::string_view advice = row.advice(plan_.system());
  paragraph(Style::Cyan, finding.subject.empty() ? std::string(advice) : fmt::format("{}: {}", finding.subject, advice),
            kIndent, kLines);
}

void Drawing::findings() {
  const auto all = analysis_.findings();
  ink_.end_line();
  if (all.empty()) {
    return paragraph(Style::Dim, no_findings(plan_), 0, kTextLines);
  }
  ink_.line(Style::Bold, fmt::format("FINDINGS  {}", all.size()));
  for (std::size_t i = 0; i < std::min(all.size(), kFindings); ++i) draw_finding(i + 1, all[i]);
  if (all.size() > kFindings) ink_.line(Style::Dim, fmt::format("  and {} more", all.size() - kFindings));
}

}  // namespace

std::string TreeLook::plain(std::string figure) const {
  constexpr std::string_view kMicro = "µ";
  if (unicode) return figure;
  for (std::size_t at = figure.find(kMicro); at != std::string::npos; at = figure.find(kMicro, at)) {
    figure.replace(at, kMicro.size(), "u");
  }
  return figure;
}

void write_tree(const plan::Analysis& analysis, const Heading& heading, const TreeLook& look, std::string& out) {
  TreeLook wide_enough = look;
  wide_enough.width = std::max(look.width, kMinTreeWidth);
  Drawing(analysis, heading, wide_enough, out).draw();
}

void TreeView::show(const plan::Analysis& analysis, const Heading& heading, std::string& out) {
  if (std::exchange(shown_, true)) out.push_back('\n');
  write_tree(analysis, heading, look_, out);
}

}  // namespace dbi::planview
