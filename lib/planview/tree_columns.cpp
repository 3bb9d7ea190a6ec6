// SPDX-License-Identifier: Apache-2.0
#include "planview/tree_columns.hpp"

#include <algorithm>
#include <cmath>

#include "planview/node_words.hpp"
#include "planview/severity.hpp"
#include "planview/statement_words.hpp"
#include "terminal/display_width.hpp"
#include "terminal/figures.hpp"

namespace dbi::planview {

namespace {

using planread::PlanKey;
using terminal::display_width;
using terminal::Ink;
using terminal::show_count;
using terminal::Style;

// Below it there is no room for bars, shares and estimates.
constexpr std::size_t kNarrow = 60;

Style style_of_share(double share) {
  return share >= 0.5 ? Style::BoldRed : share >= 0.2 ? Style::Yellow : Style::Plain;
}

Style style_of_misestimate(double factor) {
  return factor >= 100 ? Style::Red : factor >= 10 ? Style::Yellow : Style::Plain;
}

std::size_t bar_width(std::size_t width) {
  return width < kNarrow ? 0 : width < 100 ? 6 : width < 140 ? 10 : 16;
}

}  // namespace

TreeColumns::TreeColumns(const plan::Analysis& analysis, const Flame& flame, const TreeLook& look, std::size_t nodes)
    : analysis_(analysis), flame_(flame), look_(look) {
  const bool ran = has_run(analysis.plan());
  heads_ = {flame.measure == Measure::Time ? "SELF" : "COST", "%", ran ? "EST" : "ROWS", "ROWS", "OFF"};
  measure(nodes);
  if (look.width < kNarrow) widths_[Share] = 0;
  if (look.width < kNarrow && ran) widths_[Estimate] = 0;
  if (flame.measure == Measure::None) widths_[Self] = widths_[Share] = 0;
  bar_ = widths_[Share] == 0 ? 0 : bar_width(look.width);
  constexpr std::size_t kMark = 2;
  constexpr std::size_t kGap = 2;
  margin_ = kMark + kGap + (bar_ > 0 ? bar_ + 1 : 0);
  for (const std::size_t width : widths_) margin_ += width > 0 ? width + 1 : 0;
}

void TreeColumns::measure(std::size_t nodes) {
  for (std::uint32_t node = 0; node < nodes; ++node) {
    const Cells of = cells(node);
    for (std::size_t i = 0; i < kPlaces; ++i) {
      if (!of.text[i].empty()) widths_[i] = std::max({widths_[i], heads_[i].size(), display_width(of.text[i])});
    }
  }
}

TreeColumns::Cells TreeColumns::cells(std::uint32_t node) const {
  const planread::Plan& plan = analysis_.plan();
  const planread::Node& at = plan.nodes()[node];
  const plan::NodeFigures& figures = analysis_.accounting().nodes()[node];
  Cells of;
  const double share = flame_.frames[node].self;
  of.heat = style_of_share(share);
  if (flame_.measure == Measure::Time) {
    if (figures.self_ms) of.text[Self] = look_.plain(terminal::show_ms(*figures.self_ms));
    if (figures.self_ms) of.text[Share] = show_share(share);
  } else if (const auto cost = plan.number(at, PlanKey::TotalCost)) {
    of.text[Self] = show_count(*cost);
    of.text[Share] = show_share(share);
  }
  const auto loops = plan.number(at, PlanKey::ActualLoops);
  if (const auto rows = plan.number(at, PlanKey::PlanRows)) {
    of.text[Estimate] = show_count(*rows * std::max(loops.value_or(1), 1.0));
  }
  if (loops && *loops == 0) {
    of.text[Rows] = "never";
    of.heat = Style::Dim;
  } else if (figures.rows) {
    of.text[Rows] = show_count(*figures.rows);
  }
  of.text[Off] = show_misestimate(plan, node, !look_.unicode);
  of.off = style_of_misestimate(plan::misestimate(plan, node).value_or(1));
  return of;
}

std::string TreeColumns::bar(double share) const {
  constexpr std::array<std::string_view, 8> kEighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double cells = std::clamp(share, 0.0, 1.0) * static_cast<double>(bar_);
  if (!look_.unicode) {
    std::string text(static_cast<std::size_t>(std::lround(cells)), '#');
    text.resize(bar_, ' ');
    return text;
  }
  const auto eighths = static_cast<std::size_t>(std::lround(cells * 8));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  text += kEighths.at(eighths % 8);
  return text.append(bar_ - (eighths + 7) / 8, ' ');
}

void TreeColumns::write_cell(Place place, Style style, std::string_view text, Ink& ink) const {
  const std::size_t width = widths_[place];
  if (width == 0) return;
  ink.blanks(1 + width - std::min(width, display_width(text)));
  ink.text(style, text);
}

void TreeColumns::write_heads(Ink& ink) const {
  ink.blanks(2);
  write_cell(Self, Style::Dim, heads_[Self], ink);
  if (bar_ > 0) ink.blanks(bar_ + 1);
  for (const Place place : {Share, Estimate, Rows, Off}) write_cell(place, Style::Dim, heads_[place], ink);
  ink.blanks(2);
}

void TreeColumns::write(std::uint32_t node, Ink& ink) const {
  const auto all = analysis_.findings();
  const auto worst = std::find_if(all.begin(), all.end(), [&](const auto& finding) { return finding.node == node; });
  if (worst == all.end()) {
    ink.blanks(2);
  } else {
    ink.text(severity_style(worst->severity), severity_mark(worst->severity));
  }
  const Cells of = cells(node);
  write_cell(Self, of.heat, of.text[Self], ink);
  if (bar_ > 0) {
    ink.blanks(1);
    ink.text(of.heat, bar(flame_.frames[node].self));
  }
  write_cell(Share, of.heat, of.text[Share], ink);
  write_cell(Estimate, Style::Plain, of.text[Estimate], ink);
  write_cell(Rows, Style::Plain, of.text[Rows], ink);
  write_cell(Off, of.off, of.text[Off], ink);
  ink.blanks(2);
}

}  // namespace dbi::planview
