// A page and a graph say what the tree says, and nothing of a literal; test/planview.bats has an XML parser and a
// browser look at them.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <string>

#include "planview/analysed.hpp"
#include "planview/flame_svg.hpp"
#include "planview/html_tree.hpp"
#include "planview/html_view.hpp"
#include "planview/svg_view.hpp"
#include "planview/tree.hpp"

namespace dbi::planview {
namespace {

using testing::HasSubstr;
using testing::Not;

template <typename AnyView>
std::string page_of(const plan::Analysis& analysis, const Heading& heading = {}) {
  AnyView view;
  std::string out;
  view.show(analysis, heading, out);
  view.end(out);
  return out;
}

// What stands between the words and the quotation mark behind them.
std::set<std::string> named(const std::string& page, std::string_view before) {
  std::set<std::string> names;
  for (std::size_t at = page.find(before); at != std::string::npos; at = page.find(before, at)) {
    at += before.size();
    EXPECT_TRUE(names.insert(page.substr(at, page.find('"', at) - at)).second || before != " id=\"");
  }
  return names;
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) ++found;
  return found;
}

// Any digits may stand in it.
std::string without_query_identifier(std::string page) {
  const std::size_t begin = page.find("<dt>Query Identifier</dt>");
  if (begin != std::string::npos) page.erase(begin, page.find('\n', begin) - begin);
  return page;
}

// Elements of that name that are within each other at most.
std::size_t most_open(std::string_view page, std::string_view name) {
  std::size_t open = 0;
  std::size_t most = 0;
  for (std::size_t at = page.find('<'); at != std::string_view::npos; at = page.find('<', at + 1)) {
    const std::string_view tag = page.substr(at + 1);
    if (tag.starts_with(name)) most = std::max(most, ++open);
    if (tag.front() == '/' && tag.substr(1).starts_with(name)) --open;
  }
  return most;
}

// A plan of so many nodes, each the only child of the one before.
std::string deep(std::size_t nodes) {
  std::string text;
  for (std::size_t i = 0; i < nodes; ++i) {
    text += std::string(i * 6, ' ') + (i > 0 ? "->  " : "") + "Sort  (cost=0..1 rows=1 width=1)\n";
  }
  return text;
}

TEST(Html, ShowsStatementFindingsGraphAndTree) {
  const Analysed plan{std::string(kJoin)};
  const std::string page =
      page_of<HtmlView>(*plan, {.title = "by <status>", .query = "select ?", .system = "postgresql"});
  EXPECT_THAT(page, HasSubstr("<h2 id=\"p1t\">by &lt;status&gt;</h2>"));
  EXPECT_THAT(page, HasSubstr("<code>select ?</code>"));
  EXPECT_THAT(page, HasSubstr("<div><dt>Execution</dt><dd>81.0ms</dd></div>"));
  EXPECT_THAT(page,
              HasSubstr("<li id=\"p1f1\" class=\"critical\"><p><span class=\"severity\">critical</span> "
                        "<code>seq_scan_discards</code> at <a href=\"#p1n2\">Seq Scan on public.orders o</a></p>"));
  EXPECT_THAT(page, HasSubstr("orders (status): Consider an index"));
  EXPECT_THAT(page,
              HasSubstr("<a href=\"#p1n2\" tabindex=\"-1\"><g class=\"frame h4\"><title>Seq Scan on public.orders o: "
                        "itself 50.0ms, 62%; with all below 62%</title>"));
  EXPECT_THAT(page, HasSubstr("Filter: <code>(o.status = ?::text)</code>"));
  EXPECT_THAT(page, HasSubstr("<a href=\"#p1f1\">seq_scan_discards</a>"));
  EXPECT_THAT(page, HasSubstr("<li><a href=\"#p1\">by &lt;status&gt;</a></li>"));
  EXPECT_TRUE(page.ends_with("</html>\n"));
  EXPECT_THAT(page_of<HtmlView>(*plan, {.keep_literals = true}), HasSubstr("(o.status = &#39;canary&#39;::text)"));
}

TEST(Html, IsWholeWithoutAPlan) {
  HtmlView html;
  std::string page;
  html.end(page);
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>"));
  EXPECT_THAT(page, HasSubstr("<p>There was no plan.</p>"));
  SvgView svg;
  std::string graph;
  svg.end(graph);
  EXPECT_THAT(graph, HasSubstr("There was no plan."));
  EXPECT_TRUE(graph.ends_with("</svg>\n</svg>\n"));
}

TEST(Html, NestsNoDeeperThanABrowserFollows) {
  constexpr std::size_t kNodes = 12'000;
  std::string text = deep(500);
  for (std::size_t i = 500; i < kNodes; ++i) text += "  ->  Seq Scan on t  (cost=0..1 rows=1 width=1)\n";
  const Analysed plan{text};
  ASSERT_TRUE(plan);
  const std::string page = page_of<HtmlView>(*plan);
  EXPECT_EQ(count(page, "<li id=\"p1n"), kMaxTreeNodes);
  EXPECT_THAT(page, HasSubstr("and 2000 more nodes"));
  EXPECT_THAT(page, HasSubstr("level 500: "));
  EXPECT_LE(most_open(page, "ul"), kHtmlLevels + 1);
  EXPECT_GT(most_open(page, "ul"), 90U);
  EXPECT_EQ(count(page, "<ul"), count(page, "</ul>"));
  EXPECT_EQ(count(page, "<details"), count(page, "</details>"));
}

TEST(Html, EveryLinkHasItsPlaceAndNoLiteralComesOut) {
  each_fixture(DBI_PLANS, [](const plan::Analysis& analysis) {
    const std::string page = page_of<HtmlView>(analysis);
    EXPECT_FALSE(holds_canary(without_query_identifier(page)));
    EXPECT_FALSE(holds_canary(page_of<SvgView>(analysis)));
    const std::set<std::string> places = named(page, " id=\"");
    for (const std::string& link : named(page, "href=\"#")) EXPECT_TRUE(places.contains(link)) << link;
    EXPECT_EQ(count(page, "http"), 2U);  // http-equiv, and the namespace
  });
}

TEST(FlameSvg, LeavesOutWhatCannotBeSeenAndSaysSo) {
  const Analysed plan{deep(300)};
  ASSERT_TRUE(plan);
  const Flame flame = flame_of(*plan);
  const FlameSize size = flame_size(*plan, flame);
  EXPECT_EQ(size.height, kFlameLevels * kFlameRow);
  EXPECT_EQ(size.left_out, 300 - kFlameLevels);
  EXPECT_THAT(flame_caption(flame, size), HasSubstr(" 100 nodes are narrower than can be seen or too deep."));
  const Analysed bare{std::string("Seq Scan on t\n")};
  EXPECT_THAT(page_of<SvgView>(*bare), HasSubstr("neither times nor costs"));
}

TEST(FlameSvg, StacksTheGraphsOfSeveralPlans) {
  const Analysed plan{std::string(kJoin)};
  SvgView view;
  std::string out;
  for (std::size_t i = 0; i < kMaxGraphs + 2; ++i) view.show(*plan, {.title = "one & the same"}, out);
  EXPECT_EQ(out, "");
  view.end(out);
  EXPECT_EQ(count(out, "one &amp; the same"), kMaxGraphs);
  EXPECT_THAT(out, HasSubstr("2 more plans are not shown."));
  EXPECT_THAT(out, Not(HasSubstr("<a ")));
}

}  // namespace
}  // namespace dbi::planview
