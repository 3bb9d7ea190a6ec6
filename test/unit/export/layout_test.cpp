// Numbers, widths, and whole views at fixed widths.
// SPDX-License-Identifier: Apache-2.0
#include "export/table_layout.hpp"

#include "export/samples.hpp"
#include "terminal/display_width.hpp"

namespace dbi::exporting {
namespace {

using terminal::display_width;
using testing::HasSubstr;
using testing::Not;

std::string drawn(const TargetView& view, const LayoutOptions& options) {
  std::string text;
  for (const std::string& line : draw(view, options)) {
    EXPECT_LE(display_width(line), options.width) << line;
    text += line + "\n";
  }
  return text;
}

void add(TargetView& view, const std::string& line) {
  view.add(*Sample(line));
}

// Whatever a record says, a number is no wider than its column and is one.
TEST(Layout, ShowsNumbersBeyondAllMeasureShort) {
  TargetView view;
  add(view, statement("01", "a", 1, 10, R"(,"weight":1e400,"shared_blks_hit":1e400,"shared_blks_read":0,"rows":0)"));
  add(view, statement("01", "b", 1, 10, R"(,"weight":1e308,"shared_blks_hit":5,"shared_blks_read":-1e400)"));
  add(view,
      R"({"v":1,"kind":"scrape","target":"main","cycle":"01","outcome":"ok","interval_s":1e-310,"cycle_ms":1e308,)"
      R"("connections_used_pct":1e300,"replica_lag_s":1e308})");
  const std::string text = drawn(view, {});
  for (const char* word : {"inf", "nan", "00000000", "e+"}) EXPECT_THAT(text, Not(HasSubstr(word)));
  EXPECT_THAT(text, HasSubstr("connections >999%"));
  EXPECT_THAT(text, HasSubstr("hit 100%"));
}

TEST(Layout, StatementsByTotalTime) {
  TargetView view;
  add(view, statement("01", "select small", 10, 100));
  add(view,
      statement("01", "select big", 4, 900, R"(,"quality":"lower_bound","shared_blks_hit":9,"shared_blks_read":1)"));
  add(view, scrape("01"));
  LayoutOptions options;
  options.width = 80;
  EXPECT_EQ(drawn(view, options),
            "main  ok  2026-11-25 08:00:00 UTC  postgresql 15.8  interval 10.0s  cycle 12.5ms\n"
            "  load >=0.10  >=1.40 calls/s  hit ~90%\n"
            "\n"
            "STATEMENTS by total time in app  >=1.00s in >=14 calls\n"
            "   SHARE     TOTAL    CALLS    MEAN  HIT  QUERY\n"
            "  ~90.0%   >=900ms      >=4  ~225ms ~90%  select big\n"
            "  ~10.0%     100ms       10  10.0ms    -  select small\n");
}

TEST(Layout, WithoutALowerBoundNothingIsMarked) {
  TargetView view;
  add(view, statement("01", "select small", 10, 0.03, R"(,"shared_blks_hit":9,"shared_blks_read":1,"rows":7)"));
  add(view, scrape("01"));
  EXPECT_EQ(drawn(view, {}),
            "main  ok  2026-11-25 08:00:00 UTC  postgresql 15.8  interval 10.0s  cycle 12.5ms\n"
            "  load 0.00  1.00 calls/s  hit 90%\n"
            "\n"
            "STATEMENTS by total time in app  30µs in 10 calls\n"
            "   SHARE     TOTAL    CALLS    MEAN    ROWS  HIT  QUERY\n"
            "  100.0%      30µs       10     3µs       7  90%  select small\n");
}

TEST(Layout, ADifferenceThatIsALowerBoundHasNoMean) {
  TargetView view;
  add(view, R"({"kind":"query_stats","query_id":"1","query":"q","calls":3,"total_ms":9,"quality":"lower_bound"})");
  add(view, statement("01", "other", 1, 1));
  EXPECT_NE(drawn(view, {}).find(" >=9.00ms      >=3       -"), std::string::npos) << drawn(view, {});
}

TEST(Layout, RatesNeedOneCycle) {
  TargetView view;
  add(view, statement("01", "q", 1, 1, R"(,"interval_s":10)"));
  EXPECT_NE(drawn(view, {}).find("0.10 calls/s"), std::string::npos);
  add(view, statement("02", "q", 1, 1, R"(,"interval_s":10)"));
  EXPECT_EQ(drawn(view, {}).find("calls/s"), std::string::npos);
}

TEST(Layout, WeightsEnterTheSumsAndBaselinesDoNot) {
  TargetView view;
  add(view, statement("01", "q", 2, 10, R"(,"weight":3)"));
  add(view, statement("02", "q", 1, 5));
  add(view, statement("02", "q", 99, 99, R"(,"quality":"baseline")"));
  const auto top = view.top_statements();
  ASSERT_EQ(top.size(), 1U);
  EXPECT_EQ(top[0]->calls, 7);
  EXPECT_EQ(top[0]->total_ms, 35);
  EXPECT_EQ(view.lifetime_totals, 1U);
}

TEST(Layout, BlockersStandAboveTheirWaiters) {
  const auto session = [](const std::string& pid, const std::string& state, const std::string& more) {
    return R"({"v":1,"kind":"session","target":"main","cycle":"01","pid":")" + pid + R"(","user":"web","state":")" +
           state + "\"" + more + "}";
  };
  TargetView view;
  add(view, session("9", "active", R"(,"duration_ms":50,"query":"select 9")"));
  add(view, session("3", "active", R"(,"duration_ms":1000,"wait_type":"Lock","blocked_by":["2"],"query":"update c")"));
  add(view, session("2", "active", R"(,"duration_ms":2000,"blocked_by":["1"],"query":"update b")"));
  add(view, session("4", "active", R"(,"duration_ms":500,"blocked_by":["1"],"query":"update d")"));
  add(view, session("1", "idle in transaction", R"(,"transaction_ms":600000,"query":"update a")"));
  add(view, session("5", "active", R"(,"blocked_by":["xid:77"],"query":"drop")"));
  LayoutOptions options;
  options.width = 80;
  EXPECT_EQ(drawn(view, options),
            "main  no scrape\n"
            "\n"
            "SESSIONS  6, 4 blocked, 3 of them by 1 (web), idle in tx for 10m00s\n"
            "  PID         RUNS   IN TX STATE      USER    QUERY\n"
            "  1              -  10m00s idle in tx web     update a\n"
            "  ├ 2        2.00s       - active     web     update b\n"
            "  │ └ 3      1.00s       - Lock       web     update c\n"
            "  └ 4        500ms       - active     web     update d\n"
            "  xid:77         -       - unknown\n"
            "  └ 5            -       - active     web     drop\n"
            "  9         50.0ms       - active     web     select 9\n");
}

TEST(Layout, ACircleOfWaitersIsShownOnce) {
  TargetView view;
  add(view, R"({"kind":"session","pid":"1","blocked_by":["2"]})");
  add(view, R"({"kind":"session","pid":"2","blocked_by":["1"]})");
  LayoutOptions options;
  EXPECT_EQ(draw(view, options).size(), 6U);
}

TEST(Layout, ErrorsComeWithTheirHints) {
  TargetView view;
  const std::string error =
      R"({"kind":"error","target":"main","error_class":"privilege","source":"sessions","sqlstate":"42501",)"
      R"("message":"permission denied","hint":"GRANT pg_monitor TO dbi;\nSELECT 1;"})";
  add(view, error);
  add(view, error);
  EXPECT_EQ(drawn(view, {}),
            "main  no scrape\n"
            "  error: privilege, sessions, 42501: permission denied (2 times)\n"
            "    hint: GRANT pg_monitor TO dbi;\n"
            "    hint: SELECT 1;\n");
}

TEST(Layout, StaysWithinTheWindow) {
  TargetView view;
  for (int i = 1; i < 100; ++i) add(view, statement("01", "q" + std::to_string(i), i, i));
  LayoutOptions options;
  options.lines = 12;
  options.statements = 50;
  const auto lines = draw(view, options);
  EXPECT_LE(lines.size(), 12U);
  EXPECT_NE(lines.back().find("more statements"), std::string::npos);
}

TEST(TargetView, SettlingKeepsTheLargestAndTheSum) {
  TargetView view;
  for (int i = 1; i <= 100; ++i) add(view, statement("01", "q" + std::to_string(i), 1, i > 90 ? i : 1));
  add(view, R"({"kind":"query_stats","query_id":"other","calls":5,"total_ms":50,"quality":"exact"})");
  const double before = view.sum().total_ms;
  view.settle(12);
  ASSERT_EQ(view.top_statements().size(), 12U);
  EXPECT_EQ(view.top_statements()[9]->total_ms, 91);
  EXPECT_EQ(view.top_statements()[11]->total_ms, 1);
  EXPECT_EQ(view.folded(), 88U);
  EXPECT_EQ(view.sum().total_ms, before);
  LayoutOptions options;
  options.statements = 12;
  EXPECT_NE(drawn(view, options).find("(88 more statements)"), std::string::npos);
}

TEST(TargetView, ManyStatementsAreFoldedAndSumUp) {
  TargetView view;
  const double many = 3.0 * TargetView::kMaxStatements;
  for (int i = 1; i <= static_cast<int>(many); ++i) add(view, statement("01", "q" + std::to_string(i), 1, i));
  EXPECT_LT(view.top_statements().size(), 2 * TargetView::kMaxStatements);
  EXPECT_EQ(view.top_statements()[0]->total_ms, many);
  EXPECT_EQ(view.sum().calls, many);
  EXPECT_EQ(view.sum().total_ms, many * (many + 1) / 2);
}

}  // namespace
}  // namespace dbi::exporting
