// SPDX-License-Identifier: Apache-2.0
#include "planview/tree.hpp"

#include <gmock/gmock.h>

#include <string>

#include "base/text.hpp"
#include "planview/analysed.hpp"
#include "terminal/display_width.hpp"

namespace dbi::planview {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string drawn(const plan::Analysis& analysis, const TreeLook& look, const Heading& heading = {}) {
  std::string out;
  write_tree(analysis, heading, look, out);
  return out;
}

TreeLook look_of(std::size_t width) {
  TreeLook look;
  look.width = width;
  return look;
}

TEST(Tree, DrawsNodesWithTheirFiguresAndWhatIsWrong) {
  const Analysed plan{std::string(kJoin)};
  EXPECT_EQ(drawn(*plan, look_of(80), {.title = "orders by status"}), R"(orders by status
81.0ms  planning 0.10ms  cost 153  4 nodes  p1:p:bb6175d6

     SELF          % EST  ROWS    OFF  NODE
!! 25.0ms █▉     31%   8 80000 ×10000  Hash Join
                                       │ Hash Cond: (o.customer_id = c.id)
                                       │ !! [2] row_misestimate
!! 50.0ms ███▊   62%  40    40         ├ Seq Scan on public.orders o
                                       │   removed by filter 2M
                                       │   Filter: (o.status = ?::text)
                                       │   !! [1] seq_scan_discards
   1.00ms ▏       1% 400   400         └ Hash
                                         │ memory 29kB
   4.00ms ▎       5% 400   400           └ Seq Scan on public.customers c

FINDINGS  2
!! [1] seq_scan_discards: Seq Scan on public.orders o
       A whole table is read and nearly all of its rows are thrown away.
       (removed_rows 2M, rows 40, loops 1)
       orders (status): Consider an index on the columns of the condition; one
       plan is a hint, not a proof.
!! [2] row_misestimate: Hash Join
       The planner expected far fewer or far more rows than came, and nothing
       below explains it. (estimated_rows 8, actual_rows 80000, times 10000)
       Run ANALYZE; where it stays, raise the statistics target of the columns,
       or CREATE STATISTICS for columns that depend on each other.
)");
}

TEST(Tree, IsAsciiWhereTheTerminalShowsNoOther) {
  const Analysed plan(
      "Result  (cost=0.00..0.01 rows=1 width=4) (actual time=0.001..0.002 rows=1 loops=1)\n"
      "  ->  Result  (cost=0.00..0.01 rows=1 width=4) (actual time=0.001..0.001 rows=1 loops=1)\n");
  TreeLook look = look_of(80);
  look.unicode = false;
  const std::string text = drawn(*plan, look);
  for (const char c : text) EXPECT_GE(c, 0) << text;
  EXPECT_THAT(text, HasSubstr("1us ###    50%   1    1  `-Result"));
}

TEST(Tree, ColoursSetOffAndNothingElse) {
  const Analysed plan{std::string(kJoin)};
  TreeLook look = look_of(80);
  const std::string plain = drawn(*plan, look);
  look.color = true;
  std::string colored = drawn(*plan, look);
  EXPECT_THAT(colored, HasSubstr("\x1b[1;31m50.0ms\x1b[0m"));
  for (std::size_t at = colored.find('\x1b'); at != std::string::npos; at = colored.find('\x1b')) {
    colored.erase(at, colored.find('m', at) + 1 - at);
  }
  EXPECT_EQ(colored, plain);
}

TEST(Tree, ShowsLiteralsOnlyWhereTheyAreKept) {
  const Analysed plan{std::string(kJoin)};
  EXPECT_THAT(drawn(*plan, look_of(80)), Not(HasSubstr("canary")));
  EXPECT_THAT(drawn(*plan, look_of(80), {.keep_literals = true}), HasSubstr("canary"));
}

TEST(Tree, NoTextMovesTheCursor) {
  const Analysed plan("Seq Scan on \"a\x1b[2J\"  (cost=0.00..0.01 rows=1 width=4)\n");
  const std::string text = drawn(*plan, look_of(80), {.title = "t\x1b[31m\r", .query = "select\n1"});
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\r")));
  EXPECT_THAT(text, HasSubstr("  select 1\n"));
}

TEST(Tree, OfAPlanThatNeverEndsDrawsTheBeginning) {
  std::string text = "Append  (cost=0.00..1.00 rows=1 width=4)\n";
  for (int i = 0; i < 10'050; ++i) text += "  ->  Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)\n";
  const Analysed plan(text);
  EXPECT_THAT(drawn(*plan, look_of(80)), HasSubstr("\n  and 51 more nodes\n"));
}

TEST(Tree, OfADeepPlanKeepsItsNames) {
  std::string text;
  for (int depth = 0; depth < 300; ++depth) {
    text += std::string(static_cast<std::size_t>(depth) * 6, ' ') + (depth > 0 ? "->  " : "") +
            "Subquery Scan on s  (cost=0.00..1.00 rows=1 width=4)\n";
  }
  const Analysed plan(text);
  ASSERT_TRUE(plan);
  EXPECT_THAT(drawn(*plan, look_of(80)), HasSubstr("└ Subquery Scan on s\n\n"));
  EXPECT_THAT(drawn(*plan, look_of(80)), HasSubstr("300:"));
}

// A line that leads to a node ends its guides in one of these.
std::size_t nodes_in(std::string_view text) {
  std::size_t nodes = 1;
  for (const std::string_view line : split(text, '\n')) {
    if (line.find("├ ") != std::string_view::npos || line.find("└ ") != std::string_view::npos) ++nodes;
  }
  return nodes;
}

TEST(Tree, OfEveryFixtureHasEachNodeOnceAndNoLineThatIsTooWide) {
  each_fixture(DBI_PLANS, [](const plan::Analysis& analysis) {
    for (const std::size_t width : {40U, 80U, 200U}) {
      const std::string text = drawn(analysis, look_of(width));
      EXPECT_EQ(nodes_in(text), analysis.plan().nodes().size()) << text;
      EXPECT_FALSE(holds_canary(text)) << text;
      for (const std::string_view line : split(text, '\n')) {
        ASSERT_LE(terminal::display_width(line), width) << text;
      }
    }
  });
}

}  // namespace
}  // namespace dbi::planview
