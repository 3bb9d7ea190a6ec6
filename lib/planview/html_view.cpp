// SPDX-License-Identifier: Apache-2.0
#include "planview/html_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.hpp"
#include "planview/flame_svg.hpp"
#include "planview/html_style.hpp"
#include "planview/html_tree.hpp"
#include "planview/markup.hpp"
#include "planview/node_words.hpp"
#include "planview/statement_words.hpp"
#include "planview/tree.hpp"
#include "terminal/figures.hpp"

namespace dbi::planview {

namespace {

constexpr std::size_t kFindings = 100;

void append_head(std::string_view title, std::string& out) {
  out.append(
      "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>");
  append_escaped(title, out);
  out.append("</title>\n<style>\n").append(html_style()).append(flame_style());
  out.append(
      "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#contents\">To the list of plans</a>\n<main>\n<h1>Execution "
      "plans</h1>\n");
}

/// Writes one plan.
class Section {
 public:
  Section(const plan::Analysis& analysis, const Heading& heading, std::size_t number, std::string& out)
      : analysis_(analysis),
        plan_(analysis.plan()),
        heading_(heading),
        node_id_(fmt::format("p{}n", number)),
        finding_id_(fmt::format("p{}f", number)),
        flame_(flame_of(analysis)),
        nodes_(std::min(plan_.nodes().size(), kMaxTreeNodes)),
        findings_(std::min(analysis.findings().size(), kFindings)),
        out_(out) {}

  void write(std::size_t number) {
    fmt::format_to(std::back_inserter(out_), "<section id=\"p{0}\" aria-labelledby=\"p{0}t\">\n<h2 id=\"p{0}t\">",
                   number);
    append_escaped(title(analysis_, heading_), out_);
    out_.append("</h2>\n");
    write_statement();
    write_facts();
    write_findings();
    write_graph();
    write_tree();
    out_.append("</section>\n");
  }

 private:
  void write_statement() {
    const std::string query = statement(analysis_, heading_);
    if (query.empty()) return;
    out_.append("<pre tabindex=\"0\"><code>");
    append_html_text(query, out_);
    out_.append("</code></pre>\n");
  }

  void fact(std::string_view label, std::string_view text) {
    if (text.empty()) return;
    out_.append("<div><dt>");
    append_escaped(label, out_);
    out_.append("</dt><dd>");
    append_html_text(text, out_);
    out_.append("</dd></div>\n");
  }

  void write_facts() {
    out_.append("<dl class=\"facts\">\n");
    const auto time = execution_ms(analysis_, heading_);
    fact("Execution", time ? terminal::show_ms(*time) : has_run(plan_) ? "without timing" : "estimates only");
    const auto cost = plan_.number(plan_.nodes().front(), planread::PlanKey::TotalCost);
    fact("Cost", cost ? terminal::show_count(*cost) : std::string());
    fact("Nodes", fmt::format("{}", plan_.nodes().size()));
    for (const Detail& figure : statement_figures(analysis_)) {
      if (figure.label != "Execution Time") fact(figure.label, figure.text);
    }
    fact("System", heading_.system);
    fact("Database", heading_.database);
    fact("Source", heading_.source);
    fact("Plan hash", analysis_.fingerprint().plan_hash());
    fact("Gist", analysis_.gist());
    out_.append("</dl>\n");
  }

  void write_findings() {
    const auto all = analysis_.findings();
    if (all.empty()) {
      fmt::format_to(std::back_inserter(out_), "<h3>Findings</h3>\n<p>{}</p>\n", no_findings(plan_));
      return;
    }
    fmt::format_to(std::back_inserter(out_), "<h3>Findings: {}</h3>\n<ol class=\"findings\">\n", all.size());
    for (std::size_t i = 0; i < findings_; ++i) write_finding(all[i], i + 1);
    out_.append("</ol>\n");
    if (all.size() > findings_)
      fmt::format_to(std::back_inserter(out_), "<p>and {} more</p>\n", all.size() - findings_);
  }

  void write_finding(const plan::Finding& finding, std::size_t number) {
    const plan::FindingRow& row = plan::finding_row(finding.code);
    fmt::format_to(std::back_inserter(out_),
                   "<li id=\"{0}{1}\" class=\"{2}\"><p><span class=\"severity\">{2}</span> <code>{3}</code>",
                   finding_id_, number, plan::severity_word(finding.severity), row.word);
    if (finding.node < nodes_) {
      fmt::format_to(std::back_inserter(out_), " at <a href=\"#{}{}\">", node_id_, finding.node + 1);
      append_escaped(name(plan_, plan_.nodes()[finding.node]), out_);
      out_.append("</a>");
    }
    out_.append("</p>\n<p>").append(row.meaning);
    if (const std::string evidence = show_evidence(finding); !evidence.empty()) {
      fmt::format_to(std::back_inserter(out_), " <span class=\"numbers\">{}</span>", escaped(evidence));
    }
    out_.append("</p>\n<p>");
    if (!finding.subject.empty()) append_escaped(finding.subject + ": ", out_);
    append_escaped(row.advice(plan_.system()), out_);
    out_.append("</p></li>\n");
  }

  void write_graph() {
    const FlameSize size = flame_size(analysis_, flame_);
    out_.append("<h3>Flame graph</h3>\n<figure><figcaption>");
    append_escaped(flame_caption(flame_, size), out_);
    out_.append("</figcaption>");
    if (size.height > 0) {
      fmt::format_to(std::back_inserter(out_),
                     "<div class=\"graph\"><svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Flame graph; the tree "
                     "below has the same figures\">\n",
                     kFlameWidth, size.height);
      append_flame(analysis_, flame_, 0, node_id_, out_);
      out_.append("</svg></div>");
    }
    out_.append("</figure>\n");
  }

  void write_tree() {
    out_.append("<h3>Tree</h3>\n");
    const HtmlTreeLook look{.node_id = node_id_,
                            .finding_id = finding_id_,
                            .nodes = nodes_,
                            .findings = findings_,
                            .keep_literals = heading_.keep_literals};
    append_html_tree(analysis_, flame_, look, out_);
    const std::size_t more = plan_.nodes().size() - nodes_;
    if (more > 0) fmt::format_to(std::back_inserter(out_), "<p>and {} more nodes</p>\n", more);
  }

  const plan::Analysis& analysis_;
  const planread::Plan& plan_;
  const Heading& heading_;
  const std::string node_id_;
  const std::string finding_id_;
  const Flame flame_;
  const std::size_t nodes_;     // that are shown
  const std::size_t findings_;  // that are shown
  std::string& out_;
};

}  // namespace

void HtmlView::show(const plan::Analysis& analysis, const Heading& heading, std::string& out) {
  constexpr std::size_t kTitleBytes = 200;
  const std::string words(truncate_utf8(title(analysis, heading), kTitleBytes));
  if (++plans_ == 1) append_head("Execution plan: " + words, out);
  if (titles_.size() < kMaxContents) titles_.push_back(words);
  Section(analysis, heading, plans_, out).write(plans_);
}

void HtmlView::end(std::string& out) {
  if (plans_ == 0) {
    append_head("Execution plans", out);
    out.append("<p>There was no plan.</p>\n");
  }
  out.append("</main>\n<footer>\n");
  fmt::format_to(std::back_inserter(out), "<nav id=\"contents\" aria-label=\"Plans\"><p>Plans: {}</p>\n", plans_);
  if (!titles_.empty()) out.append("<ol>\n");
  for (std::size_t i = 0; i < titles_.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "<li><a href=\"#p{}\">", i + 1);
    append_escaped(titles_[i], out);
    out.append("</a></li>\n");
  }
  if (!titles_.empty()) out.append("</ol>\n");
  if (plans_ > titles_.size()) fmt::format_to(std::back_inserter(out), "<p>and {} more</p>\n", plans_ - titles_.size());
  out.append(
      "</nav>\n<p>What the findings mean: dbi-findings(7). Written by dbi-plan.</p>\n</footer>\n</body>\n</html>\n");
}

}  // namespace dbi::planview
