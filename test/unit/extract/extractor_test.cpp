// SPDX-License-Identifier: Apache-2.0
#include "extract/extractor.hpp"

#include <gtest/gtest.h>

#include <string>

#include "record/schema/check.hpp"
#include "record/text_of.hpp"
#include "stream/writer.hpp"
#include "support/plan_fixtures.hpp"

namespace dbi::extract {
namespace {

/// A filter with what it needs.
class ExtractorTest : public testing::Test {
 protected:
  static Extractor::Setup setup() {
    static const SystemClock kClock;
    Extractor::Setup setup;
    setup.tool = "dbi-plan";
    setup.clock = &kClock;
    setup.replay = true;
    return setup;
  }

  /// What becomes of a record.
  std::string pass(Extractor& filter, std::string line) {
    const std::size_t size = line.size();
    line.append(record::kPadding, '\0');
    record::Record record;
    EXPECT_TRUE(reader_.parse(std::string_view(line).substr(0, size), record)) << line;
    EXPECT_TRUE(filter.on_record(record, out_));
    std::string written = out_.buffer();
    out_.buffer().clear();
    if (!written.empty()) written.pop_back();
    return written;
  }

  record::Reader reader_;
  stream::Writer out_{-1};
};

std::string record_with(std::string_view plan) {
  std::string line;
  record::Builder(line)
      .begin("plan")
      .text("ts", "2026-11-25T08:00:00.000000Z")
      .text("observed_ts", "2026-11-25T08:00:00.000000Z")
      .text("target", "main")
      .text("cycle", "0192f1a0000070008000000000000001")
      .text("system", "postgresql")
      .raw("plan", plan)
      .end();
  line.pop_back();
  return line;
}

TEST_F(ExtractorTest, LeavesRecordsWithoutPlanAsTheyAre) {
  Extractor filter({}, setup());
  for (const auto* line : {R"({"v":1,"kind":"scrape"})", R"({ "a" : 1 })", R"({"kind":"plan","plan":null})"}) {
    EXPECT_EQ(pass(filter, line), line);
  }
}

TEST_F(ExtractorTest, KeepsAPlanThatItCannotReadOutOfTheStream) {
  Extractor filter({}, setup());
  const std::string line = pass(filter, record_with(R"("no plan 'canary'")"));
  EXPECT_EQ(line.find("canary"), std::string::npos) << line;
  EXPECT_NE(line.find("\"plan_error\":\""), std::string::npos) << line;
  EXPECT_EQ(filter.figures().errors.value(), 1U);
}

TEST_F(ExtractorTest, RefusesAPlanBeyondItsBudget) {
  ExtractOptions options;
  options.timeout_ms = 1;
  Extractor filter(options, setup());
  const std::string line = pass(filter, record_with("\"" + std::string(200'000, ' ') + "\""));
  EXPECT_NE(line.find("--timeout-ms 1 allows"), std::string::npos) << line;
}

TEST_F(ExtractorTest, SaysTheSameOfAPlanThatComesAgain) {
  Extractor filter({}, setup());
  const std::string plan = R"x({"Plan":{"Node Type":"Seq Scan","Relation Name":"t","Filter":"(a = 1)"}})x";
  const std::string first = pass(filter, record_with(plan));
  EXPECT_EQ(pass(filter, record_with(plan)), first);
  EXPECT_EQ(filter.figures().cache_hits.value(), 1U);
  EXPECT_NE(first.find("(a = ?)"), std::string::npos) << first;
}

TEST_F(ExtractorTest, KeepsLiteralsOnDemandAndMarksThem) {
  ExtractOptions options;
  options.literals = Literals::Keep;
  Extractor filter(options, setup());
  const std::string line =
      pass(filter, record_with(R"x({"Plan":{"Node Type":"Result","One-Time Filter":"(1 = 2)"}})x"));
  EXPECT_NE(line.find("(1 = 2)"), std::string::npos) << line;
  EXPECT_NE(line.find("\"literals\":true"), std::string::npos) << line;
}

TEST_F(ExtractorTest, SaysWhatItCanOfAPlanWhoseRecordWouldBeTooLong) {
  const std::string plan = R"x({"Plan":{"Node Type":"Seq Scan","Relation Name":"t","Filter":"(a = 'canary')"}})x";
  Extractor::Setup tight = setup();
  tight.max_record_bytes = pass(*std::make_unique<Extractor>(ExtractOptions(), setup()), record_with(plan)).size() - 1;
  Extractor filter({}, std::move(tight));
  const std::string line = pass(filter, record_with(plan));
  EXPECT_EQ(line.find("\"plan\":"), std::string::npos) << line;
  EXPECT_NE(line.find("\"plan_gist\":\"SS:t\""), std::string::npos) << line;
  EXPECT_NE(line.find("\"plan_error\":\"the record would be longer"), std::string::npos) << line;
  EXPECT_EQ(line.find("canary"), std::string::npos) << line;
}

// Every plan of every PostgreSQL becomes a record that its tables allow, without a literal; once more it stays as it
// is.
TEST_F(ExtractorTest, MakesRecordsOfItsKindWithoutALiteral) {
  ExtractOptions options;
  options.cache_entries = 0;
  Extractor filter(options, setup());
  std::size_t plans = 0;
  for (const auto& file : planread::postgresql_fixtures(DBI_PLANS)) {
    for (const planread::Fixture& fixture : planread::read_fixtures(file)) {
      std::string plan;
      if (fixture.format == "json") {
        plan = fixture.plan.substr(fixture.plan.find('{'), fixture.plan.rfind('}') - fixture.plan.find('{') + 1);
        for (char& c : plan) c = c == '\n' ? ' ' : c;
      } else {
        record::append_json_text(plan, fixture.plan);
      }
      const std::string line = pass(filter, record_with(plan));
      ASSERT_EQ(line.find("plan_error"), std::string::npos) << fixture.key() << line;
      EXPECT_EQ(line.find("canary"), std::string::npos) << line;
      EXPECT_EQ(pass(filter, line), line) << fixture.key() << " " << fixture.format;
      std::string padded = line;
      padded.append(record::kPadding, '\0');
      record::Record record;
      ASSERT_TRUE(reader_.parse(std::string_view(padded).substr(0, line.size()), record));
      for (const auto& finding : record::schema::check_record(record)) ADD_FAILURE() << finding.message << "\n" << line;
      ++plans;
    }
  }
  EXPECT_GT(plans, 2000U);
}

}  // namespace
}  // namespace dbi::extract
