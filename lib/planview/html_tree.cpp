// SPDX-License-Identifier: Apache-2.0
#include "planview/html_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/text.hpp"
#include "planview/markup.hpp"
#include "planview/node_words.hpp"
#include "terminal/figures.hpp"

namespace dbi::planview {

namespace {

using planread::PlanKey;

class HtmlTree {
 public:
  HtmlTree(const plan::Analysis& analysis, const Flame& flame, const HtmlTreeLook& look, std::string& out)
      : analysis_(analysis), plan_(analysis.plan()), flame_(flame), look_(look), out_(out) {}

  void write() {
    heads();
    out_.append("<ul class=\"tree\">\n");
    for (std::uint32_t node = 0; node < look_.nodes; ++node) {
      while (!open_.empty() && plan_.nodes()[open_.back()].end <= node) close_list();
      write_node(node);
      if (plan_.nodes()[node].end > node + 1 && node + 1 < look_.nodes && open_.size() < kHtmlLevels) {
        out_.append("<ul>\n");
        open_.push_back(node);
      } else {
        out_.append("</details></li>\n");
      }
    }
    while (!open_.empty()) close_list();
    out_.append("</ul>\n");
  }

 private:
  void heads() {
    out_.append("<div class=\"heads\" aria-hidden=\"true\"><span>Node</span><span></span>");
    out_.append(flame_.measure == Measure::Cost ? "<span>Own cost</span>" : "<span>Self</span>");
    out_.append("<span>%</span><span>Expected</span><span>Rows</span><span>Off</span></div>\n");
  }

  void close_list() {
    out_.append("</ul></details></li>\n");
    open_.pop_back();
  }

  void write_node(std::uint32_t node) {
    fmt::format_to(std::back_inserter(out_), "<li id=\"{}{}\"><details open=\"\"><summary class=\"node\">",
                   look_.node_id, node + 1);
    write_name(node);
    write_figures(node);
    out_.append("</summary>\n<div class=\"more\">\n");
    write_marks(node);
    write_details(node);
    out_.append("</div>\n");
  }

  void write_name(std::uint32_t node) {
    const planread::Node& at = plan_.nodes()[node];
    const bool never = plan_.number(at, PlanKey::ActualLoops).value_or(1) == 0;
    out_.append(never ? "<span class=\"what never\">" : "<span class=\"what\">");
    if (at.depth > kHtmlLevels) fmt::format_to(std::back_inserter(out_), "level {}: ", at.depth);
    if (!at.label.empty()) append_escaped(std::string(at.label) + ": ", out_);
    out_.append("<b>");
    append_escaped(operation(plan_, at), out_);
    out_.append("</b> ");
    append_escaped(object(plan_, at), out_);
    out_.append(never ? " (never executed)</span>" : "</span>");
  }

  // A label for those who do not see the heads.
  void write_figure(std::string_view label, std::string_view figure, std::string_view more = {}) {
    out_.append("<span class=\"figure").append(more).append("\">");
    if (!figure.empty()) {
      out_.append("<span class=\"label\">").append(label).append(" </span>");
      append_escaped(figure, out_);
    }
    out_.append("</span>");
  }

  void write_figures(std::uint32_t node) {
    const double self = flame_.frames[node].self;
    fmt::format_to(std::back_inserter(out_), "<span class=\"bar\"><i style=\"width:{}%\"></i></span>",
                   fixed(self * 100));
    const bool cost = flame_.measure == Measure::Cost;
    const double worth = self * flame_.total;
    const auto elapsed = analysis_.accounting().nodes()[node].self_ms;
    std::string own;
    if (cost) own = terminal::show_count(worth);
    if (flame_.measure == Measure::Time && elapsed) own = terminal::show_ms(*elapsed);
    write_figure(cost ? "own cost" : "self", own);
    write_figure("share", own.empty() ? std::string() : show_share(self));
    const auto planned = plan_.number(plan_.nodes()[node], PlanKey::PlanRows);
    const auto loops = plan_.number(plan_.nodes()[node], PlanKey::ActualLoops).value_or(1);
    write_figure("expected rows", planned ? terminal::show_count(*planned * std::max(loops, 1.0)) : std::string());
    const auto rows = analysis_.accounting().nodes()[node].rows;
    write_figure("rows", rows ? terminal::show_count(*rows) : std::string());
    const std::string off = show_misestimate(plan_, node, false);
    write_figure("off by", off, off.empty() ? "" : " off");
  }

  void write_marks(std::uint32_t node) {
    for (std::size_t i = 0; i < look_.findings; ++i) {
      const plan::Finding& finding = analysis_.findings()[i];
      if (finding.node != node) continue;
      const std::string_view severity = plan::severity_word(finding.severity);
      fmt::format_to(std::back_inserter(out_),
                     "<p class=\"{0}\"><span class=\"severity\">{0}</span> <a href=\"#{1}{2}\">{3}</a></p>\n", severity,
                     look_.finding_id, i + 1, plan::finding_row(finding.code).word);
    }
  }

  void write_details(std::uint32_t node) {
    const planread::Node& at = plan_.nodes()[node];
    std::string measured;
    for (const Detail& detail : measures(plan_, node, analysis_.accounting().nodes()[node])) {
      measured += fmt::format("{}{} {}", measured.empty() ? "" : ", ", detail.label, detail.text);
    }
    if (!measured.empty()) {
      out_.append("<p>");
      append_escaped(measured, out_);
      out_.append("</p>\n");
    }
    for (const Detail& detail : conditions(plan_, at, look_.keep_literals, false)) {
      fmt::format_to(std::back_inserter(out_), "<p>{}: <code>", escaped(detail.label));
      append_html_text(detail.text, out_);
      out_.append("</code></p>\n");
    }
    write_table(node);
  }

  void write_table(std::uint32_t node) {
    out_.append("<details><summary>all figures</summary><table>\n");
    for (const Detail& figure : all_figures(plan_, plan_.nodes()[node])) {
      fmt::format_to(std::back_inserter(out_), "<tr><th scope=\"row\">{}</th><td>", escaped(figure.label));
      append_html_text(figure.text, out_);
      out_.append("</td></tr>\n");
    }
    out_.append("</table></details>\n");
  }

  const plan::Analysis& analysis_;
  const planread::Plan& plan_;
  const Flame& flame_;
  const HtmlTreeLook& look_;
  std::string& out_;
  std::vector<std::uint32_t> open_;  // nodes whose children are being written
};

}  // namespace

void append_html_tree(const plan::Analysis& analysis, const Flame& flame, const HtmlTreeLook& look, std::string& out) {
  HtmlTree(analysis, flame, look, out).write();
}

void append_html_text(std::string_view text, std::string& out) {
  const std::string_view shown = truncate_utf8(text, kHtmlTextBytes);
  append_escaped(shown, out);
  if (shown.size() < text.size()) {
    fmt::format_to(std::back_inserter(out), " ... and {} bytes more", text.size() - shown.size());
  }
}

}  // namespace dbi::planview
