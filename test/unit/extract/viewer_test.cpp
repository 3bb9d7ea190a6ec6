// SPDX-License-Identifier: Apache-2.0
#include "extract/viewer.hpp"

#include <gmock/gmock.h>

#include <string>

#include "planview/tree.hpp"
#include "record/builder.hpp"
#include "stream/writer.hpp"

namespace dbi::extract {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kPlan =
    R"x([{"Plan":{"Node Type":"Seq Scan","Relation Name":"t","Filter":"(a = 'canary')"}}])x";

class ViewerTest : public testing::Test {
 protected:
  static Viewer::Setup setup() {
    static const SystemClock kClock;
    static const Log kLog("dbi-plan", LogLevel::Error);
    Viewer::Setup setup;
    setup.view = std::make_unique<planview::TreeView>(planview::TreeLook{});
    setup.clock = &kClock;
    setup.log = &kLog;
    return setup;
  }

  /// What is shown of a record with these members besides the routing ones.
  std::string show(Viewer& viewer, const std::function<void(record::Builder&)>& members) {
    std::string line;
    record::Builder builder(line);
    builder.begin("plan").text("ts", "2026-11-25T08:00:00.000000Z").text("target", "main");
    members(builder);
    builder.end();
    const std::size_t size = line.size() - 1;
    line.append(record::kPadding, '\0');
    record::Record record;
    EXPECT_TRUE(reader_.parse(std::string_view(line).substr(0, size), record)) << line;
    EXPECT_TRUE(viewer.on_record(record, out_));
    return std::exchange(out_.buffer(), {});
  }

  record::Reader reader_;
  stream::Writer out_{-1};
};

TEST_F(ViewerTest, ShowsTheStatementThatARecordHasWithItsPlan) {
  Viewer viewer({}, setup());
  const std::string text = show(viewer, [](record::Builder& builder) {
    builder.text("system", "postgresql").text("database", "app").text("query", "select * from t where a = 'canary'");
    builder.number("duration_ms", 12.5).raw("plan", kPlan);
  });
  EXPECT_THAT(text, HasSubstr("select * from t where a = ?\n12.5ms  1 node  postgresql  app  p1:p:"));
  EXPECT_THAT(text, HasSubstr("Seq Scan on t\n"));
  EXPECT_THAT(text, Not(HasSubstr("canary")));
}

TEST_F(ViewerTest, KeepsLiteralsWhereItIsTold) {
  ExtractOptions options;
  options.literals = Literals::Keep;
  Viewer viewer(options, setup());
  EXPECT_THAT(show(viewer, [](record::Builder& builder) { builder.raw("plan", kPlan); }), HasSubstr("canary"));
}

TEST_F(ViewerTest, ReadsStatementsOfMySqlAsItDoes) {
  Viewer viewer({}, setup());
  EXPECT_THAT(
      show(viewer,
           [](record::Builder& builder) {
             builder.text("system", "mysql").text("query", "select `a` from t where b = 'canary'").raw("plan", kPlan);
           }),
      HasSubstr("select `a` from t where b = ?"));
}

TEST_F(ViewerTest, ShowsNothingOfARecordWithoutAPlanThatCanBeRead) {
  Viewer viewer({}, setup());
  EXPECT_THAT(show(viewer, [](record::Builder& builder) { builder.text("plan_reason", "truncated"); }), IsEmpty());
  EXPECT_THAT(show(viewer, [](record::Builder& builder) { builder.text("plan", "no plan"); }), IsEmpty());
  EXPECT_EQ(viewer.figures().errors.value(), 1U);
}

TEST_F(ViewerTest, SeparatesPlansByAnEmptyLine) {
  Viewer viewer({}, setup());
  const auto plan = [](record::Builder& builder) { builder.raw("plan", kPlan); };
  EXPECT_THAT(show(viewer, plan), Not(testing::StartsWith("\n")));
  EXPECT_THAT(show(viewer, plan), testing::StartsWith("\n"));
}

}  // namespace
}  // namespace dbi::extract
